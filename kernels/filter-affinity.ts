/**
 * Which cooccurrences are affinities (paper 1, section 5.1): weight f_ij = F_ij / scale at least a minimum, ln PMI = ln(F_ij * N / (m_i * m_j)) at least
 * a minimum, where m are the marginals and N is their sum; of those the heaviest of each row. One direction: symmetrize makes D of all rows.
 * V words, rows [from, to).
 */

import { log } from './elementary.ts';
import type { SparseRows } from './train-rows.ts';

/** Rows of F: its entries in row r are offsets[r] to offsets[r + 1] (exclusive), columns rising, sums in units of 1 / scale. */
export interface WeightedRows {
  offsets: Uint32Array;
  columns: Int32Array | Uint32Array;
  sums: Float64Array;
}

export interface FilterOptions {
  /** The first of the rows. */
  from: number;
  /** (V): the marginals of all rows. */
  marginals: Float64Array;
  /** totalOf(marginals). */
  total: number;
  /** Units of a weight of 1. */
  scale: number;
  minimumWeight: number;
  minimumPmi: number;
  /** At most so many columns a row: those of the largest sum; of equal ones the smallest columns. */
  top: number;
}

/** The sum in the order of the rows: rounded where it passes 2^53, but always to the same number. */
export function totalOf(marginals: Float64Array): number {
  let total = 0;
  for (let i = 0; i < marginals.length; i++) total += marginals[i];
  return total;
}

/** The columns that are kept of each row, rising; never the diagonal. */
export function filterAffinity(rows: WeightedRows, options: FilterOptions): SparseRows {
  const { from, marginals, total, scale, minimumWeight, minimumPmi, top } = options;
  const height = rows.offsets.length - 1;
  if (from + height > marginals.length) throw new RangeError(`rows [${from}, ${from + height}), but ${marginals.length} marginals`);
  const offsets = new Uint32Array(height + 1);
  const columns = new Uint32Array(rows.columns.length);
  const sums = new Float64Array(marginals.length);
  let length = 0;
  for (let r = 0; r < height; r++) {
    const start = length;
    for (let at = rows.offsets[r]; at < rows.offsets[r + 1]; at++) {
      const j = rows.columns[at];
      const sum = rows.sums[at];
      if (j === from + r || sum / scale < minimumWeight) continue;
      if (log((sum * total) / (marginals[from + r] * marginals[j])) < minimumPmi) continue;
      sums[length - start] = sum;
      columns[length++] = j;
    }
    if (length - start > top) length = start + keepTop(columns, sums, start, length - start, top);
    offsets[r + 1] = length;
  }
  return { offsets, columns: columns.slice(0, length) };
}

/** Keeps the `top` columns of the largest sums of columns [start, start + count), in their order; sum k belongs to column start + k. */
function keepTop(columns: Uint32Array, sums: Float64Array, start: number, count: number, top: number): number {
  const least = sums.slice(0, count).sort()[count - top];
  let ties = top;
  for (let k = 0; k < count; k++) if (sums[k] > least) ties -= 1;
  let kept = 0;
  for (let k = 0; k < count; k++) {
    if (sums[k] < least || (sums[k] === least && ties-- <= 0)) continue;
    columns[start + kept++] = columns[start + k];
  }
  return kept;
}
