import { PURPOSE, RandomStream } from '../kernels/random.ts';
import { initializePartition } from '../kernels/train-partition.ts';
import type { BlockSide, SparseRows } from '../kernels/train-rows.ts';

/** A synthetic vocabulary as one partition: about `degree` links a row and `mined` hard negatives, uniform. */
export function syntheticSide(rows: number, degree: number, mined: number, tables: number, bits: number, seed: number): BlockSide {
  const random = new RandomStream(seed, PURPOSE.evaluate);
  const links: Set<number>[] = Array.from({ length: rows }, () => new Set());
  for (let pair = 0; pair < (rows * degree) / 2; pair++) {
    const a = random.below(rows);
    const b = random.below(rows);
    if (a === b) continue;
    links[a]?.add(b);
    links[b]?.add(a);
  }
  const negatives = links.map((linked, row) => {
    const chosen = new Set<number>();
    while (chosen.size < mined) {
      const column = random.below(rows);
      if (column !== row && !linked.has(column)) chosen.add(column);
    }
    return chosen;
  });
  return { state: initializePartition(seed, 0, rows, tables, bits), affinity: sparse(links), negatives: sparse(negatives) };
}

function sparse(sets: Set<number>[]): SparseRows {
  const offsets = new Uint32Array(sets.length + 1);
  for (const [row, set] of sets.entries()) offsets[row + 1] = (offsets[row] ?? 0) + set.size;
  const columns = new Uint32Array(offsets.at(-1) ?? 0);
  for (const [row, set] of sets.entries()) columns.set([...set].sort((a, b) => a - b), offsets[row]);
  return { offsets, columns };
}
