/**
 * The vectors that codes are learned from, d or 2 d numbers a row, of length 4. Of rows that both
 * ask and answer (x_i, y_i) asks and (y_i, x_i) answers: D is symmetric, so y_i . x_j estimates the
 * same link as x_i . y_j. Of pairs with two sides x_i asks and y_j answers.
 */

import type { Factors, FactorSides } from '../factors/factorize.ts';

export interface CodeVectors {
  /** Numbers of a vector. */
  width: number;
  /** (n, width) of some rows, which ask. */
  asking(rows: ArrayLike<number>): Float32Array;
  /** (n, width) of some rows, which answer. */
  answering(rows: ArrayLike<number>): Float32Array;
}

/** Their length, so that most outputs of a projection are where tanh bends. */
const LENGTH = 4;

/**
 * d: factors a row. A row of the other side than is asked for has the vector of its own side: pairs
 * with two sides have one vector an item.
 */
export function codeVectors(
  { asking, answering }: Factors,
  sides: FactorSides,
  d: number,
): CodeVectors {
  const isOneSet = sides.asking.from === sides.answering.from;
  const width = isOneSet ? 2 * d : d;
  const gather = (rows: ArrayLike<number>, first: Float32Array, second: Float32Array) => {
    const out = new Float32Array(rows.length * width);
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i];
      if (isOneSet) {
        out.set(first.subarray(row * d, (row + 1) * d), i * width);
        out.set(second.subarray(row * d, (row + 1) * d), i * width + d);
      } else {
        const [values, at] =
          row < sides.answering.from ? [asking, row] : [answering, row - sides.answering.from];
        out.set(values.subarray(at * d, (at + 1) * d), i * width);
      }
      toLength(out, i * width, width);
    }
    return out;
  };
  return {
    width,
    asking: (rows) => gather(rows, asking, answering),
    answering: (rows) => gather(rows, answering, asking),
  };
}

/** A vector of zeros stays one. */
function toLength(values: Float32Array, at: number, width: number): void {
  let squares = 0;
  for (let k = at; k < at + width; k++) squares += values[k] * values[k];
  if (squares === 0) return;
  const factor = LENGTH / Math.sqrt(squares);
  for (let k = at; k < at + width; k++) values[k] *= factor;
}
