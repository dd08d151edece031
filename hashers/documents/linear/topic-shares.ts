/**
 * Topics of documents by latent Dirichlet allocation, its parameters the most probable ones (EM;
 * Asuncion et al. 2009): p(t | d) = sum_z theta_dz phi_zt, each distinct word counted once. theta_d
 * ~ Dirichlet(1 + ALPHA), phi_z ~ Dirichlet(1 + BETA), so that nothing is ever 0.
 */

import { RandomStream } from '../../../kernels/numbers/random.ts';
import type { SparseRows } from '../../../kernels/documents/encode-sparse.ts';
import { PROJECTION_PURPOSE } from '../../vectors/lsh.ts';

const ALPHA = 0.1;
const BETA = 0.01;
const ITERATIONS = 50;

/** theta: (n, k) row-major, rows sum to 1; of a document without words 1 / k. */
export function topicShares(
  { offsets, terms }: SparseRows,
  V: number,
  k: number,
  seed: number,
  onProgress: (done: number, total: number) => void,
): Float64Array {
  const n = offsets.length - 1;
  const stream = new RandomStream(seed, PROJECTION_PURPOSE, 1002);
  const theta = new Float64Array(n * k).fill(1 / k);
  let phi = normalised(
    Float64Array.from({ length: V * k }, () => 1 + stream.uniform()),
    k,
  );
  const share = new Float64Array(k);
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    onProgress(iteration, ITERATIONS);
    const next = new Float64Array(V * k).fill(BETA);
    for (let r = 0; r < n; r++) {
      const [from, to] = [offsets[r]!, offsets[r + 1]!];
      const own = theta.subarray(r * k, (r + 1) * k);
      const sums = new Float64Array(k).fill(ALPHA);
      for (let at = from; at < to; at++) {
        const start = terms[at]! * k;
        let total = 0;
        for (let z = 0; z < k; z++) total += share[z] = own[z]! * phi[start + z]!;
        for (let z = 0; z < k; z++) {
          const part = share[z]! / total;
          sums[z]! += part;
          next[start + z]! += part;
        }
      }
      for (let z = 0; z < k; z++) own[z] = sums[z]! / (to - from + k * ALPHA);
    }
    phi = normalised(next, k);
  }
  return theta;
}

/** Columns of (V, k) brought to sum 1. */
function normalised(phi: Float64Array, k: number): Float64Array {
  const sums = new Float64Array(k);
  for (const [at, value] of phi.entries()) sums[at % k]! += value;
  for (let at = 0; at < phi.length; at++) phi[at]! /= sums[at % k]!;
  return phi;
}
