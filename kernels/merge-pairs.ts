/**
 * Runs of pairs to the symmetric rows of a vocabulary: row i holds the sums of i with every j, both orders of every pair. Integers, so the
 * order of the runs has no effect. V items.
 */

import type { WeightedRows } from './filter-affinity.ts';

/** Sorted pairs, row < column. */
export interface SortedPairs {
  rows: Int32Array;
  columns: Int32Array;
  sums: Float64Array;
}

export interface MergedPairs extends WeightedRows {
  /** (V): the sum of each row. */
  marginals: Float64Array;
}

/** `ids` gives the vocabulary's id of every id of the run, or -1. Throws RangeError where a sum reaches 2^53 or there are 2^31 entries. */
export function mergePairs(runs: readonly { run: SortedPairs; ids: Int32Array }[], size: number): MergedPairs {
  const starts = new Float64Array(size + 1);
  for (const { run, ids } of runs) {
    for (let k = 0; k < run.rows.length; k++) {
      const i = ids[run.rows[k]];
      const j = ids[run.columns[k]];
      if (i < 0 || j < 0) continue;
      starts[i + 1] += 1;
      starts[j + 1] += 1;
    }
  }
  for (let i = 0; i < size; i++) starts[i + 1] += starts[i];
  const entries = starts[size];
  if (entries > 0x7fff_ffff) throw new RangeError(`${entries} entries of pairs in both orders; at most 2^31 - 1`);
  const next = starts.slice();
  const columns = new Int32Array(entries);
  const sums = new Float64Array(entries);
  for (const { run, ids } of runs) {
    for (let k = 0; k < run.rows.length; k++) {
      const i = ids[run.rows[k]];
      const j = ids[run.columns[k]];
      if (i < 0 || j < 0) continue;
      columns[next[i]] = j;
      sums[next[i]++] = run.sums[k];
      columns[next[j]] = i;
      sums[next[j]++] = run.sums[k];
    }
  }
  return addEqualColumns(starts, columns, sums);
}

function addEqualColumns(starts: Float64Array, columns: Int32Array, sums: Float64Array): MergedPairs {
  const size = starts.length - 1;
  const offsets = new Uint32Array(size + 1);
  const marginals = new Float64Array(size);
  const accumulated = new Float64Array(size);
  let length = 0;
  for (let row = 0; row < size; row++) {
    const [from, to] = [starts[row], starts[row + 1]];
    for (let at = from; at < to; at++) {
      accumulated[columns[at]] += sums[at];
      marginals[row] += sums[at];
    }
    if (marginals[row] > Number.MAX_SAFE_INTEGER) throw new RangeError(`the weights of row ${row} reach 2^53 units`);
    const rising = columns.slice(from, to).sort();
    let column = -1;
    for (const other of rising) {
      if (other === column) continue;
      column = other;
      columns[length] = column;
      sums[length++] = accumulated[column];
      accumulated[column] = 0;
    }
    offsets[row + 1] = length;
  }
  return { offsets, columns: columns.slice(0, length), sums: sums.slice(0, length), marginals };
}
