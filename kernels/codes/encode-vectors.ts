/**
 * Vectors to codes by hyperplanes: bit k of table t is 1 where P[t, k] . (x - mean) > 0.
 *
 * X: (n, D) row-major float32. P: (L d, D) row-major, all tables one after the other. codes: (n, L,
 * d / 8), bit 0 the most significant.
 */

/** Fills `codes`. Throws RangeError on lengths that do not fit. */
export function encodeVectors(
  X: Float32Array,
  D: number,
  mean: Float64Array,
  P: Float64Array,
  codes: Uint8Array,
): void {
  const n = X.length / D;
  const bits = P.length / D;
  if (!Number.isInteger(n) || !Number.isInteger(bits) || mean.length !== D)
    throw new RangeError(
      `vectors: ${X.length} values, ${P.length} of hyperplanes and a mean of ${mean.length} ` +
        `do not fit ${D} dimensions`,
    );
  if (codes.length * 8 !== n * bits)
    throw new RangeError(`codes: expected ${(n * bits) / 8} bytes, got ${codes.length}`);
  const x = new Float64Array(D);
  codes.fill(0);
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < D; c++) x[c] = X[i * D + c] - mean[c];
    for (let k = 0; k < bits; k++) {
      let sum = 0;
      for (let c = 0, at = k * D; c < D; c++, at++) sum += x[c] * P[at];
      if (sum > 0) codes[(i * bits + k) >>> 3] |= 0x80 >>> (k & 7);
    }
  }
}
