/**
 * Which cooccurrences are affinities (paper 1, section 5.1): weight f_ij = F_ij / scale at least a minimum, ln PMI = ln(F_ij * N / (m_i * m_j)) at least
 * a minimum, where m are the marginals and N is their sum; of those the heaviest of each row. Both tests are symmetric, so `filterPairs` looks at the
 * upper half alone; `keepTop` sees whole rows, one direction: symmetrize makes D of its result. V words.
 */

import { log } from './elementary.ts';
import type { SparseRows } from './train-rows.ts';

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

/** The sum in the order of the rows: rounded where it passes 2^53, but always to the same number. */
export function totalOf(marginals: Float64Array): number {
  let total = 0;
  for (let i = 0; i < marginals.length; i++) total += marginals[i];
  return total;
}

/** Moves the pairs that pass to the front, in their order, and returns how many they are; never the diagonal. */
export function filterPairs({ rows, columns, sums }: WeightedPairs, { marginals, total, scale, minimumWeight, minimumPmi }: FilterOptions): number {
  let length = 0;
  for (let at = 0; at < rows.length; at++) {
    const i = rows[at];
    const j = columns[at];
    const sum = sums[at];
    if (i === j || sum / scale < minimumWeight) continue;
    if (log((sum * total) / (marginals[i] * marginals[j])) < minimumPmi) continue;
    rows[length] = i;
    columns[length] = j;
    sums[length++] = sum;
  }
  return length;
}

/**
 * The columns of the `top` largest sums of each of V rows, rising; of equal sums the smallest columns. Each pair (i, j) counts for row i and for row j.
 * Pairs are in upper half, sorted by (row, column).
 */
export function keepTop(pairs: WeightedPairs, V: number, top: number): SparseRows {
  const { offsets, columns, sums } = bothOrders(pairs, V);
  const kept = new Uint32Array(V + 1);
  let length = 0;
  for (let r = 0; r < V; r++) {
    const count = keepLargest(columns, sums, offsets[r], offsets[r + 1] - offsets[r], top);
    columns.copyWithin(length, offsets[r], offsets[r] + count);
    length += count;
    kept[r + 1] = length;
  }
  return { offsets: kept, columns: columns.slice(0, length) };
}

/** Rows of the symmetric matrix. The pairs of smaller rows come first to a row, so its columns rise. */
function bothOrders({ rows, columns, sums }: WeightedPairs, V: number): SparseRows & { sums: Float64Array } {
  const offsets = new Uint32Array(V + 1);
  for (let at = 0; at < rows.length; at++) {
    offsets[rows[at] + 1] += 1;
    offsets[columns[at] + 1] += 1;
  }
  for (let i = 0; i < V; i++) offsets[i + 1] += offsets[i];
  const next = offsets.slice(0, V);
  const both = { offsets, columns: new Uint32Array(2 * rows.length), sums: new Float64Array(2 * rows.length) };
  const put = (row: number, column: number, sum: number) => {
    both.columns[next[row]] = column;
    both.sums[next[row]++] = sum;
  };
  // Lower columns of row j are rows i < j, met while i rises; its upper ones come when j itself is met, after all of these.
  for (let at = 0; at < rows.length; at++) {
    put(columns[at], rows[at], sums[at]);
    put(rows[at], columns[at], sums[at]);
  }
  return both;
}

/** Moves the `top` columns of the largest sums of columns [start, start + count) to their front, in their order; returns how many are kept. */
function keepLargest(columns: Uint32Array, sums: Float64Array, start: number, count: number, top: number): number {
  if (count <= top) return count;
  const least = sums.slice(start, start + count).sort()[count - top];
  let ties = top;
  for (let at = start; at < start + count; at++) if (sums[at] > least) ties -= 1;
  let kept = 0;
  for (let at = start; at < start + count; at++) {
    if (sums[at] < least || (sums[at] === least && ties-- <= 0)) continue;
    columns[start + kept++] = columns[at];
  }
  return kept;
}
