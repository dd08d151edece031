/**
 * Implicit feedback by weighted alternating least squares (Hu, Koren and Volinsky, "Collaborative
 * filtering for implicit feedback datasets", ICDM 2008). With the preference p_ij = 1 of a link and
 * 0 of all other pairs, and the confidence c_ij = 1 + alpha g_ij (1 without a link), a half-step
 * minimises over x_i, all y fixed,
 *
 * sum_j c_ij (p_ij - x_i . y_j)^2 + lambda |x_i|^2
 *
 * whose solution is (Y^T Y + lambda I + alpha Y^T G_i Y) x_i = Y^T c_i. A few steps of conjugate
 * gradients from the last x_i come near it, and never raise the loss (Takacs, Pilaszy and Tikk,
 * "Applications of the conjugate gradient method for implicit feedback collaborative filtering",
 * RecSys 2011). float32, Y^T Y in float64 over blocks of rows; d factors a row.
 */

import { loadWasm } from '../load-wasm.ts';
import type { SparseRows } from '../training/train-rows.ts';

export interface SolveSettings {
  /** d, a multiple of 16. */
  factors: number;
  alpha: number;
  /** lambda. */
  regularization: number;
}

export interface RowsToSolve extends SparseRows {
  /** The square root of g of each entry of `columns`, as a LinkGraph has it. */
  roots: Float32Array;
  /** Subtracted from a column: the first of the others. */
  firstColumn: number;
}

export interface RowSolver {
  /**
   * New values of own (rows, d), which are where it begins; a row without links becomes zeros. The
   * rows do not hang on one another.
   */
  solve(rows: RowsToSolve, own: Float32Array): Float32Array;
}

interface Exports {
  addGram(others: number, from: number, to: number, d: number, sums: number): void;
  solveRows(
    rows: number,
    d: number,
    steps: number,
    offsets: number,
    columns: number,
    strengths: number,
    others: number,
    gram: number,
    own: number,
    scratch: number,
  ): void;
}

/** Of conjugate gradients, from the values of the round before. */
const STEPS = 3;
/** Summed in float32 before they join the sum in float64. */
const GRAM_ROWS = 256;
/** Solved at once: their links are copied into the memory of the kernel. */
const BLOCK_ROWS = 1024;

/** For all rows whose columns are `others` (n, d). Throws RangeError on sizes that do not fit. */
export function rowSolver(others: Float32Array, settings: SolveSettings, steps = STEPS): RowSolver {
  const { factors: d, alpha, regularization } = settings;
  if (!Number.isInteger(d) || d < 16 || d % 16 !== 0)
    throw new RangeError(`factors: expected a multiple of 16, got ${d}`);
  if (others.length % d !== 0)
    throw new RangeError(`factors: ${others.length} values are no rows of ${d}`);
  if (!(alpha >= 0 && alpha < Infinity && regularization > 0 && regularization < Infinity))
    throw new RangeError(
      `alpha ${alpha}, regularization ${regularization}: expected finite ones from 0, above 0`,
    );
  const n = others.length / d;
  const kernel = loadWasm<Exports>('factors');
  const fixed = [4 * others.length, 4 * d * d, 12 * d, 4 * BLOCK_ROWS * d, 4 * (BLOCK_ROWS + 1)];
  const [othersAt] = kernel.allocate(fixed) as [number];
  new Float32Array(kernel.memory(), othersAt, others.length).set(others);
  const gram = gramOf(kernel, othersAt, n, settings, fixed);
  return {
    solve(rows, own) {
      const count = rows.offsets.length - 1;
      if (own.length !== count * d)
        throw new RangeError(`${own.length} values of ${count} rows of ${d}`);
      const solved = new Float32Array(own.length);
      for (let from = 0; from < count; from += BLOCK_ROWS)
        solveBlock(rows, own, solved, from, Math.min(from + BLOCK_ROWS, count));
      return solved;
    },
  };

  function solveBlock(
    { offsets, columns, roots, firstColumn }: RowsToSolve,
    own: Float32Array,
    solved: Float32Array,
    from: number,
    to: number,
  ): void {
    const first = offsets[from];
    const links = offsets[to] - offsets[from];
    const places = kernel.allocate([...fixed, 4 * links, 4 * links]);
    const [, gramAt, scratchAt, ownAt, offsetsAt, columnsAt, strengthsAt] = places;
    const memory = kernel.memory();
    new Float32Array(memory, gramAt, d * d).set(gram);
    const values = new Float32Array(memory, ownAt, (to - from) * d);
    values.set(own.subarray(from * d, to * d));
    const ends = new Uint32Array(memory, offsetsAt, to - from + 1);
    for (let row = from; row <= to; row++) ends[row - from] = offsets[row] - offsets[from];
    const targets = new Uint32Array(memory, columnsAt, links);
    const confidences = new Float32Array(memory, strengthsAt, links);
    for (let at = 0; at < links; at++) {
      const target = columns[first + at] - firstColumn;
      if (!(target >= 0 && target < n))
        throw new RangeError(`column ${columns[first + at]}: not one of ${n} from ${firstColumn}`);
      targets[at] = target;
      confidences[at] = alpha * roots[first + at] * roots[first + at];
    }
    kernel.exports.solveRows(
      to - from,
      d,
      steps,
      offsetsAt,
      columnsAt,
      strengthsAt,
      othersAt,
      gramAt,
      ownAt,
      scratchAt,
    );
    for (let at = 0; at < values.length; at++) {
      if (!Number.isFinite(values[at]))
        throw new RangeError(
          `factor ${at % d} of row ${from + Math.floor(at / d)} is ${values[at]}; ` +
            'alpha or the weights are too large for float32',
        );
    }
    solved.set(values, from * d);
  }
}

/** others^T others + lambda I, rounded to float32 once. */
function gramOf(
  kernel: ReturnType<typeof loadWasm<Exports>>,
  othersAt: number,
  n: number,
  { factors: d, regularization }: SolveSettings,
  fixed: readonly number[],
): Float32Array {
  const sumsAt = kernel.allocate([...fixed, 8 * d * d])[fixed.length];
  const sums = new Float64Array(kernel.memory(), sumsAt, d * d).fill(0);
  for (let from = 0; from < n; from += GRAM_ROWS)
    kernel.exports.addGram(othersAt, from, Math.min(from + GRAM_ROWS, n), d, sumsAt);
  const gram = new Float32Array(d * d);
  for (let k = 0; k < d; k++) {
    for (let l = k; l < d; l++) gram[k * d + l] = gram[l * d + k] = sums[k * d + l];
    gram[k * d + k] = sums[k * d + k] + regularization;
  }
  return gram;
}
