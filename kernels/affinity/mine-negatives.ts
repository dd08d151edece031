/**
 * Hard negatives of row i (paper 1, section 4.2): N_i = {j : (D^T D)_ij > 0, D_ij = 0, j != i}, the
 * neighbours of neighbours that are none themselves. Of N_i a sample that is uniform over its
 * members, not over the ways that lead to them. V words, rows [from, to).
 */

import { loadWasm, type WasmKernel } from '../load-wasm.ts';
import { PURPOSE, RandomStream } from '../numbers/random.ts';
import { sortColumns } from '../numbers/sort-columns.ts';
import type { SparseRows } from '../training/train-rows.ts';

interface MineOptions {
  from: number;
  to: number;
  /** At most so many negatives a row: all of N_i where it has no more. */
  perRow: number;
  seed: number;
}

/**
 * Negatives of rows [from, to) uniform over all pairs {i, j} with j in N_i, not over those of a
 * row: each pair is drawn with probability `share`, by the stream (seed, minePairs, min(i, j),
 * max(i, j)), so that i has j whenever j has i, whatever the ranges. Rising within a row.
 */
export function mineAnyPairs(
  affinity: SparseRows,
  { from, to, share, seed }: { from: number; to: number; share: number; seed: number },
): SparseRows {
  if (!(share >= 0 && share <= 1))
    throw new RangeError(`share: expected a number from 0 to 1, got ${share}`);
  return mineRows(affinity, from, to, (i, met, count) => {
    let kept = 0;
    for (let k = 0; k < count; k++) {
      const j = met[k];
      if (
        new RandomStream(seed, PURPOSE.minePairs, Math.min(i, j), Math.max(i, j)).uniform() < share
      )
        met[kept++] = j;
    }
    return kept;
  });
}

/**
 * The mean of |N_i|: over all rows, or where there are more than `most` over so many that are drawn
 * with replacement.
 */
export function meanNegatives(
  affinity: SparseRows,
  { most, seed }: { most: number; seed: number },
): number {
  const size = affinity.offsets.length - 1;
  const stream = new RandomStream(seed, PURPOSE.mineSample);
  const rows = size <= most ? size : most;
  let total = 0;
  for (let k = 0; k < rows; k++) {
    const i = size <= most ? k : stream.below(size);
    mineRows(affinity, i, i + 1, (_, __, count) => {
      total += count;
      return 0;
    });
  }
  return rows === 0 ? 0 : total / rows;
}

/**
 * Negatives of rows [from, to), rising within a row; D (V rows) is square and symmetric. N_i is
 * listed in the order in which it is met (neighbours k rising, their neighbours j rising); the
 * sample is the start of a Fisher-Yates shuffle of it by the stream (seed, mine, i).
 */
export function mineNegatives(
  affinity: SparseRows,
  { from, to, perRow, seed }: MineOptions,
): SparseRows {
  if (!Number.isInteger(perRow) || perRow < 0)
    throw new RangeError(`perRow: expected an integer from 0, got ${perRow}`);
  return mineRows(affinity, from, to, (i, met, count) => {
    if (count <= perRow) return count;
    sampleToFront(met, count, perRow, new RandomStream(seed, PURPOSE.mine, i));
    return perRow;
  });
}

/**
 * Lists N_i of rows [from, to) and takes of each the start that `choose` leaves: it may order the
 * list as it likes and returns how many.
 */
function mineRows(
  affinity: SparseRows,
  from: number,
  to: number,
  choose: (i: number, met: Int32Array, count: number) => number,
): SparseRows {
  const size = affinity.offsets.length - 1;
  if (!(Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from <= to && to <= size))
    throw new RangeError(`rows [${from}, ${to}) of ${size}`);
  const { kernel, at } = loaded(affinity);
  const met = new Int32Array(kernel.memory(), at.met, size + 1);
  new Uint32Array(kernel.memory(), at.seen, size).fill(0);
  const mined = { offsets: new Uint32Array(to - from + 1), columns: new Uint32Array(1024) };
  let length = 0;
  for (let i = from; i < to; i++) {
    const count = choose(
      i,
      met,
      kernel.exports.meet(i, i + 1, at.offsets, at.columns, at.seen, at.met),
    );
    sortColumns(met, count);
    while (length + count > mined.columns.length) mined.columns = grown(mined.columns);
    for (let k = 0; k < count; k++) mined.columns[length++] = met[k];
    mined.offsets[i - from + 1] = length;
  }
  return { offsets: mined.offsets, columns: mined.columns.slice(0, length) };
}

interface Exports {
  meet(
    i: number,
    mark: number,
    offsets: number,
    columns: number,
    seen: number,
    met: number,
  ): number;
}

interface Loaded {
  affinity: SparseRows;
  kernel: WasmKernel<Exports>;
  at: { offsets: number; columns: number; seen: number; met: number };
}

let kept: Loaded | undefined;

/** D in the memory of the kernel; the last one stays there, since its rows are mined in ranges. */
function loaded(affinity: SparseRows): Loaded {
  if (kept?.affinity === affinity) return kept;
  const kernel = kept?.kernel ?? loadWasm<Exports>('mine');
  kept = undefined;
  const size = affinity.offsets.length - 1;
  const [offsets, columns, seen, met] = kernel.allocate([
    4 * size + 4,
    4 * affinity.columns.length,
    4 * size,
    4 * size + 4,
  ]);
  for (let at = 0; at < affinity.columns.length; at++) {
    if (affinity.columns[at] >= size)
      throw new RangeError(
        `column ${affinity.columns[at]} at entry ${at} of a square of ${size} rows`,
      );
  }
  new Uint32Array(kernel.memory(), offsets, size + 1).set(affinity.offsets);
  new Uint32Array(kernel.memory(), columns, affinity.columns.length).set(affinity.columns);
  kept = { affinity, kernel, at: { offsets, columns, seen, met } };
  return kept;
}

function sampleToFront(
  values: Int32Array,
  count: number,
  wanted: number,
  stream: RandomStream,
): void {
  for (let k = 0; k < wanted; k++) {
    const drawn = k + stream.below(count - k);
    const value = values[drawn];
    values[drawn] = values[k];
    values[k] = value;
  }
}

function grown(array: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(2 * array.length);
  larger.set(array);
  return larger;
}
