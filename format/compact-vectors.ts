/**
 * Vectors of one byte a dimension, as `cells.bin` has them (docs/reference/index-format.md): value
 * k is round(127 x[k] / max |x|), and the scale is 1 over the length of the rounded vector, so that
 * a dot product times the scales of both is their cosine. Sums and roots are exact in every engine.
 */

/** Steps of a value to each side of 0. */
const COMPACT_STEPS = 127;

/**
 * Rounds D values from `from` on to bytes from `to` on, and returns the scale as float32: 0 of a
 * vector of zeros.
 */
export function compactVector(
  values: ArrayLike<number>,
  from: number,
  D: number,
  out: Int8Array,
  to: number,
): number {
  let most = 0;
  for (let k = from; k < from + D; k++) {
    const size = values[k]! < 0 ? -values[k]! : values[k]!;
    if (size > most) most = size;
  }
  let squares = 0;
  for (let k = 0; k < D; k++) {
    // Divided first: the largest values that there are must not overflow.
    const value = most > 0 ? Math.floor((values[from + k]! / most) * COMPACT_STEPS + 0.5) : 0;
    out[to + k] = value;
    squares += value * value;
  }
  return squares > 0 ? Math.fround(1 / Math.sqrt(squares)) : 0;
}

/** A vector that is asked: finer than those of items, because it costs no more. */
interface AskedVector {
  /** (stride), zeros behind the D values. */
  values: Int16Array;
  /** 1 over the length of `values`. */
  scale: number;
}

/**
 * Rounds a vector of D values for dot products of `stride` values with bytes, which stay below
 * 2^31.
 */
export function askedVector(vector: ArrayLike<number>, D: number, stride: number): AskedVector {
  let most = 0;
  for (let k = 0; k < D; k++) {
    const size = vector[k]! < 0 ? -vector[k]! : vector[k]!;
    if (size > most) most = size;
  }
  const steps = Math.min(8191, Math.floor((2 ** 31 - 1) / ((COMPACT_STEPS + 1) * stride)));
  const values = new Int16Array(stride);
  let squares = 0;
  for (let k = 0; k < D; k++) {
    const value = most > 0 ? Math.floor((vector[k]! / most) * steps + 0.5) : 0;
    values[k] = value;
    squares += value * value;
  }
  return { values, scale: squares > 0 ? Math.fround(1 / Math.sqrt(squares)) : 0 };
}

/** Bytes of a vector of D values where 16 are multiplied at once. */
export const strideOf = (D: number): number => Math.ceil(D / 16) * 16;
