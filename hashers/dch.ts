import { log } from '../kernels/elementary.ts';
import type { PairLoss } from '../kernels/pair-loss.ts';
import type { LossParameters } from './loss.ts';

/**
 * Deep Cauchy Hashing (Cao et al. 2018; paper, eq. 9): p = gamma / (gamma + d/2 (1 - c)) with gamma = K;
 * dp/dc = p^2 d / (2 gamma). Its quantization loss is r = log(1 + d/2 (1 - cos(|u|, 1)) / gamma).
 */
export function dch({ concentration, bits }: LossParameters): PairLoss {
  const scale = bits / (2 * concentration);
  return {
    logRelevance(cosine, out) {
      const inverse = 1 + scale * (1 - cosine);
      out[0] = -log(inverse);
      out[1] = scale / inverse;
    },
    // cos(|u|, 1) = sum |u| / (|u|_2 sqrt d), so its gradient is sign(u) / (|u|_2 sqrt d) - cos u / |u|_2^2.
    quantization(u, offset, weight, gradient) {
      let sum = 0;
      let squared = 0;
      for (let k = offset; k < offset + bits; k++) {
        sum += Math.abs(u[k]!);
        squared += u[k]! * u[k]!;
      }
      if (squared === 0) return log(1 + scale);
      const cosine = sum / Math.sqrt(squared * bits);
      const distance = 1 + scale * (1 - cosine);
      const slope = (-weight * scale) / distance;
      const ones = slope / Math.sqrt(squared * bits);
      const self = (slope * cosine) / squared;
      for (let k = offset; k < offset + bits; k++) gradient[k]! += (u[k]! < 0 ? -ones : ones) - self * u[k]!;
      return log(distance);
    },
  };
}
