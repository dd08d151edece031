import type { SparseRows } from '../../kernels/training/train-rows.ts';

export function toLists({
  offsets,
  columns,
}: {
  offsets: Uint32Array;
  columns: ArrayLike<number>;
}): number[][] {
  const all = Array.from(columns);
  return Array.from({ length: offsets.length - 1 }, (_, r) =>
    all.slice(offsets[r], offsets[r + 1]),
  );
}

export function fromLists(lists: readonly (readonly number[])[]): SparseRows {
  const offsets = new Uint32Array(lists.length + 1);
  for (const [r, list] of lists.entries()) offsets[r + 1] = offsets[r]! + list.length;
  return { offsets, columns: Uint32Array.from(lists.flat()) };
}

/** D of unordered pairs. */
export function fromPairs(size: number, pairs: readonly (readonly [number, number])[]): SparseRows {
  const neighbours = Array.from({ length: size }, () => new Set<number>());
  for (const [i, j] of pairs) {
    if (i === j) continue;
    neighbours[i]!.add(j);
    neighbours[j]!.add(i);
  }
  return fromLists(neighbours.map((set) => [...set].sort((a, b) => a - b)));
}

/** The rows of several ranges, one after the other. */
export const concatenateRows = (parts: readonly SparseRows[]): SparseRows =>
  fromLists(parts.flatMap(toLists));
