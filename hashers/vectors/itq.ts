/**
 * Iterative quantization (Gong and Lazebnik: Iterative Quantization, a Procrustean Approach to
 * Learning Binary Codes, CVPR 2011): project on the d first principal components, then turn them so
 * that signs lose least: B = sign(V R), R = the orthogonal polar factor of V' B. X: (n, D)
 * row-major, centred in here. The result P = R' W': (d, D) row-major.
 */

import { LimitError } from '../../kernels/limit-error.ts';
import { lsh } from './lsh.ts';

const COMPONENT_ITERATIONS = 30;
const ROTATION_ITERATIONS = 50;
const POLAR_ITERATIONS = 60;

/** The projection for d bits learned from a sample. Throws LimitError where d exceeds D. */
export function itq(
  X: Float32Array,
  dimensions: number,
  mean: Float64Array,
  bits: number,
  seed: number,
  table: number,
): Float64Array {
  const D = dimensions;
  if (bits > D)
    throw new LimitError(
      `itq: ${bits} bits need vectors of at least ${bits} dimensions, got ${D}; take lsh`,
    );
  const n = X.length / D;
  const W = principalComponents(covariance(X, n, D, mean), D, bits, seed);
  const V = new Float64Array(n * bits);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < bits; k++) {
      let sum = 0;
      for (let c = 0; c < D; c++) sum += (X[i * D + c]! - mean[c]!) * W[k * D + c]!;
      V[i * bits + k] = sum;
    }
  }
  let R = orthonormal(lsh(bits, bits, seed, 8 + table), bits, bits);
  for (let iteration = 0; iteration < ROTATION_ITERATIONS; iteration++)
    R = polarFactor(signedSums(V, R, n, bits), bits);
  const P = new Float64Array(bits * D);
  for (let k = 0; k < bits; k++) {
    for (let j = 0; j < bits; j++)
      for (let c = 0; c < D; c++) P[k * D + c]! += R[j * bits + k]! * W[j * D + c]!;
  }
  return P;
}

/** (D, D), not divided by n. */
function covariance(X: Float32Array, n: number, D: number, mean: Float64Array): Float64Array {
  const C = new Float64Array(D * D);
  const row = new Float64Array(D);
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < D; c++) row[c] = X[i * D + c]! - mean[c]!;
    for (let a = 0; a < D; a++) for (let b = a; b < D; b++) C[a * D + b]! += row[a]! * row[b]!;
  }
  for (let a = 0; a < D; a++) for (let b = 0; b < a; b++) C[a * D + b] = C[b * D + a]!;
  return C;
}

/**
 * The d first eigenvectors as rows (d, D), by orthogonal iteration; close enough where eigenvalues
 * are close, as the rotation mixes them.
 */
function principalComponents(C: Float64Array, D: number, d: number, seed: number): Float64Array {
  let W = orthonormal(lsh(D, d, seed, 16), d, D);
  for (let iteration = 0; iteration < COMPONENT_ITERATIONS; iteration++) {
    const next = new Float64Array(d * D);
    for (let k = 0; k < d; k++) {
      for (let a = 0; a < D; a++) {
        let sum = 0;
        for (let b = 0; b < D; b++) sum += C[a * D + b]! * W[k * D + b]!;
        next[k * D + a] = sum;
      }
    }
    W = orthonormal(next, d, D);
  }
  return W;
}

/**
 * Gram-Schmidt over the rows, twice for the digits; a row that vanishes becomes the first axis that
 * is left.
 */
export function orthonormal(A: Float64Array, rows: number, D: number): Float64Array {
  let axis = 0;
  for (let k = 0; k < rows; k++) {
    for (let tries = 0; ; tries++) {
      for (let pass = 0; pass < 2; pass++) {
        for (let j = 0; j < k; j++) {
          let dot = 0;
          for (let c = 0; c < D; c++) dot += A[k * D + c]! * A[j * D + c]!;
          for (let c = 0; c < D; c++) A[k * D + c]! -= dot * A[j * D + c]!;
        }
      }
      let norm = 0;
      for (let c = 0; c < D; c++) norm += A[k * D + c]! ** 2;
      norm = Math.sqrt(norm);
      if (norm > 1e-9 || tries > D) {
        for (let c = 0; c < D; c++) A[k * D + c]! /= norm || 1;
        break;
      }
      A.fill(0, k * D, (k + 1) * D);
      A[k * D + (axis++ % D)] = 1;
    }
  }
  return A;
}

/** V' sign(V R), (d, d). */
function signedSums(V: Float64Array, R: Float64Array, n: number, d: number): Float64Array {
  const M = new Float64Array(d * d);
  const projected = new Float64Array(d);
  for (let i = 0; i < n; i++) {
    projected.fill(0);
    for (let j = 0; j < d; j++)
      for (let k = 0; k < d; k++) projected[k]! += V[i * d + j]! * R[j * d + k]!;
    for (let j = 0; j < d; j++)
      for (let k = 0; k < d; k++)
        M[j * d + k]! += projected[k]! > 0 ? V[i * d + j]! : -V[i * d + j]!;
  }
  return M;
}

/**
 * The orthogonal factor of M by Newton's iteration X <- (X + X^-T) / 2 (Higham 1986); M itself made
 * orthonormal where it is singular.
 */
function polarFactor(M: Float64Array, d: number): Float64Array {
  let X = M;
  for (let iteration = 0; iteration < POLAR_ITERATIONS; iteration++) {
    const inverse = inverted(X, d);
    if (!inverse) return orthonormal(M, d, d);
    const next = new Float64Array(d * d);
    let change = 0;
    for (let a = 0; a < d; a++) {
      for (let b = 0; b < d; b++) {
        next[a * d + b] = (X[a * d + b]! + inverse[b * d + a]!) / 2;
        change = Math.max(change, Math.abs(next[a * d + b]! - X[a * d + b]!));
      }
    }
    X = next;
    if (change < 1e-12) break;
  }
  return X;
}

/** Gauss-Jordan with row pivots; undefined where there is no inverse. */
function inverted(A: Float64Array, d: number): Float64Array | undefined {
  const L = A.slice();
  const I = new Float64Array(d * d);
  for (let k = 0; k < d; k++) I[k * d + k] = 1;
  for (let k = 0; k < d; k++) {
    let pivot = k;
    for (let r = k + 1; r < d; r++)
      if (Math.abs(L[r * d + k]!) > Math.abs(L[pivot * d + k]!)) pivot = r;
    const head = L[pivot * d + k]!;
    if (!(Math.abs(head) > 1e-300)) return undefined;
    for (let c = 0; c < d; c++) {
      const l = L[k * d + c]!;
      L[k * d + c] = L[pivot * d + c]! / head;
      L[pivot * d + c] = pivot === k ? L[k * d + c]! : l;
      const i = I[k * d + c]!;
      I[k * d + c] = I[pivot * d + c]! / head;
      I[pivot * d + c] = pivot === k ? I[k * d + c]! : i;
    }
    for (let r = 0; r < d; r++) {
      const factor = L[r * d + k]!;
      if (r === k || factor === 0) continue;
      for (let c = 0; c < d; c++) {
        L[r * d + c]! -= factor * L[k * d + c]!;
        I[r * d + c]! -= factor * I[k * d + c]!;
      }
    }
  }
  return I;
}
