import { acos, log } from '../../kernels/numbers/elementary.ts';
import type { Loss } from './loss.ts';

/**
 * Locality Sensitive Embeddings (paper, eq. 8): p = psi^K with the angular similarity psi = 1 -
 * arccos(c) / pi, the chance that K bits of SimHash agree. dp/dc = K psi^(K - 1) / (pi sqrt(1 -
 * c^2)).
 */
export const lse: Loss = {
  onPairs({ concentration }) {
    return {
      logRelevance(cosine, out) {
        const psi = 1 - acos(cosine) / Math.PI;
        out[0] = concentration * log(psi);
        out[1] = concentration / (psi * Math.PI * Math.sqrt((1 - cosine) * (1 + cosine)));
      },
      quantization: { kind: 'log-cosh' },
    };
  },
  onTensors({ concentration }) {
    return (tf, cosines) => {
      const distance = tf.div(tf.acos(cosines), Math.PI);
      const root = tf.sqrt(tf.mul(tf.sub(1, cosines), tf.add(1, cosines)));
      return {
        logRelevance: tf.mul(concentration, tf.log1p(tf.neg(distance))),
        slope: tf.div(concentration / Math.PI, tf.mul(tf.sub(1, distance), root)),
      };
    };
  },
};
