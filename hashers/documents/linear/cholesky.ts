/** Symmetric positive definite systems, in place; matrices (n, n) row-major. */

/**
 * Overwrites the lower triangle of A by L, A = L L'. Throws RangeError where A is not positive
 * definite.
 */
export function cholesky(A: Float64Array, n: number): Float64Array {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = A[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= A[i * n + k]! * A[j * n + k]!;
      if (i > j) A[i * n + j] = sum / A[j * n + j]!;
      else if (sum > 0) A[i * n + i] = Math.sqrt(sum);
      else
        throw new RangeError(
          `cholesky: the matrix of ${n} rows is not positive definite (row ${i} leaves ${sum})`,
        );
    }
  }
  return A;
}

/** b <- L^-1 b. */
export function solveLower(L: Float64Array, n: number, b: Float64Array): Float64Array {
  for (let i = 0; i < n; i++) {
    let sum = b[i]!;
    for (let k = 0; k < i; k++) sum -= L[i * n + k]! * b[k]!;
    b[i] = sum / L[i * n + i]!;
  }
  return b;
}

/** b <- L'^-1 b. */
export function solveUpper(L: Float64Array, n: number, b: Float64Array): Float64Array {
  for (let i = n - 1; i >= 0; i--) {
    b[i]! /= L[i * n + i]!;
    for (let k = 0; k < i; k++) b[k]! -= L[i * n + k]! * b[i]!;
  }
  return b;
}
