import type * as Tf from '@tensorflow/tfjs-core';
import type { Noise } from './noise.ts';

/**
 * A restricted Boltzmann machine of v visible and h hidden units: weights (v, h), biases (1, h) and
 * (1, v).
 */
export interface Machine {
  weights: Tf.Tensor2D;
  hidden: Tf.Tensor2D;
  visible: Tf.Tensor2D;
}

/** (B, h): how likely each hidden unit is. */
export function hiddenUnits(
  tf: typeof Tf,
  { weights, hidden }: Pick<Machine, 'weights' | 'hidden'>,
  data: Tf.Tensor2D,
): Tf.Tensor2D {
  return tf.sigmoid(tf.add(tf.matMul(data, weights), hidden));
}

/**
 * What one step of contrastive divergence says to descend (CD-1, Hinton 2002): correlations with
 * the reconstruction less those with the data, means over the batch; hidden units are drawn,
 * visible ones are means. Words are constrained Poisson (Salakhutdinov and Hinton 2009, eq. 1): a
 * document's N words are shared out by a softmax; other visible units are binary. data: (B, v).
 * `error`: mean squared length of data less reconstruction.
 */
export function contrast(
  tf: typeof Tf,
  machine: Machine,
  data: Tf.Tensor2D,
  visibleAre: 'words' | 'binary',
  noise: Noise,
): { gradients: Machine; error: Tf.Scalar } {
  const p = hiddenUnits(tf, machine, data);
  const drawn = tf.cast(tf.greater<Tf.Tensor2D>(p, noise.uniform(...p.shape)), 'float32');
  const pushed = tf.add<Tf.Tensor2D>(
    tf.matMul(drawn, machine.weights, false, true),
    machine.visible,
  );
  const again: Tf.Tensor2D =
    visibleAre === 'words' ? tf.mul(tf.softmax(pushed), tf.sum(data, 1, true)) : tf.sigmoid(pushed);
  const q = hiddenUnits(tf, machine, again);
  const B = data.shape[0];
  const weights = tf.div<Tf.Tensor2D>(
    tf.sub(tf.matMul(again, q, true), tf.matMul(data, p, true)),
    B,
  );
  const gradients = {
    weights,
    hidden: tf.mean<Tf.Tensor2D>(tf.sub(q, p), 0, true),
    visible: tf.mean<Tf.Tensor2D>(tf.sub(again, data), 0, true),
  };
  return { gradients, error: tf.div<Tf.Scalar>(tf.sum(tf.squaredDifference(again, data)), B) };
}
