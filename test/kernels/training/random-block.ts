import { RandomStream } from '../../../kernels/numbers/random.ts';
import { initializePartition } from '../../../kernels/training/train-partition.ts';
import type { BlockSide, SparseRows } from '../../../kernels/training/train-rows.ts';
import type { PairwiseTraining } from '../../../schemas/configuration/training.ts';

/** A random D over `rows` rows with negatives, cut in partitions at `cuts`. */
export function sidesOf(
  rows: number,
  cuts: number[],
  { tables, bits }: PairwiseTraining,
  seed: number,
): BlockSide[] {
  const random = new RandomStream(seed, 99);
  const linked = Array.from({ length: rows }, () => new Set<number>());
  const mined = Array.from({ length: rows }, () => new Set<number>());
  for (let n = 0; n < 3 * rows; n++) {
    const [i, j] = [random.below(rows), random.below(rows)];
    if (i === j) continue;
    linked[i]!.add(j);
    linked[j]!.add(i);
  }
  for (let n = 0; n < 5 * rows; n++) {
    const [i, j] = [random.below(rows), random.below(rows)];
    if (i !== j && !linked[i]!.has(j)) mined[i]!.add(j);
  }
  return cuts.slice(1).map((end, at) => {
    const first = cuts[at]!;
    return {
      state: initializePartition(seed, first, end - first, tables, bits),
      affinity: sparse(linked.slice(first, end)),
      negatives: sparse(mined.slice(first, end)),
      bucketed: sparse(mined.slice(first, end).map((row) => new Set([...row].slice(1)))),
    };
  });
}

function sparse(sets: Set<number>[]): SparseRows {
  const offsets = [0];
  for (const set of sets) offsets.push((offsets.at(-1) ?? 0) + set.size);
  return {
    offsets: Uint32Array.from(offsets),
    columns: Uint32Array.from(sets.flatMap((set) => [...set].sort((a, b) => a - b))),
  };
}
