import { log } from '../../kernels/numbers/elementary.ts';
import type { Loss } from './loss.ts';

/** Cosine similarity (paper, eq. 7): p = ((1 + c) / 2)^K; dp/dc = K / 2 ((1 + c) / 2)^(K - 1). */
export const cos: Loss = {
  onPairs({ concentration }) {
    return {
      logRelevance(cosine, out) {
        out[0] = concentration * log((1 + cosine) / 2);
        out[1] = concentration / (1 + cosine);
      },
      quantization: { kind: 'log-cosh' },
    };
  },
  onTensors({ concentration }) {
    return (tf, cosines) => ({
      logRelevance: tf.mul(concentration, tf.log(tf.mul(tf.add(1, cosines), 0.5))),
      slope: tf.div(concentration, tf.add(1, cosines)),
    });
  },
};
