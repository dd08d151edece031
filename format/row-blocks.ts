/**
 * How compact vectors lie in the memory of kernels/wasm/row-scores.ts: four rows beside one
 * another, 16 dimensions at a time.
 */

/** Rows of a block. */
export const BLOCK_ROWS = 4;
const PIECE = 16;

/** Rows up to the end of the last block of n. */
export const wholeBlocks = (n: number): number => Math.ceil(n / BLOCK_ROWS) * BLOCK_ROWS;

/**
 * Copies `count` values from `from` on to row `row` of `blocks`, whose rows have `stride` bytes, a
 * multiple of 16; what lies behind them stays.
 */
export function writeRow(
  blocks: Int8Array,
  { row, stride }: { row: number; stride: number },
  values: ArrayLike<number>,
  from: number,
  count: number,
): void {
  const block = row - (row % BLOCK_ROWS);
  let at = block * stride + (row - block) * PIECE;
  for (let k = 0; k < count; k += PIECE, at += BLOCK_ROWS * PIECE)
    for (let i = 0, most = Math.min(PIECE, count - k); i < most; i++)
      blocks[at + i] = values[from + k + i]!;
}

/** The `stride` values of row `row` of `blocks`. */
export function readRow(
  blocks: Int8Array,
  { row, stride }: { row: number; stride: number },
): Int8Array {
  const values = new Int8Array(stride);
  const block = row - (row % BLOCK_ROWS);
  let at = block * stride + (row - block) * PIECE;
  for (let k = 0; k < stride; k += PIECE, at += BLOCK_ROWS * PIECE)
    values.set(blocks.subarray(at, at + PIECE), k);
  return values;
}
