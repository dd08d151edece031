import type { SparseRows } from '../training/train-rows.ts';
import type { WeightedPairs } from './filter-affinity.ts';

export interface WeightPlacer {
  /** Pairs of the upper half, sorted by (row, column) over all calls; those not in D are passed. */
  add(pairs: WeightedPairs): void;
  /** (nonzeros): the weight of each entry. Throws RangeError where one has got none. */
  finish(): Float32Array;
}

/**
 * Brings the weights of pairs to both their entries in D, which is binary, symmetric and has rising
 * columns. One pass over both: beside 4 bytes a nonzero it takes 4 a row.
 */
export function placeWeights({ offsets, columns }: SparseRows): WeightPlacer {
  const weights = new Float32Array(columns.length);
  /** Of each row the first entry whose mirror has not come yet. */
  const lower = offsets.slice(0, -1);
  let row = -1;
  let at = 0;
  let placed = 0;
  return {
    add({ rows, columns: others, sums }) {
      for (let k = 0; k < rows.length; k++) {
        const i = rows[k];
        const j = others[k];
        if (i !== row) {
          row = i;
          at = lower[i];
        }
        while (at < offsets[i + 1] && columns[at] < j) at += 1;
        if (at === offsets[i + 1] || columns[at] !== j) continue;
        const mirror = lower[j];
        if (mirror === offsets[j + 1] || columns[mirror] !== i)
          throw new RangeError(`D has entry (${i}, ${j}), but not (${j}, ${i}) next in its row`);
        weights[at++] = sums[k];
        weights[mirror] = sums[k];
        lower[j] = mirror + 1;
        placed += 2;
      }
    },
    finish() {
      if (placed !== columns.length)
        throw new RangeError(`${placed} of the ${columns.length} entries of D have a weight`);
      return weights;
    },
  };
}
