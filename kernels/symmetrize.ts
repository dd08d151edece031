import type { SparseRows } from './train-rows.ts';

/** D of a square matrix: (i, j) where it or (j, i) is there. Columns rise, in the input as in the result. */
export function symmetrize(square: SparseRows): SparseRows {
  const size = square.offsets.length - 1;
  const flipped = transpose(square);
  const offsets = new Uint32Array(size + 1);
  const columns = new Uint32Array(2 * square.columns.length);
  let length = 0;
  for (let i = 0; i < size; i++) {
    let a = square.offsets[i];
    let b = flipped.offsets[i];
    const endA = square.offsets[i + 1];
    const endB = flipped.offsets[i + 1];
    while (a < endA || b < endB) {
      const x = a < endA ? square.columns[a] : size;
      const y = b < endB ? flipped.columns[b] : size;
      columns[length++] = x < y ? x : y;
      if (x <= y) a += 1;
      if (y <= x) b += 1;
    }
    offsets[i + 1] = length;
  }
  return { offsets, columns: columns.slice(0, length) };
}

function transpose({ offsets, columns }: SparseRows): SparseRows {
  const size = offsets.length - 1;
  const flipped = { offsets: new Uint32Array(size + 1), columns: new Uint32Array(columns.length) };
  for (let at = 0; at < columns.length; at++) {
    if (columns[at] >= size) throw new RangeError(`column ${columns[at]} at entry ${at} of a square of ${size} rows`);
    flipped.offsets[columns[at] + 1] += 1;
  }
  for (let i = 0; i < size; i++) flipped.offsets[i + 1] += flipped.offsets[i];
  const next = flipped.offsets.slice(0, size);
  for (let i = 0; i < size; i++) for (let at = offsets[i]; at < offsets[i + 1]; at++) flipped.columns[next[columns[at]]++] = i;
  return flipped;
}
