import { log, tanh } from '../kernels/elementary.ts';

/**
 * Quantization loss of Deep Hashing Networks (Zhu et al. 2016; paper, eq. 3), here the *mean* over the d dimensions where the paper sums:
 * r = 1/d sum of log cosh(|u| - 1), for |u| <= 1 and d <= 256. Adds weight * dr/du to `gradient`; at u = 0, where r has a kink, the
 * slope is that of the positive side.
 */
export function logCosh(u: Float64Array, offset: number, bits: number, weight: number, gradient: Float64Array): number {
  const scale = weight / bits;
  // log cosh x = -1/2 log(1 - tanh^2 x); a factor is at least .41, so the product of 256 stays above 1e-97.
  let product = 1;
  for (let k = offset; k < offset + bits; k++) {
    const value = u[k]!;
    const t = value < 0 ? tanh(value + 1) : tanh(value - 1);
    product *= 1 - t * t;
    gradient[k]! += scale * t;
  }
  return (-0.5 * log(product)) / bits;
}
