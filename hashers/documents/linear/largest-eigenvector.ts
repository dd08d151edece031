import { lsh } from '../../vectors/lsh.ts';

const ITERATIONS = 200;

/**
 * The eigenvector of the largest eigenvalue (with its sign) of a symmetric M (m, m), length 1, by
 * power iteration; where the eigenvalue of largest size is negative, again on M less that. `round`:
 * which of the random starts.
 */
export function largestEigenvector(
  M: Float64Array,
  m: number,
  seed: number,
  round: number,
): Float64Array {
  const first = iterate(M, m, 0, seed, round);
  return first.value >= 0 ? first.vector : iterate(M, m, -first.value, seed, round).vector;
}

function iterate(
  M: Float64Array,
  m: number,
  shift: number,
  seed: number,
  round: number,
): { vector: Float64Array; value: number } {
  let vector = normalised(lsh(m, 1, seed, 2000 + round));
  let value = 0;
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const next = new Float64Array(m);
    for (let i = 0; i < m; i++) {
      let sum = shift * vector[i]!;
      for (let j = 0; j < m; j++) sum += M[i * m + j]! * vector[j]!;
      next[i] = sum;
    }
    value = 0;
    for (let i = 0; i < m; i++) value += next[i]! * vector[i]!;
    vector = normalised(next);
  }
  return { vector, value: value - shift };
}

function normalised(v: Float64Array): Float64Array {
  let length = 0;
  for (const value of v) length += value * value;
  length = Math.sqrt(length);
  return length > 0 ? v.map((value) => value / length) : v.fill(1 / Math.sqrt(v.length));
}
