import type { PlacedRows } from './place-rows.ts';

/**
 * The `top` heaviest entries of a row, of equal sums those of the smallest columns, as a bound: an
 * entry is among them where its sum is larger than the bound's, or the same and its column not
 * behind the bound's. So what is kept of a symmetric matrix can be told from its upper half: (i, j)
 * is in D where row i or row j keeps it. V rows.
 */
export interface TopBounds {
  /** (V): -1 of a row that keeps all. */
  sums: Float64Array;
  /** (V) */
  columns: Int32Array;
}

/** Rows that keep all they have. */
export function openBounds(V: number): TopBounds {
  return { sums: new Float64Array(V).fill(-1), columns: new Int32Array(V) };
}

/**
 * Notes the bounds of those of these rows that have more than `top` entries; columns rise within a
 * row.
 */
export function noteBounds(
  bounds: TopBounds,
  { from, to, offsets, columns, sums }: PlacedRows,
  top: number,
): void {
  for (let row = from; row < to; row++) {
    const start = offsets[row - from];
    const end = offsets[row - from + 1];
    if (end - start <= top) continue;
    const least = sums!.slice(start, end).sort()[end - start - top];
    let ties = top;
    for (let at = start; at < end; at++) if (sums![at] > least) ties -= 1;
    let at = start;
    for (; ties > 0; at++) if (sums![at] === least) ties -= 1;
    bounds.sums[row] = least;
    bounds.columns[row] = columns[at - 1];
  }
}

/** Whether row i keeps an entry in column j. */
export function isTop({ sums, columns }: TopBounds, i: number, j: number, sum: number): boolean {
  return sum > sums[i] || (sum === sums[i] && j <= columns[i]);
}
