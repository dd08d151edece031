/**
 * HR@n on held-out pairs, each in both orders: the share of (query, target) whose target is
 * retrieved and among the first n when the retrieved items, without the query, are ranked by the
 * largest of the L x L cosines of u = tanh(E), ties by id.
 */

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
 * orders.
 */
export function pairHits(
  retrieve: Retrieve,
  vectors: UnitVectors,
  { left, right }: Pairs,
  cuts: readonly number[],
): Float64Array[] {
  const hits = cuts.map(() => new Float64Array(left.length));
  const count = (query: number, target: number, pair: number): void => {
    const retrieved = retrieve(query);
    if (!retrieved.includes(target)) return;
    const decisive = cuts.some((cut) => cut < retrieved.length);
    const rank = decisive ? rankOf(retrieved, vectors, query, target) : 1;
    cuts.forEach((cut, k) => (hits[k]![pair]! += rank <= cut ? 0.5 : 0));
  };
  for (let k = 0; k < left.length; k++) {
    count(left[k]!, right[k]!, k);
    count(right[k]!, left[k]!, k);
  }
  return hits;
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

/** 1 for the best. */
function rankOf(
  retrieved: Uint32Array,
  vectors: UnitVectors,
  query: number,
  target: number,
): number {
  const score = largestCosine(vectors, query, target);
  let before = 0;
  for (let k = 0; k < retrieved.length; k++) {
    const item = retrieved[k]!;
    if (item === target) continue;
    const other = largestCosine(vectors, query, item);
    if (other > score || (other === score && item < target)) before++;
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
