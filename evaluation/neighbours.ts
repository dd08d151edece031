/**
 * What a lookup finds of the nearest items of the dense embeddings, and what it costs: for codes
 * cut to fewer bits, fewer tables and Hamming radii, the recall of the true neighbours against the
 * mean number of candidates. Nearest: the largest of the L x L cosines.
 */

import type { CodeDistances } from '../kernels/codes/code-distances.ts';
import type { LargestCosines } from '../kernels/codes/largest-cosines.ts';
import { sortByU32 } from '../kernels/numbers/radix-order.ts';
import { PURPOSE, RandomStream } from '../kernels/numbers/random.ts';
import { Candidates, type CandidateRow, NEIGHBOURS } from './candidates.ts';
import { kendallTau } from './kendall-tau.ts';
import type { Relevance } from './precision-recall.ts';
import type { Codes } from './retrieval.ts';
import { averageHierarchicalPrecision } from './tie-groups.ts';
import type { UnitVectors } from './hit-rate.ts';

interface NeighbourFigures {
  rows: CandidateRow[];
  /**
   * Of each query, between the order of Hamming distances and that of the embeddings: what the
   * signs keep of it.
   */
  tau: Float64Array;
  /**
   * Average hierarchical precision at AHP_CUT of the Hamming order, with (1 + cosine) / 2 for the
   * similarity.
   */
  ahp: Float64Array;
}

const AHP_CUT = 250;
/** Multiplications that are spent on nearest neighbours; larger vocabularies get fewer queries. */
const MAX_WORK = 1e11;

/** Of `count` queries as many as can be afforded, drawn with the seed from those given. */
export function affordableQueries(
  queries: Uint32Array,
  items: number,
  { tables, bits }: Pick<UnitVectors, 'tables' | 'bits'>,
  seed: number,
): Uint32Array {
  const most = Math.max(1, Math.floor(MAX_WORK / (items * tables * tables * bits)));
  if (queries.length <= most) return queries;
  const stream = new RandomStream(seed, PURPOSE.neighbours);
  const drawn = queries.slice();
  for (let k = 0; k < most; k++) {
    const other = k + stream.below(drawn.length - k);
    [drawn[k], drawn[other]] = [drawn[other]!, drawn[k]!];
  }
  return drawn.slice(0, most);
}

/**
 * Figures over these queries; `relevant` says what D has for one, `distancesTo` is of the lengths
 * of cutLengths (candidates.ts); `tick` is called once a query and may throw to stop.
 */
export function neighbourFigures(
  codes: Codes & { shared?: boolean },
  cosinesTo: LargestCosines,
  queries: Uint32Array,
  relevant: (query: number) => Relevance,
  distancesTo: (item: number) => CodeDistances,
  tick: () => void,
): NeighbourFigures {
  const { tables, codeBytes } = codes;
  const items = codes.codes.length / (tables * codeBytes);
  const counts = new Candidates(codes);
  const gaps = new Float32Array(items);
  // Floats from 0 on sort as the whole numbers that their bits are.
  const gapBits = new Uint32Array(gaps.buffer);
  const [keys, order, keysScratch, orderScratch] = [
    new Uint32Array(items),
    new Uint32Array(items),
    new Uint32Array(items),
    new Uint32Array(items),
  ];
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

function hierarchicalPrecision(
  query: number,
  others: Uint32Array,
  distances: Uint16Array,
  cosines: Float32Array,
  longest: number,
): number {
  const sizes = new Float64Array(longest + 1);
  const gains = new Float64Array(longest + 1);
  for (let item = 0; item < distances.length; item++) {
    if (item === query) continue;
    sizes[distances[item]!]! += 1;
    gains[distances[item]!]! += (1 + cosines[item]!) / 2;
  }
  return averageHierarchicalPrecision(
    sizes,
    gains,
    Float64Array.from(others.subarray(0, AHP_CUT), (item) => (1 + cosines[item]!) / 2),
    AHP_CUT,
  );
}
