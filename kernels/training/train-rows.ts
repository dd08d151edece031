import { exp, log } from '../numbers/elementary.ts';
import type { PartitionState } from './train-partition.ts';

/**
 * Sparse rows (CSR): the columns of row r, rising, are columns[offsets[r]] to columns[offsets[r +
 * 1]] (exclusive).
 */
export interface SparseRows {
  /**
   * One more than rows; absolute places in `columns`, so a slice of a larger matrix needs no copy.
   */
  offsets: Uint32Array;
  /** Global ids. */
  columns: Uint32Array;
}

/** One side of a block: a partition's state and its rows of D and of the mined negatives. */
export interface BlockSide {
  state: PartitionState;
  /** The training affinity D: symmetric, binary, without held-out pairs. */
  affinity: SparseRows;
  negatives: SparseRows;
  /** Items in a bucket with the row, not linked to it; absent while training does without. */
  bucketed?: SparseRows;
}

/** Rows of a block are numbered 0 to n - 1: those of p, then those of q. */
export interface BlockRows {
  rows: number;
  /** Rows of p. */
  split: number;
  /** Global id = local id + shiftP or, from `split` on, + shiftQ. */
  shiftP: number;
  shiftQ: number;
}

/**
 * The numbering of a block's rows; `width` = L * d values a row. Sides are two with p before q, or
 * one on the diagonal.
 */
export function numberRows(sides: readonly BlockSide[], width: number): BlockRows {
  const [p, q] = sides;
  if (p === undefined || sides.length > 2)
    throw new RangeError(`a block has one side or two, not ${sides.length}`);
  for (const { state, affinity, negatives, bucketed } of sides) {
    const values = state.embeddings.length;
    const rows = values / width;
    if (
      !Number.isInteger(rows) ||
      state.moment1.length !== values ||
      state.moment2.length !== values
    ) {
      throw new RangeError(
        `partition at row ${state.firstRow}: ${values} embedding values with ` +
          `${state.moment1.length} and ${state.moment2.length} moments, in rows of ${width}`,
      );
    }
    for (const sparse of [affinity, negatives, ...(bucketed ? [bucketed] : [])]) {
      if (sparse.offsets.length !== rows + 1)
        throw new RangeError(
          `partition at row ${state.firstRow}: ${rows} rows, but offsets for ` +
            `${sparse.offsets.length - 1}`,
        );
    }
  }
  const split = p.state.embeddings.length / width;
  const rows = q === undefined ? split : split + q.state.embeddings.length / width;
  if (q !== undefined && q.state.firstRow < p.state.firstRow + split) {
    throw new RangeError(
      `the second side begins at row ${q.state.firstRow}, before the end of the first ` +
        `(${p.state.firstRow + split})`,
    );
  }
  return {
    rows,
    split,
    shiftP: p.state.firstRow,
    shiftQ: q === undefined ? 0 : q.state.firstRow - split,
  };
}

/** Global id of a block's row. */
export function globalRow(numbering: BlockRows, local: number): number {
  return local + (local < numbering.split ? numbering.shiftP : numbering.shiftQ);
}

/**
 * The entries of the sides' rows whose column lies in the block too, in local ids; rising within a
 * row as p comes before q.
 */
export function restrict(numbering: BlockRows, parts: readonly SparseRows[]): SparseRows {
  const { rows, split, shiftP, shiftQ } = numbering;
  const offsets = new Uint32Array(rows + 1);
  let total = 0;
  for (const part of parts) total += part.offsets[part.offsets.length - 1] - part.offsets[0];
  const columns = new Uint32Array(total);
  let row = 0;
  let count = 0;
  for (const part of parts) {
    for (let r = 0; r + 1 < part.offsets.length; r++) {
      for (let at = part.offsets[r]; at < part.offsets[r + 1]; at++) {
        const inP = part.columns[at] - shiftP;
        const inQ = part.columns[at] - shiftQ;
        if (inP >= 0 && inP < split) columns[count++] = inP;
        else if (inQ >= split && inQ < rows) columns[count++] = inQ;
      }
      row += 1;
      offsets[row] = count;
    }
  }
  return { offsets, columns: columns.subarray(0, count) };
}

/** Links at which a negative weighs beta, whatever the balance. */
const LINKS_OF_BETA = 16;

/**
 * What the negatives of each row weigh beside beta: (16 / links)^balance, by all links of the row,
 * in the block or not; 1 for a row without.
 */
export function negativeWeights(parts: readonly SparseRows[], balance: number): Float32Array {
  const weights = new Float32Array(
    parts.reduce((rows, { offsets }) => rows + offsets.length - 1, 0),
  ).fill(1);
  let row = 0;
  for (const { offsets } of balance === 0 ? [] : parts) {
    for (let at = 0; at + 1 < offsets.length; at++, row++) {
      const links = offsets[at + 1] - offsets[at];
      if (links > 0) weights[row] = exp(balance * log(LINKS_OF_BETA / links));
    }
  }
  return weights;
}

/** Whether row holds the column, by bisection. */
export function contains({ offsets, columns }: SparseRows, row: number, column: number): boolean {
  let low = offsets[row];
  let high = offsets[row + 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (columns[middle] < column) low = middle + 1;
    else high = middle;
  }
  return low < offsets[row + 1] && columns[low] === column;
}

/** Pairs of local rows, each in both orders. */
interface PairList {
  left: Uint32Array;
  right: Uint32Array;
}

/**
 * Every positive pair of a block, in the order of rows: those of D between p and q, both ways, or
 * within p on the diagonal.
 */
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
  return { left: left.subarray(0, count), right: right.subarray(0, count) };
}
