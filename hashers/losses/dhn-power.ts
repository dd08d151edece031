import { exp, softplus } from '../../kernels/numbers/elementary.ts';
import type { Loss } from './loss.ts';

/** What the paper puts before the cosine, for L > 1. */
const SHARPNESS = 5;

/**
 * The other reading of DHN in the paper (eq. 6 with its note on L > 1): p = sigma(5 c)^K, so that K
 * counts bits that must agree, as in LSE and COS. d log p / dc = 5 K (1 - sigma(5 c)).
 */
export const dhnPower: Loss = {
  onPairs({ concentration }) {
    return {
      logRelevance(cosine, out) {
        out[0] = -concentration * softplus(-SHARPNESS * cosine);
        out[1] = (concentration * SHARPNESS) / (1 + exp(SHARPNESS * cosine));
      },
      quantization: { kind: 'log-cosh' },
    };
  },
  onTensors({ concentration }) {
    return (tf, cosines) => {
      const x = tf.mul(SHARPNESS, cosines);
      return {
        logRelevance: tf.mul(-concentration, tf.softplus(tf.neg(x))),
        slope: tf.div(concentration * SHARPNESS, tf.add(1, tf.exp(x))),
      };
    };
  },
};
