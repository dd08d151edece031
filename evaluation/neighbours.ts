/**
 * What a lookup finds of the nearest items of the dense embeddings, and what it costs: for codes cut to fewer bits, fewer tables and Hamming radii, the
 * recall of the true neighbours against the mean number of candidates. Nearest: the largest of the L x L cosines.
 */

import { largestCosinesOf } from '../kernels/largest-cosines.ts';
import { sortByU32 } from '../kernels/pages-order.ts';
import { PURPOSE, RandomStream } from '../kernels/random.ts';
import { bitsOf } from './hamming-distances.ts';
import { kendallTau } from './kendall-tau.ts';
import type { Codes } from './retrieval.ts';
import { averageHierarchicalPrecision } from './tie-groups.ts';
import type { UnitVectors } from './hit-rate.ts';

/** A way to look up, and what it finds. */
export interface CandidateRow {
  tables: number;
  /** The first so many bits of each code. */
  bits: number;
  /** An item is a candidate where it is that near in one of the tables. */
  radius: number;
  /** Mean number of candidates, without the query. */
  candidates: number;
  /** Mean share of the NEIGHBOURS nearest items, and of the items that D calls relevant, among the candidates. */
  recall: number;
  recallOfD: number;
}

export interface NeighbourFigures {
  rows: CandidateRow[];
  /** Of each query, between the order of Hamming distances and that of the embeddings: what the signs keep of it. */
  tau: Float64Array;
  /** Average hierarchical precision at AHP_CUT of the Hamming order, with (1 + cosine) / 2 for the similarity. */
  ahp: Float64Array;
}

export const NEIGHBOURS = 10;
export const AHP_CUT = 250;
const RADII = 4;
const BYTE_BITS = Uint8Array.from({ length: 256 }, (_, byte) => bitsOf(byte));
/** Multiplications that are spent on nearest neighbours; larger vocabularies get fewer queries. */
const MOST_WORK = 1e11;

/** Of `count` queries as many as can be afforded, drawn with the seed from those given. */
export function affordableQueries(queries: Uint32Array, items: number, { tables, bits }: Pick<UnitVectors, 'tables' | 'bits'>, seed: number): Uint32Array {
  const most = Math.max(1, Math.floor(MOST_WORK / (items * tables * tables * bits)));
  if (queries.length <= most) return queries;
  const stream = new RandomStream(seed, PURPOSE.neighbours);
  const drawn = queries.slice();
  for (let k = 0; k < most; k++) {
    const other = k + stream.below(drawn.length - k);
    [drawn[k], drawn[other]] = [drawn[other]!, drawn[k]!];
  }
  return drawn.slice(0, most);
}

/** Figures over these queries; `relevant` says what D has for one (the query left out), `tick` is called once a query and may throw to stop. */
export function neighbourFigures(codes: Codes & { shared?: boolean }, vectors: UnitVectors, queries: Uint32Array, relevant: (query: number) => { test: (item: number) => boolean; wanted: number }, tick: () => void): NeighbourFigures {
  const { tables, codeBytes } = codes;
  const stride = tables * codeBytes;
  const items = codes.codes.length / stride;
  const lengths = [...new Set([0.25, 0.5, 0.75, 1].map((share) => Math.ceil(share * codeBytes)))];
  const counts = new Candidates(tables, lengths, codes.shared ?? false);
  const cosinesTo = largestCosinesOf(vectors.values, vectors.tables, vectors.bits);
  const distances = new Uint16Array(items);
  const keys = new Uint32Array(items);
  const [order, keysScratch, orderScratch] = [new Uint32Array(items), new Uint32Array(items), new Uint32Array(items)];
  const tau = new Float64Array(queries.length);
  const ahp = new Float64Array(queries.length);
  const longest = 8 * codeBytes;
  queries.forEach((query, k) => {
    tick();
    const cosines = cosinesTo(query);
    // Cosines to 2^-31, so that they sort as whole numbers; the query itself comes last.
    for (let item = 0; item < items; item++) {
      keys[item] = item === query ? 0xffff_ffff : Math.min(0xffff_fffe, Math.max(0, Math.round((1 - cosines[item]!) * 0x8000_0000)));
      order[item] = item;
    }
    const y = keys.slice();
    sortByU32(keys, order, keysScratch, orderScratch);
    const others = order.subarray(0, items - 1);
    const own = codes.codes.slice(query * stride, (query + 1) * stride);
    const { test, wanted } = relevant(query);
    counts.add(codes, query, own, others.subarray(0, NEIGHBOURS), test, wanted, distances);
    tau[k] = kendallTau(distances, longest, y, others);
    ahp[k] = hierarchicalPrecision(others, distances, cosines, longest);
  });
  return { rows: counts.rows(queries.length), tau, ahp };
}

function hierarchicalPrecision(others: Uint32Array, distances: Uint16Array, cosines: Float32Array, longest: number): number {
  const similarity = (item: number) => (1 + cosines[item]!) / 2;
  const sizes = new Float64Array(longest + 1);
  const gains = new Float64Array(longest + 1);
  for (const item of others) {
    sizes[distances[item]!]! += 1;
    gains[distances[item]!]! += similarity(item);
  }
  return averageHierarchicalPrecision(sizes, gains, Float64Array.from(others.subarray(0, AHP_CUT), similarity), AHP_CUT);
}

/** Counts of candidates by tables (1 to L), length and distance, all from one pass over the codes. */
class Candidates {
  readonly #tables: number;
  readonly #lengths: number[];
  /** Summed over the queries, (L, lengths, RADII): candidates at exactly that distance, and shares of the neighbours and of D. */
  readonly #candidates: Float64Array;
  readonly #neighbours: Float64Array;
  readonly #relevant: Float64Array;

  /** Pairs of a query's code and an item's that come with each further table. */
  readonly #meetings: (readonly [own: number, other: number])[][];

  constructor(tables: number, lengths: number[], shared: boolean) {
    this.#meetings = Array.from({ length: tables }, (_, t) => (shared ? Array.from({ length: t + 1 }, (__, p) => (p === t ? [[t, t]] : [[p, t], [t, p]]) as [number, number][]).flat() : [[t, t]]));
    this.#tables = tables;
    this.#lengths = lengths;
    const cells = tables * lengths.length * RADII;
    [this.#candidates, this.#neighbours, this.#relevant] = [new Float64Array(cells), new Float64Array(cells), new Float64Array(cells)];
  }

  /** Leaves the distance of whole codes, the least over the tables, in `distances`. */
  add({ codes, codeBytes }: Codes, query: number, own: Uint8Array, nearest: Uint32Array, isRelevant: (item: number) => boolean, wanted: number, distances: Uint16Array): void {
    const stride = this.#tables * codeBytes;
    const near = new Set(nearest);
    const smallest = new Uint16Array(this.#lengths.length);
    for (let item = 0, from = 0; from < codes.length; item++, from += stride) {
      if (item === query) continue;
      smallest.fill(0xffff);
      let isNear: boolean | undefined;
      let wants = false;
      for (let t = 0; t < this.#tables; t++) {
        for (const [p, q] of this.#meetings[t]!) {
          let distance = 0;
          for (let n = 0, k = 0; n < this.#lengths.length; n++) {
            for (; k < this.#lengths[n]!; k++) distance += BYTE_BITS[codes[from + q * codeBytes + k]! ^ own[p * codeBytes + k]!]!;
            if (distance < smallest[n]!) smallest[n] = distance;
          }
        }
        for (let n = 0; n < this.#lengths.length; n++) {
          const least = smallest[n]!;
          if (least >= RADII) continue;
          if (isNear === undefined) [isNear, wants] = [near.has(item), isRelevant(item)];
          const cell = (t * this.#lengths.length + n) * RADII + least;
          this.#candidates[cell]! += 1;
          if (isNear) this.#neighbours[cell]! += 1 / nearest.length;
          if (wants) this.#relevant[cell]! += 1 / wanted;
        }
      }
      distances[item] = smallest[smallest.length - 1]!;
    }
  }

  rows(queries: number): CandidateRow[] {
    const rows: CandidateRow[] = [];
    for (let t = 0; t < this.#tables; t++) {
      for (const [n, bytes] of this.#lengths.entries()) {
        const sums = [0, 0, 0];
        for (let radius = 0; radius < RADII; radius++) {
          const cell = (t * this.#lengths.length + n) * RADII + radius;
          [this.#candidates, this.#neighbours, this.#relevant].forEach((each, which) => (sums[which]! += each[cell]! / queries));
          rows.push({ tables: t + 1, bits: 8 * bytes, radius, candidates: sums[0]!, recall: sums[1]!, recallOfD: sums[2]! });
        }
      }
    }
    return rows;
  }
}
