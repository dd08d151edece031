import { exp, softplus } from '../kernels/elementary.ts';
import type { PairLoss } from '../kernels/pair-loss.ts';
import type { LossParameters } from './loss.ts';

/**
 * Deep Hashing Networks (Zhu et al. 2016; paper, eq. 6), in the reading p = sigma(K c): the concentration takes the place of the
 * paper's scalar alpha. dp/dc = K p (1 - p).
 */
export function dhn({ concentration }: LossParameters): PairLoss {
  return {
    logRelevance(cosine, out) {
      out[0] = -softplus(-concentration * cosine);
      out[1] = concentration / (1 + exp(concentration * cosine));
    },
    quantization: { kind: 'log-cosh' },
  };
}
