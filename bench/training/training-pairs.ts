import { PURPOSE, RandomStream } from '../../kernels/numbers/random.ts';
import { initializePartition } from '../../kernels/training/train-partition.ts';
import type { BlockSide, SparseRows } from '../../kernels/training/train-rows.ts';

/**
 * A synthetic vocabulary as one partition: about `degree` links a row and `mined` hard negatives,
 * uniform.
 */
export function syntheticSide(
  rows: number,
  degree: number,
  mined: number,
  tables: number,
  bits: number,
  seed: number,
): BlockSide {
  const random = new RandomStream(seed, PURPOSE.evaluate);
  const links: Set<number>[] = Array.from({ length: rows }, () => new Set());
  for (let pair = 0; pair < (rows * degree) / 2; pair++) {
    const a = random.below(rows);
    const b = random.below(rows);
    if (a === b) continue;
    links[a]?.add(b);
    links[b]?.add(a);
  }
  const columns = new Uint32Array(rows * mined);
  for (let row = 0; row < rows; row++) {
    const own = columns.subarray(row * mined, (row + 1) * mined);
    for (let at = 0; at < mined;) {
      const column = random.below(rows);
      if (column !== row && !links[row]?.has(column)) own[at++] = column;
    }
    own.sort();
  }
  const negatives = {
    offsets: Uint32Array.from({ length: rows + 1 }, (_, row) => row * mined),
    columns,
  };
  return {
    state: initializePartition(seed, 0, rows, tables, bits),
    affinity: sparse(links),
    negatives,
  };
}

function sparse(sets: Set<number>[]): SparseRows {
  const offsets = new Uint32Array(sets.length + 1);
  for (const [row, set] of sets.entries()) offsets[row + 1] = (offsets[row] ?? 0) + set.size;
  const columns = new Uint32Array(offsets.at(-1) ?? 0);
  for (const [row, set] of sets.entries())
    columns.set(
      [...set].sort((a, b) => a - b),
      offsets[row],
    );
  return { offsets, columns };
}
