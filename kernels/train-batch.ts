import type { RandomStream } from './random.ts';
import { contains, type BlockRows, type SparseRows } from './train-rows.ts';

export const POSITIVE = 0;
export const HARD = 1;
export const EASY = 2;

/** The pairs of one batch, in local rows. */
export interface Batch {
  pairs: number;
  left: Uint32Array;
  right: Uint32Array;
  /** POSITIVE, HARD or EASY. */
  kind: Uint8Array;
}

/** Pairs of local rows, each in both orders. */
export interface PairList {
  left: Uint32Array;
  right: Uint32Array;
}

export function createBatch(positives: number, hardPerPositive: number, easyPerPositive: number): Batch {
  const capacity = positives * (1 + Math.ceil(hardPerPositive) + Math.ceil(easyPerPositive));
  return { pairs: 0, left: new Uint32Array(capacity), right: new Uint32Array(capacity), kind: new Uint8Array(capacity) };
}

/** Every positive pair of a block, in the order of rows: those of D between p and q, both ways, or within p on the diagonal. */
export function positivePairs({ rows, split }: BlockRows, affinity: SparseRows): PairList {
  const left = new Uint32Array(affinity.columns.length);
  const right = new Uint32Array(affinity.columns.length);
  const diagonal = split === rows;
  let count = 0;
  for (let row = 0; row < rows; row++) {
    for (let at = affinity.offsets[row]; at < affinity.offsets[row + 1]; at++) {
      const column = affinity.columns[at];
      if (!diagonal && row < split === column < split) continue;
      left[count] = row;
      right[count] = column;
      count += 1;
    }
  }
  return { left: left.slice(0, count), right: right.slice(0, count) };
}

/** Fisher-Yates over both arrays at once. */
export function shufflePairs({ left, right }: PairList, random: RandomStream): void {
  for (let i = left.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const l = left[i];
    left[i] = left[j];
    left[j] = l;
    const r = right[i];
    right[i] = right[j];
    right[j] = r;
  }
}

/**
 * Fills the batch with positives [start, end) and, for the left row of each, hard negatives (uniform over the row's mined ones inside
 * the block) and easy ones (uniform over all rows of the block that D does not link to it). A row without any gets none.
 */
export function drawBatch(
  batch: Batch,
  positives: PairList,
  start: number,
  end: number,
  affinity: SparseRows,
  negatives: SparseRows,
  hardPerPositive: number,
  easyPerPositive: number,
  random: RandomStream,
): void {
  const rows = affinity.offsets.length - 1;
  batch.pairs = 0;
  for (let at = start; at < end; at++) {
    const row = positives.left[at];
    append(batch, row, positives.right[at], POSITIVE);
    const first = negatives.offsets[row];
    const mined = negatives.offsets[row + 1] - first;
    if (mined > 0) {
      for (let n = times(hardPerPositive, random); n > 0; n--) append(batch, row, negatives.columns[first + random.below(mined)], HARD);
    }
    if (affinity.offsets[row + 1] - affinity.offsets[row] + 1 < rows) {
      for (let n = times(easyPerPositive, random); n > 0; n--) append(batch, row, drawEasy(row, rows, affinity, random), EASY);
    }
  }
}

function append(batch: Batch, left: number, right: number, kind: number): void {
  batch.left[batch.pairs] = left;
  batch.right[batch.pairs] = right;
  batch.kind[batch.pairs] = kind;
  batch.pairs += 1;
}

function drawEasy(row: number, rows: number, affinity: SparseRows, random: RandomStream): number {
  let column = random.below(rows);
  while (column === row || contains(affinity, row, column)) column = random.below(rows);
  return column;
}

/** A number of draws whose mean is `mean`: its whole part, and one more as often as its fraction says. */
function times(mean: number, random: RandomStream): number {
  const whole = Math.floor(mean);
  return mean === whole || random.uniform() >= mean - whole ? whole : whole + 1;
}
