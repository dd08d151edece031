/**
 * Semantic hashing using tags and topic modelling (Wang, Zhang and Si 2013), tags being the labels:
 * min over Y (n, d) and U (labels, d) of sum_ij c_ij (T_ij - u_i.y_j)^2 + ALPHA |U|^2 + GAMMA |Y -
 * theta|^2, c 1 for a tag that a document has and ABSENT for others, theta its topics. Each is
 * least squares where the other is given; Y is cut at its medians, and a ridge regression for each
 * bit gives new documents their codes.
 */

import type { Layer } from '../../../kernels/documents/encode-sparse.ts';
import { medianOf } from '../../../kernels/numbers/median.ts';
import { cholesky, solveLower, solveUpper } from './cholesky.ts';
import { type LabelSets, labelSets } from '../label-sets.ts';
import type { LinearInput } from './linear-input.ts';
import { ridge } from './ridge.ts';
import { topicShares } from './topic-shares.ts';

const ABSENT = 0.01;
const ALPHA = 30;
const GAMMA = 0.01;
const ROUNDS = 10;
const LAMBDA = 3;

export function shttm({ documents, bits, seed, onProgress }: LinearInput): Layer[] {
  const { rows, terms, labels } = documents;
  const n = rows.offsets.length - 1;
  const theta = topicShares(rows, terms, bits, seed, onProgress);
  const sets = labelSets(documents);
  let Y: Float64Array = theta;
  for (let round = 0; round < ROUNDS; round++) {
    onProgress(round, ROUNDS);
    Y = latentOf(sets, tagFactors(sets, labels.count, Y, bits), theta, bits);
  }
  const weights = new Float32Array(terms * bits);
  const bias = new Float32Array(bits);
  for (let k = 0; k < bits; k++) {
    onProgress(k, bits);
    const y = Float64Array.from({ length: n }, (_, r) => Y[r * bits + k]!);
    const median = medianOf(y);
    const w = ridge(
      rows,
      terms,
      y.map((value) => (value > median ? 1 : -1)),
      LAMBDA,
    );
    for (let t = 0; t < terms; t++) weights[t * bits + k] = w[t]!;
    const fitted = new Float64Array(n);
    for (let r = 0; r < n; r++)
      for (let at = rows.offsets[r]!; at < rows.offsets[r + 1]!; at++)
        fitted[r]! += rows.weights[at]! * weights[rows.terms[at]! * bits + k]!;
    bias[k] = -medianOf(fitted);
  }
  return [{ inputs: terms, outputs: bits, weights, bias, activation: 'identity' }];
}

/** U: u_i = (sum_j c_ij y_j y_j' + ALPHA I)^-1 sum_j c_ij T_ij y_j. */
function tagFactors(
  { sets, setOf }: LabelSets,
  labels: number,
  Y: Float64Array,
  d: number,
): Float64Array {
  const moments = sets.map(() => new Float64Array(d * d));
  const sums = sets.map(() => new Float64Array(d));
  for (const [r, set] of setOf.entries())
    addOuter(moments[set]!, sums[set]!, Y.subarray(r * d, (r + 1) * d), 1);
  const all = new Float64Array(d * d);
  for (const moment of moments)
    for (let at = 0; at < all.length; at++) all[at]! += ABSENT * moment[at]!;
  for (let i = 0; i < d; i++) all[i * d + i]! += ALPHA;
  const U = new Float64Array(labels * d);
  for (let label = 0; label < labels; label++) {
    const A = all.slice();
    const u = U.subarray(label * d, (label + 1) * d);
    for (const [set, own] of sets.entries()) {
      if (!own.includes(label)) continue;
      for (let at = 0; at < A.length; at++) A[at]! += (1 - ABSENT) * moments[set]![at]!;
      for (let i = 0; i < d; i++) u[i]! += sums[set]![i]!;
    }
    const L = cholesky(A, d);
    solveUpper(L, d, solveLower(L, d, u));
  }
  return U;
}

/**
 * Y: y_j = (sum_i c_ij u_i u_i' + GAMMA I)^-1 (sum_i c_ij T_ij u_i + GAMMA theta_j); the matrix is
 * one for all documents of the same labels.
 */
function latentOf(
  { sets, setOf }: LabelSets,
  U: Float64Array,
  theta: Float64Array,
  d: number,
): Float64Array {
  const all = new Float64Array(d * d);
  const nothing = new Float64Array(d);
  for (let label = 0; label * d < U.length; label++)
    addOuter(all, nothing, U.subarray(label * d, (label + 1) * d), ABSENT);
  for (let i = 0; i < d; i++) all[i * d + i]! += GAMMA;
  const members = sets.map((): number[] => []);
  for (const [r, set] of setOf.entries()) members[set]!.push(r);
  const Y = new Float64Array(theta.length);
  for (const [set, own] of sets.entries()) {
    const A = all.slice();
    const tags = new Float64Array(d);
    for (const label of own) {
      const u = U.subarray(label * d, (label + 1) * d);
      addOuter(A, nothing, u, 1 - ABSENT);
      for (let i = 0; i < d; i++) tags[i]! += u[i]!;
    }
    const L = cholesky(A, d);
    for (const r of members[set]!) {
      const y = Y.subarray(r * d, (r + 1) * d);
      for (let i = 0; i < d; i++) y[i] = tags[i]! + GAMMA * theta[r * d + i]!;
      solveUpper(L, d, solveLower(L, d, y));
    }
  }
  return Y;
}

/** A += c y y', sum += y. */
function addOuter(A: Float64Array, sum: Float64Array, y: Float64Array, c: number): void {
  const d = y.length;
  for (let i = 0; i < d; i++) {
    sum[i]! += y[i]!;
    for (let j = 0; j < d; j++) A[i * d + j]! += c * y[i]! * y[j]!;
  }
}
