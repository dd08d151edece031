/**
 * Which cooccurrences are affinities (paper 1, section 5.1): weight f_ij = F_ij / scale at least a
 * minimum, ln PMI = ln(F_ij * N / (m_i * m_j)) at least a minimum, where m are the marginals and N
 * is their sum. Both tests are symmetric, so `filterPairs` looks at the upper half alone; of what
 * passes each row keeps the heaviest (top-entries.ts). V words.
 */

import { log } from '../numbers/elementary.ts';

/** Pairs of words with their sums in units of 1 / scale; any order. */
export interface WeightedPairs {
  rows: Int32Array;
  columns: Int32Array;
  /** Integers below 2^53. */
  sums: Float64Array;
}

export interface FilterOptions {
  /** (V): the marginals of all rows. */
  marginals: Float64Array;
  /** totalOf(marginals). */
  total: number;
  /** Units of a weight of 1. */
  scale: number;
  minimumWeight: number;
  minimumPmi: number;
}

/**
 * The sum in the order of the rows: rounded where it passes 2^53, but always to the same number.
 */
export function totalOf(marginals: Float64Array): number {
  let total = 0;
  for (let i = 0; i < marginals.length; i++) total += marginals[i];
  return total;
}

/**
 * Moves the pairs that pass to the front, in their order, and returns how many they are; never the
 * diagonal.
 */
export function filterPairs(
  { rows, columns, sums }: WeightedPairs,
  { marginals, total, scale, minimumWeight, minimumPmi }: FilterOptions,
): number {
  let length = 0;
  for (let at = 0; at < rows.length; at++) {
    const i = rows[at];
    const j = columns[at];
    const sum = sums[at];
    // A pair that weighs nothing is no link, and 0 / 0 is no PMI.
    if (i === j || sum <= 0 || sum / scale < minimumWeight) continue;
    if (log((sum * total) / (marginals[i] * marginals[j])) < minimumPmi) continue;
    rows[length] = i;
    columns[length] = j;
    sums[length++] = sum;
  }
  return length;
}
