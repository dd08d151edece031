import type { SparseRows } from '../../kernels/train-rows.ts';

/** D of these pairs, links both ways. */
export function affinityOf(items: number, pairs: readonly (readonly [number, number])[]): SparseRows {
  const rows = Array.from({ length: items }, () => new Set<number>());
  for (const [i, j] of pairs) {
    if (i === j) continue;
    rows[i]!.add(j);
    rows[j]!.add(i);
  }
  const offsets = new Uint32Array(items + 1);
  for (const [i, row] of rows.entries()) offsets[i + 1] = offsets[i]! + row.size;
  return { offsets, columns: Uint32Array.from(rows.flatMap((row) => [...row].toSorted((a, b) => a - b))) };
}
