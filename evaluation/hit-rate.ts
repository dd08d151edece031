/**
 * HR@n on held-out pairs, each in both orders: the share of (query, target) whose target is
 * retrieved and among the first n when the retrieved items, without the query, are ranked by the
 * largest of the L x L cosines of u = tanh(E), ties by id.
 */

import { type LargestCosines, largestCosinesOf } from '../kernels/codes/largest-cosines.ts';
import { tanh } from '../kernels/numbers/elementary.ts';
import type { Retrieve } from './retrieval.ts';

/** Pair k is (left[k], right[k]). */
export interface Pairs {
  left: Int32Array | Uint32Array;
  right: Int32Array | Uint32Array;
}

/** u / |u| of all items: (V, L, d) row-major float32. */
export interface UnitVectors {
  values: Float32Array;
  tables: number;
  bits: number;
}

/** Hit rates for each of `cuts`. Expects at least one pair. */
export function hitRate(
  retrieve: Retrieve,
  vectors: UnitVectors,
  pairs: Pairs,
  cuts: readonly number[],
): number[] {
  return pairHits(retrieve, vectors, pairs, cuts).map(
    (hits) => hits.reduce((sum, hit) => sum + hit, 0) / hits.length,
  );
}

/**
 * For each of `cuts` the share of hits of each pair: 0, 1/2 or 1, as one pair is asked for in both
 * orders. `cosinesTo`: the vectors in single precision, where they are at hand.
 */
export function pairHits(
  retrieve: Retrieve,
  vectors: UnitVectors,
  { left, right }: Pairs,
  cuts: readonly number[],
  cosinesTo: LargestCosines = largestCosinesOf(vectors.values, vectors.tables, vectors.bits),
): Float64Array[] {
  const hits = cuts.map(() => new Float64Array(left.length));
  const stamps = new Uint32Array(vectors.values.length / (vectors.tables * vectors.bits));
  const farthest = Math.max(...cuts);
  let stamp = 0;
  for (const [query, asked] of targetsOf({ left, right })) {
    const retrieved = retrieve(query);
    stamp++;
    for (let k = 0; k < retrieved.length; k++) stamps[retrieved[k]!] = stamp;
    const found = asked.filter(({ target }) => stamps[target] === stamp);
    if (found.length === 0) continue;
    const decisive = cuts.some((cut) => cut < retrieved.length);
    const cosines = decisive ? cosinesTo(query, retrieved) : undefined;
    for (const { target, pair } of found) {
      const rank = cosines ? rankOf(retrieved, cosines, vectors, query, target, farthest) : 1;
      cuts.forEach((cut, k) => (hits[k]![pair]! += rank <= cut ? 0.5 : 0));
    }
  }
  return hits;
}

/**
 * By query what it is asked for: hubs are in many pairs, and what they retrieve is looked at once.
 */
function targetsOf({ left, right }: Pairs): Map<number, { target: number; pair: number }[]> {
  const targets = new Map<number, { target: number; pair: number }[]>();
  const add = (query: number, target: number, pair: number) => {
    const asked = targets.get(query);
    if (asked) asked.push({ target, pair });
    else targets.set(query, [{ target, pair }]);
  };
  for (let pair = 0; pair < left.length; pair++) {
    add(left[pair]!, right[pair]!, pair);
    add(right[pair]!, left[pair]!, pair);
  }
  return targets;
}

/**
 * Unit vectors of tanh(E). E: (V, L, d). A vector of zeros stays one, so its cosine is 0 with all.
 */
export function unitVectors(E: Float32Array, tables: number, bits: number): UnitVectors {
  const values = new Float32Array(E.length);
  const u = new Float64Array(bits);
  for (let from = 0; from < E.length; from += bits) {
    let square = 0;
    for (let k = 0; k < bits; k++) {
      const value = tanh(E[from + k]!);
      u[k] = value;
      square += value * value;
    }
    const scale = square > 0 ? 1 / Math.sqrt(square) : 0;
    for (let k = 0; k < bits; k++) values[from + k] = u[k]! * scale;
  }
  return { values, tables, bits };
}

/** What a sum of d products of two unit vectors loses at most in single precision, a term. */
const LOSS_A_TERM = 2 ** -24;

/**
 * 1 for the best; any rank beyond `farthest` where there are as many before. `cosines`, of single
 * precision, decide where they are farther from the target's than they may err; else the exact ones
 * do.
 */
function rankOf(
  retrieved: Uint32Array,
  cosines: Float32Array,
  vectors: UnitVectors,
  query: number,
  target: number,
  farthest: number,
): number {
  const score = largestCosine(vectors, query, target);
  const error = (vectors.bits + 8) * LOSS_A_TERM;
  let before = 0;
  for (let k = 0; k < retrieved.length && before < farthest; k++) {
    const item = retrieved[k]!;
    const lead = cosines[k]! - score;
    if (lead < -error || item === target) continue;
    if (lead <= error) {
      const exact = largestCosine(vectors, query, item);
      if (exact < score || (exact === score && item > target)) continue;
    }
    before++;
  }
  return before + 1;
}

/** The largest of the L x L cosines of two items. */
export function largestCosine({ values, tables, bits }: UnitVectors, a: number, b: number): number {
  const stride = tables * bits;
  let largest = -Infinity;
  for (let p = a * stride; p < (a + 1) * stride; p += bits) {
    for (let q = b * stride; q < (b + 1) * stride; q += bits) {
      let cosine = 0;
      for (let k = 0; k < bits; k++) cosine += values[p + k]! * values[q + k]!;
      if (cosine > largest) largest = cosine;
    }
  }
  return largest;
}
