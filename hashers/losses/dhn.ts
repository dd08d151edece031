import { exp, softplus } from '../../kernels/numbers/elementary.ts';
import type { Loss } from './loss.ts';

/**
 * Deep Hashing Networks (Zhu et al. 2016; paper, eq. 6), in the reading p = sigma(K c): the
 * concentration takes the place of the paper's scalar alpha. dp/dc = K p (1 - p).
 */
export const dhn: Loss = {
  onPairs({ concentration }) {
    return {
      logRelevance(cosine, out) {
        out[0] = -softplus(-concentration * cosine);
        out[1] = concentration / (1 + exp(concentration * cosine));
      },
      quantization: { kind: 'log-cosh' },
    };
  },
  onTensors({ concentration }) {
    return (tf, cosines) => {
      const x = tf.mul(concentration, cosines);
      return {
        logRelevance: tf.neg(tf.softplus(tf.neg(x))),
        slope: tf.div(concentration, tf.add(1, tf.exp(x))),
      };
    };
  },
};
