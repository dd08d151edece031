/** The row of every entry of a CSR, whose first row is `first`: the way back to a table. */
export function rowOfEntries(offsets: ArrayLike<number>, first = 0): Int32Array {
  const rows = offsets.length - 1;
  const result = new Int32Array(offsets[rows] ?? 0);
  for (let r = 0; r < rows; r++) result.fill(first + r, offsets[r], offsets[r + 1]);
  return result;
}
