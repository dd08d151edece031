import type * as Tf from '@tensorflow/tfjs-core';
import { dense, denseShapes } from './dense.ts';
import type { LatentInput, ParameterShape } from './latent-method.ts';

/** q(c|x), a layer on the hidden one, and the prior's weights pi. */
export function mixtureShapes(hidden: number, components: number): Record<string, ParameterShape> {
  return {
    ...denseShapes('component', hidden, components),
    'component.prior': { rows: 1, columns: components, deviation: 0 },
  };
}

/** (B, K): q(c|x); and KL(q(c|x) || pi), mean over the batch (paper 3, after eq. 9). */
export function chooseComponent({ tf, parameters, hidden }: LatentInput): {
  q: Tf.Tensor2D;
  divergence: Tf.Scalar;
} {
  const logits = dense(tf, parameters, 'component', hidden);
  const logQ = tf.logSoftmax(logits);
  const q = tf.exp(logQ);
  const logPrior = tf.logSoftmax(parameters['component.prior']!);
  return {
    q,
    divergence: tf.reshape<Tf.Rank.R0>(tf.mean(tf.sum(tf.mul(q, tf.sub(logQ, logPrior)), 1)), []),
  };
}
