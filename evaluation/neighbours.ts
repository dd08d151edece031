/**
 * What a lookup finds of the nearest items of the dense embeddings, and what it costs: for codes cut to fewer bits, fewer tables and Hamming radii, the
 * recall of the true neighbours against the mean number of candidates. Nearest: the largest of the L x L cosines.
 */

import { type CodeDistances, COUNTED_RADII } from '../kernels/code-distances.ts';
import { largestCosinesOf } from '../kernels/largest-cosines.ts';
import { sortByU32 } from '../kernels/pages-order.ts';
import { PURPOSE, RandomStream } from '../kernels/random.ts';
import { bitsOf } from './hamming-distances.ts';
import { kendallTau } from './kendall-tau.ts';
import type { Relevance } from './precision-recall.ts';
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

/** Bytes of codes cut to quarters. */
export function cutLengths(codeBytes: number): number[] {
  return [...new Set([0.25, 0.5, 0.75, 1].map((share) => Math.ceil(share * codeBytes)))];
}

/** Figures over these queries; `relevant` says what D has for one, `distancesTo` is of the lengths of cutLengths; `tick` is called once a query and may throw to stop. */
export function neighbourFigures(codes: Codes & { shared?: boolean }, vectors: UnitVectors, queries: Uint32Array, relevant: (query: number) => Relevance, distancesTo: (item: number) => CodeDistances, tick: () => void): NeighbourFigures {
  const { tables, codeBytes } = codes;
  const items = codes.codes.length / (tables * codeBytes);
  const counts = new Candidates(codes);
  const cosinesTo = largestCosinesOf(vectors.values, vectors.tables, vectors.bits);
  const gaps = new Float32Array(items);
  // Floats from 0 on sort as the whole numbers that their bits are.
  const gapBits = new Uint32Array(gaps.buffer);
  const [keys, order, keysScratch, orderScratch] = [new Uint32Array(items), new Uint32Array(items), new Uint32Array(items), new Uint32Array(items)];
  const tau = new Float64Array(queries.length);
  const ahp = new Float64Array(queries.length);
  const longest = 8 * codeBytes;
  queries.forEach((query, k) => {
    tick();
    const cosines = cosinesTo(query);
    for (let item = 0; item < items; item++) {
      gaps[item] = Math.max(0, 1 - cosines[item]!);
      order[item] = item;
    }
    // The query itself comes last.
    gapBits[query] = 0xffff_ffff;
    keys.set(gapBits);
    sortByU32(keys, order, keysScratch, orderScratch);
    const others = order.subarray(0, items - 1);
    const { distances, counts: found } = distancesTo(query);
    counts.add(query, found, others.subarray(0, NEIGHBOURS), relevant(query).items);
    tau[k] = kendallTau(distances, longest, gapBits, others);
    ahp[k] = hierarchicalPrecision(query, others, distances, cosines, longest);
  });
  return { rows: counts.rows(queries.length), tau, ahp };
}

function hierarchicalPrecision(query: number, others: Uint32Array, distances: Uint16Array, cosines: Float32Array, longest: number): number {
  const sizes = new Float64Array(longest + 1);
  const gains = new Float64Array(longest + 1);
  for (let item = 0; item < distances.length; item++) {
    if (item === query) continue;
    sizes[distances[item]!]! += 1;
    gains[distances[item]!]! += (1 + cosines[item]!) / 2;
  }
  return averageHierarchicalPrecision(sizes, gains, Float64Array.from(others.subarray(0, AHP_CUT), (item) => (1 + cosines[item]!) / 2), AHP_CUT);
}

/** Counts of candidates by tables (1 to L), length and distance. */
class Candidates {
  readonly #codes: Codes;
  readonly #lengths: number[];
  /** Summed over the queries, (L, lengths, COUNTED_RADII): candidates at exactly that distance, and shares of the neighbours and of D. */
  readonly #candidates: Float64Array;
  readonly #neighbours: Float64Array;
  readonly #relevant: Float64Array;
  /** Pairs of a query's code and an item's that come with each further table. */
  readonly #meetings: (readonly [own: number, other: number])[][];

  constructor(codes: Codes & { shared?: boolean }) {
    const { tables, codeBytes, shared = false } = codes;
    this.#codes = codes;
    this.#lengths = cutLengths(codeBytes);
    this.#meetings = Array.from({ length: tables }, (_, t) => (shared ? Array.from({ length: t + 1 }, (__, p) => (p === t ? [[t, t]] : [[p, t], [t, p]]) as [number, number][]).flat() : [[t, t]]));
    const cells = tables * this.#lengths.length * COUNTED_RADII;
    [this.#candidates, this.#neighbours, this.#relevant] = [new Float64Array(cells), new Float64Array(cells), new Float64Array(cells)];
  }

  /** found: (L, lengths, COUNTED_RADII) candidates of the query. */
  add(query: number, found: Uint32Array, nearest: Uint32Array, relevant: Uint32Array): void {
    for (let cell = 0; cell < found.length; cell++) this.#candidates[cell]! += found[cell]!;
    for (const item of nearest) this.#place(query, item, this.#neighbours, 1 / nearest.length);
    for (const item of relevant) this.#place(query, item, this.#relevant, 1 / relevant.length);
  }

  /** Adds the item's share where it becomes a candidate. */
  #place(query: number, item: number, sums: Float64Array, share: number): void {
    const { codes, tables, codeBytes } = this.#codes;
    const [own, other] = [query * tables * codeBytes, item * tables * codeBytes];
    const least = this.#lengths.map(() => Infinity);
    for (let t = 0; t < tables; t++) {
      for (const [p, q] of this.#meetings[t]!) {
        let distance = 0;
        for (let n = 0, k = 0; n < this.#lengths.length; n++) {
          for (; k < this.#lengths[n]!; k++) distance += bitsOf(codes[other + q * codeBytes + k]! ^ codes[own + p * codeBytes + k]!);
          least[n] = Math.min(least[n]!, distance);
        }
      }
      least.forEach((distance, n) => {
        if (distance < COUNTED_RADII) sums[(t * this.#lengths.length + n) * COUNTED_RADII + distance]! += share;
      });
    }
  }

  rows(queries: number): CandidateRow[] {
    const rows: CandidateRow[] = [];
    for (let t = 0; t < this.#codes.tables; t++) {
      for (const [n, bytes] of this.#lengths.entries()) {
        const sums = [0, 0, 0];
        for (let radius = 0; radius < COUNTED_RADII; radius++) {
          const cell = (t * this.#lengths.length + n) * COUNTED_RADII + radius;
          [this.#candidates, this.#neighbours, this.#relevant].forEach((each, which) => (sums[which]! += each[cell]! / queries));
          rows.push({ tables: t + 1, bits: 8 * bytes, radius, candidates: sums[0]!, recall: sums[1]!, recallOfD: sums[2]! });
        }
      }
    }
    return rows;
  }
}
