/** Sorts values [0, count) of a list of columns, ascending. */
export function sortColumns(columns: Int32Array, count: number): void {
  if (count > 24) {
    columns.subarray(0, count).sort();
    return;
  }
  for (let i = 1; i < count; i++) {
    const column = columns[i];
    let at = i;
    for (; at > 0 && columns[at - 1] > column; at--) columns[at] = columns[at - 1];
    columns[at] = column;
  }
}
