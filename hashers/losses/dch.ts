import { log } from '../../kernels/numbers/elementary.ts';
import type { Loss } from './loss.ts';

/**
 * Deep Cauchy Hashing (Cao et al. 2018; paper, eq. 9): p = gamma / (gamma + d/2 (1 - c)) with gamma
 * = K; dp/dc = p^2 d / (2 gamma). Its quantization loss is r = log(1 + d/2 (1 - cos(|u|, 1)) /
 * gamma).
 */
export const dch: Loss = {
  onPairs({ concentration, bits }) {
    const scale = bits / (2 * concentration);
    return {
      logRelevance(cosine, out) {
        const inverse = 1 + scale * (1 - cosine);
        out[0] = -log(inverse);
        out[1] = scale / inverse;
      },
      quantization: { kind: 'cauchy', scale },
    };
  },
  onTensors({ concentration, bits }) {
    const scale = bits / (2 * concentration);
    return (tf, cosines) => {
      const excess = tf.mul(scale, tf.sub(1, cosines));
      return { logRelevance: tf.neg(tf.log1p(excess)), slope: tf.div(scale, tf.add(1, excess)) };
    };
  },
};
