/**
 * Ridge regression on sparse rows, (X'X + lambda I) w = X'y, by conjugate gradients: X is never
 * dense, X'X never formed.
 */

import type { SparseRows } from '../../../kernels/documents/encode-sparse.ts';

const STEPS = 100;
const TOLERANCE = 1e-6;

/** y: n. Returns w: V. */
export function ridge(rows: SparseRows, V: number, y: Float64Array, lambda: number): Float64Array {
  const w = new Float64Array(V);
  let residual = transposed(rows, V, y);
  let direction = residual.slice();
  let length = squared(residual);
  const enough = TOLERANCE ** 2 * length;
  for (let step = 0; step < STEPS && length > enough; step++) {
    const pushed = transposed(rows, V, product(rows, direction));
    let curvature = 0;
    for (let t = 0; t < V; t++) curvature += direction[t]! * (pushed[t]! += lambda * direction[t]!);
    const alpha = length / curvature;
    for (let t = 0; t < V; t++) {
      w[t]! += alpha * direction[t]!;
      residual[t]! -= alpha * pushed[t]!;
    }
    const next = squared(residual);
    for (let t = 0; t < V; t++) direction[t] = residual[t]! + (next / length) * direction[t]!;
    length = next;
  }
  return w;
}

function product({ offsets, terms, weights }: SparseRows, w: Float64Array): Float64Array {
  const out = new Float64Array(offsets.length - 1);
  for (let r = 0; r < out.length; r++)
    for (let at = offsets[r]!; at < offsets[r + 1]!; at++) out[r]! += weights[at]! * w[terms[at]!]!;
  return out;
}

function transposed(
  { offsets, terms, weights }: SparseRows,
  V: number,
  y: Float64Array,
): Float64Array {
  const out = new Float64Array(V);
  for (let r = 0; r < y.length; r++)
    for (let at = offsets[r]!; at < offsets[r + 1]!; at++) out[terms[at]!]! += weights[at]! * y[r]!;
  return out;
}

function squared(v: Float64Array): number {
  let sum = 0;
  for (const value of v) sum += value * value;
  return sum;
}
