import { exp, softplus } from '../../kernels/numbers/elementary.ts';
import type { Loss } from './loss.ts';

/**
 * Deep Hashing Networks as they are published (Zhu et al. 2016; paper, section 4.3, note 2): p =
 * sigma(alpha u.v) of the inner product itself, with alpha = K. c is u.v / d, so p = sigma(K d c)
 * and d log p / dc = K d (1 - p). Long vectors win the largest of L x L inner products, whatever
 * they point at: it is meant for L = 1.
 */
export const dhnInner: Loss = {
  onPairs({ concentration, bits }) {
    const sharpness = concentration * bits;
    return {
      logRelevance(c, out) {
        out[0] = -softplus(-sharpness * c);
        out[1] = sharpness / (1 + exp(sharpness * c));
      },
      quantization: { kind: 'log-cosh' },
      innerProduct: true,
    };
  },
  onTensors({ concentration, bits }) {
    const sharpness = concentration * bits;
    return (tf, products) => {
      const x = tf.mul(sharpness, products);
      return {
        logRelevance: tf.neg(tf.softplus(tf.neg(x))),
        slope: tf.div(sharpness, tf.add(1, tf.exp(x))),
      };
    };
  },
};
