/**
 * The first principal directions of sparse rows by orthogonal iteration on the centred matrix,
 * without ever forming it: with X (n, V) and its mean m, Q <- orth((X - 1 m')' (X - 1 m') Q). Some
 * more directions than asked for are carried along, so that the asked ones are sharp.
 */

import type { SparseRows } from '../../../kernels/documents/encode-sparse.ts';
import { orthonormal } from '../../vectors/itq.ts';
import { lsh } from '../../vectors/lsh.ts';

const ITERATIONS = 12;
const SPARE = 10;

interface PrincipalDirections {
  /** V. */
  mean: Float64Array;
  /** (p, V) row-major, orthonormal, by falling variance. */
  directions: Float64Array;
  /** p: as many as asked for, or the rank that can be (rows, terms). */
  count: number;
}

export function principalDirections(
  rows: SparseRows,
  terms: number,
  wanted: number,
  seed: number,
  onProgress?: (done: number, total: number) => void,
): PrincipalDirections {
  const n = rows.offsets.length - 1;
  const count = Math.min(wanted, n, terms);
  const p = Math.min(wanted + SPARE, n, terms);
  const mean = new Float64Array(terms);
  for (const [at, term] of rows.terms.entries()) mean[term]! += rows.weights[at]! / n;
  let Q = orthonormal(lsh(terms, p, seed, 32), p, terms);
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    onProgress?.(iteration, ITERATIONS);
    Q = orthonormal(
      transpose(
        pullBack(rows, terms, mean, project(rows, transpose(Q, p, terms), p, mean), p),
        terms,
        p,
      ),
      p,
      terms,
    );
  }
  return { mean, directions: Q.slice(0, count * terms), count };
}

/** (X - 1 m') Q for Q (V, p): (n, p). */
export function project(
  rows: SparseRows,
  Q: Float64Array,
  p: number,
  mean: Float64Array,
): Float64Array {
  const n = rows.offsets.length - 1;
  const shift = new Float64Array(p);
  for (let t = 0; t < mean.length; t++)
    for (let k = 0; k < p; k++) shift[k]! += mean[t]! * Q[t * p + k]!;
  const Y = new Float64Array(n * p);
  for (let r = 0; r < n; r++) {
    const y = Y.subarray(r * p, (r + 1) * p);
    for (let k = 0; k < p; k++) y[k] = -shift[k]!;
    for (let at = rows.offsets[r]!; at < rows.offsets[r + 1]!; at++) {
      const weight = rows.weights[at]!;
      const start = rows.terms[at]! * p;
      for (let k = 0; k < p; k++) y[k]! += weight * Q[start + k]!;
    }
  }
  return Y;
}

/** (X - 1 m')' Y: (V, p). */
function pullBack(
  rows: SparseRows,
  terms: number,
  mean: Float64Array,
  Y: Float64Array,
  p: number,
): Float64Array {
  const n = rows.offsets.length - 1;
  const Z = new Float64Array(terms * p);
  const sums = new Float64Array(p);
  for (let r = 0; r < n; r++) {
    for (let k = 0; k < p; k++) sums[k]! += Y[r * p + k]!;
    for (let at = rows.offsets[r]!; at < rows.offsets[r + 1]!; at++) {
      const weight = rows.weights[at]!;
      const start = rows.terms[at]! * p;
      for (let k = 0; k < p; k++) Z[start + k]! += weight * Y[r * p + k]!;
    }
  }
  for (let t = 0; t < terms; t++) for (let k = 0; k < p; k++) Z[t * p + k]! -= mean[t]! * sums[k]!;
  return Z;
}

/** (rows, columns) row-major to (columns, rows). */
export function transpose(A: Float64Array, rows: number, columns: number): Float64Array {
  const out = new Float64Array(A.length);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) out[c * rows + r] = A[r * columns + c]!;
  return out;
}
