/**
 * Laplacian eigenmaps (Belkin and Niyogi 2003): the d solutions of L y = lambda D y of least lambda
 * > 0, as y = D^-1/2 v with v the leading eigenvectors of D^-1/2 W D^-1/2 but the first, D^1/2 1.
 * Orthogonal iteration on (I + D^-1/2 W D^-1/2) / 2, whose eigenvalues are in [0, 1].
 */

import { orthonormal } from '../../vectors/itq.ts';
import { lsh } from '../../vectors/lsh.ts';
import type { NeighbourGraph } from './nearest-neighbours.ts';

const ITERATIONS = 60;

/** (d, n) row-major. */
export function laplacianEigenmap(
  { offsets, columns, weights }: NeighbourGraph,
  d: number,
  seed: number,
  onProgress: (done: number, total: number) => void,
): Float64Array {
  const n = offsets.length - 1;
  const roots = new Float64Array(n);
  for (let r = 0; r < n; r++) {
    for (let at = offsets[r]!; at < offsets[r + 1]!; at++) roots[r]! += weights[at]!;
    roots[r] = Math.sqrt(roots[r]!);
  }
  const p = Math.min(d + 1, n);
  let Q: Float64Array = lsh(n, p, seed, 48);
  Q.set(roots);
  Q = orthonormal(Q, p, n);
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    onProgress(iteration, ITERATIONS);
    const next = new Float64Array(p * n);
    for (let k = 0; k < p; k++) {
      const v = Q.subarray(k * n, (k + 1) * n);
      for (let r = 0; r < n; r++) {
        let sum = 0;
        for (let at = offsets[r]!; at < offsets[r + 1]!; at++)
          sum += (weights[at]! * v[columns[at]!]!) / roots[columns[at]!]!;
        next[k * n + r] = v[r]! / 2 + (roots[r]! > 0 ? sum / roots[r]! / 2 : 0);
      }
    }
    Q = orthonormal(next, p, n);
  }
  const Y = new Float64Array(d * n);
  for (let k = 1; k < p; k++)
    for (let r = 0; r < n; r++) Y[(k - 1) * n + r] = roots[r]! > 0 ? Q[k * n + r]! / roots[r]! : 0;
  return Y;
}
