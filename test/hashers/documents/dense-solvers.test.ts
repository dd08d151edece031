import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { cholesky, solveLower, solveUpper } from '../../../hashers/documents/linear/cholesky.ts';
import { largestEigenvector } from '../../../hashers/documents/linear/largest-eigenvector.ts';
import { ridge } from '../../../hashers/documents/linear/ridge.ts';
import { orthonormal } from '../../../hashers/vectors/itq.ts';
import { lsh } from '../../../hashers/vectors/lsh.ts';
import { labelledDocuments } from './labelled-documents.ts';

const N = 12;

/** Q' diag(values) Q with Q orthonormal: rows of Q are its eigenvectors. */
function withSpectrum(values: number[]): { M: Float64Array; Q: Float64Array } {
  const Q = orthonormal(lsh(N, N, 1, 0), N, N);
  const M = new Float64Array(N * N);
  for (const [k, value] of values.entries())
    for (let i = 0; i < N; i++)
      for (let j = 0; j < N; j++) M[i * N + j]! += value * Q[k * N + i]! * Q[k * N + j]!;
  return { M, Q };
}

describe('solvers', () => {
  it('solve a positive definite system by Cholesky factors', () => {
    const { M } = withSpectrum(Array.from({ length: N }, (_, k) => k + 0.5));
    const b = Float64Array.from({ length: N }, (_, k) => Math.cos(k));
    const L = cholesky(M.slice(), N);
    const x = solveUpper(L, N, solveLower(L, N, b.slice()));
    for (let i = 0; i < N; i++)
      assert.ok(
        Math.abs(
          M.subarray(i * N, (i + 1) * N).reduce((sum, value, j) => sum + value * x[j]!, 0) - b[i]!,
        ) < 1e-10,
      );
  });

  it('refuse a matrix that is not positive definite', () => {
    assert.throws(
      () => cholesky(withSpectrum(Array.from({ length: N }, (_, k) => k - 1)).M, N),
      /not positive definite \(row \d+/,
    );
  });

  it('find the eigenvector of the largest eigenvalue, though one below 0 is larger in size', () => {
    for (const values of [
      [5, 3, -2, 1],
      [-9, 4, 2, -3],
    ]) {
      const all = Array.from({ length: N }, (_, k) => values[k] ?? -5);
      const { M, Q } = withSpectrum(all);
      const v = largestEigenvector(M, N, 1, 0);
      const best = all.indexOf(Math.max(...all.slice(0, values.length)));
      const along = v.reduce((sum, value, i) => sum + value * Q[best * N + i]!, 0);
      assert.ok(Math.abs(Math.abs(along) - 1) < 1e-6, `${values.join()}: ${along}`);
    }
  });

  it('fit a ridge regression to its normal equations', () => {
    const { rows, terms: V } = labelledDocuments(80);
    const y = Float64Array.from({ length: 80 }, (_, r) => Math.sin(r));
    const w = ridge(rows, V, y, 0.7);
    const X = Array.from({ length: 80 }, (_, r) => {
      const row = new Float64Array(V);
      for (let at = rows.offsets[r]!; at < rows.offsets[r + 1]!; at++)
        row[rows.terms[at]!] = rows.weights[at]!;
      return row;
    });
    const errors = X.map((row, r) => y[r]! - row.reduce((sum, value, t) => sum + value * w[t]!, 0));
    for (let t = 0; t < V; t++)
      assert.ok(
        Math.abs(errors.reduce((sum, error, r) => sum + error * X[r]![t]!, 0) - 0.7 * w[t]!) < 1e-4,
      );
  });
});
