/**
 * What factors predict of pairs of rows, by one byte a factor. Of rows that both ask and answer,
 * (x_i . y_j + y_i . x_j) / l_j^(1/2), l_j = (|x_j| |y_j|)^(1/2): both estimates of a matrix that
 * is symmetric, tempered so that rows with many links do not lead every list. Of pairs with two
 * sides, x_i . y_j, the asking row's and the answering one's, whichever of them asks.
 */

import { loadWasm } from '../load-wasm.ts';
import type { Factors, FactorSides } from './factorize.ts';

export interface PairScorer {
  /** The first row of the other side, where there are two. */
  split: number | undefined;
  /**
   * Predictions of row i with the first `count` of these rows; a view, good until the next call.
   */
  scores(row: number, picked: Uint32Array, count: number): Float32Array;
}

interface Exports {
  pickedScores(
    rows: number,
    stride: number,
    query: number,
    picked: number,
    n: number,
    scales: number,
    factor: number,
    out: number,
  ): void;
}

/** Scored at once. */
const BLOCK = 4096;

/** Throws RangeError where the factors are not those of the sides, d a row. */
export function pairScorer(
  { asking, answering }: Factors,
  sides: FactorSides,
  d: number,
): PairScorer {
  const isOneSet = sides.asking.from === sides.answering.from;
  const size = sides.answering.to;
  for (const [values, { from, to }] of [
    [asking, sides.asking],
    [answering, sides.answering],
  ] as const) {
    if (values.length !== (to - from) * d)
      throw new RangeError(`${values.length} factors of rows [${from}, ${to}), ${d} each`);
  }
  const width = isOneSet ? 2 * d : d;
  const stride = 16 * Math.ceil(width / 16);
  const kernel = loadWasm<Exports>('picked-scores');
  const places = kernel.allocate([size * stride, 4 * size, 2 * stride, 4 * BLOCK, 4 * BLOCK]);
  const [rowsAt, scalesAt, queryAt, pickedAt, outAt] = places;
  const rows = new Int8Array(kernel.memory(), rowsAt, size * stride).fill(0);
  const tempered = new Float32Array(kernel.memory(), scalesAt, size);
  const scales = new Float32Array(size);
  for (let row = 0; row < size; row++) {
    if (!isOneSet) {
      const [values, at] =
        row < sides.answering.from ? [asking, row] : [answering, row - sides.answering.from];
      scales[row] = tempered[row] = roundRow([values], at, d, rows, row * stride);
      continue;
    }
    scales[row] = roundRow([asking, answering], row, d, rows, row * stride);
    const length = Math.sqrt(lengthOf(asking, row, d) * lengthOf(answering, row, d));
    tempered[row] = length > 0 ? scales[row] / Math.sqrt(length) : 0;
  }
  const query = new Int16Array(kernel.memory(), queryAt, stride).fill(0);
  const numbers = new Uint32Array(kernel.memory(), pickedAt, BLOCK);
  const out = new Float32Array(kernel.memory(), outAt, BLOCK);
  let all = new Float32Array(BLOCK);
  return {
    split: isOneSet ? undefined : sides.answering.from,
    scores(row, picked, count) {
      if (all.length < count) all = new Float32Array(2 * count);
      const half = isOneSet ? d : 0;
      for (let k = 0; k < width; k++) query[k] = rows[row * stride + ((k + half) % width)];
      for (let from = 0; from < count; from += BLOCK) {
        const some = Math.min(BLOCK, count - from);
        numbers.set(picked.subarray(from, from + some));
        const factor = scales[row];
        kernel.exports.pickedScores(
          rowsAt,
          stride,
          queryAt,
          pickedAt,
          some,
          scalesAt,
          factor,
          outAt,
        );
        all.set(out.subarray(0, some), from);
      }
      return all.subarray(0, count);
    },
  };
}

/** The factors of a row as bytes, one after the other; returns what a byte stands for. */
function roundRow(
  kinds: readonly Float32Array[],
  row: number,
  d: number,
  out: Int8Array,
  at: number,
): number {
  let largest = 0;
  for (const values of kinds)
    for (let k = 0; k < d; k++) largest = Math.max(largest, Math.abs(values[row * d + k]));
  if (largest === 0) return 0;
  for (const values of kinds)
    for (let k = 0; k < d; k++) out[at++] = Math.round((127 * values[row * d + k]) / largest);
  return largest / 127;
}

function lengthOf(values: Float32Array, row: number, d: number): number {
  let squares = 0;
  for (let k = row * d; k < (row + 1) * d; k++) squares += values[k] * values[k];
  return Math.sqrt(squares);
}
