/**
 * Adam (Kingma and Ba 2015) in its lazy variant: the moments of a row move only in steps that touch it, while the correction of
 * their bias counts every step of the partition. beta1 .9, beta2 .99; the batch gradient is a sum, which changes nothing but the
 * weight of epsilon.
 */

export const BETA1 = 0.9;
export const BETA2 = 0.99;
const EPSILON = 1e-8;

/** The factors of one step, from the number of this step (1, 2, ...) and the rate. */
export interface AdamStep {
  /** rate / (1 - beta1^t). */
  scale: number;
  /** 1 / (1 - beta2^t). */
  correction: number;
}

export function adamStep(step: number, rate: number): AdamStep {
  return { scale: rate / (1 - power(BETA1, step)), correction: 1 / (1 - power(BETA2, step)) };
}

/** Moves `width` values from `offset` on against `gradient` (read from `from` on). Returns whether all of them are finite. */
export function adamUpdate(
  embeddings: Float32Array,
  moment1: Float32Array,
  moment2: Float32Array,
  offset: number,
  width: number,
  gradient: Float64Array,
  from: number,
  { scale, correction }: AdamStep,
): boolean {
  let sum = 0;
  for (let k = 0; k < width; k++) {
    const g = gradient[from + k];
    const first = BETA1 * moment1[offset + k] + (1 - BETA1) * g;
    const second = BETA2 * moment2[offset + k] + (1 - BETA2) * g * g;
    moment1[offset + k] = first;
    moment2[offset + k] = second;
    embeddings[offset + k] -= (scale * first) / (Math.sqrt(second * correction) + EPSILON);
    // Read back: what overflows float32 is infinite only there.
    sum += embeddings[offset + k];
  }
  return sum - sum === 0;
}

/** base^n by repeated squaring: the same bits everywhere. */
function power(base: number, n: number): number {
  let result = 1;
  for (let square = base; n > 0; n = Math.floor(n / 2)) {
    if (n % 2 === 1) result *= square;
    square *= square;
  }
  return result;
}
