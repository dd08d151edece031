import type * as Tf from '@tensorflow/tfjs-core';
import type { LatentInput } from './latent-method.ts';
import { dense } from './dense.ts';

const FLOOR = 1e-6;
/** The noise begins at exp(-2), so that it does not drown bits that mean nothing yet. */
const FIRST_NOISE = 2;

/** Probabilities that are never quite 0 or 1. */
export function probabilities(tf: typeof Tf, logits: Tf.Tensor2D): Tf.Tensor2D {
  return tf.add(tf.mul(tf.sigmoid(logits), 1 - 2 * FLOOR), FLOOR);
}

/**
 * Bits from probabilities: 1 where p > u, u uniform (stochastic) or 1/2 (deterministic). Backwards
 * the threshold is passed over, dz/dp = 1 (the straight-through estimator, NASH eq. 5).
 */
export function straightThrough({ tf, noise, settings }: LatentInput, p: Tf.Tensor2D): Tf.Tensor2D {
  const [rows, columns] = p.shape;
  const u =
    settings.binarization === 'stochastic'
      ? noise.uniform(rows, columns)
      : tf.mul(tf.ones<Tf.Rank.R2>([rows, columns]), 0.5);
  const threshold = tf.customGrad((x) => ({
    value: tf.cast(tf.greater(x as Tf.Tensor, u), 'float32'),
    gradFunc: (dy: Tf.Tensor) => dy,
  }));
  return threshold(p) as Tf.Tensor2D;
}

/**
 * z + sigma(x) e, e standard normal, log sigma a layer of the network: noise that depends on the
 * document (NASH-DN).
 */
export function dataDependentNoise(
  { tf, parameters, hidden, noise }: LatentInput,
  z: Tf.Tensor2D,
): Tf.Tensor2D {
  const sigma = tf.exp(tf.sub(dense(tf, parameters, 'noise', hidden), FIRST_NOISE));
  return tf.add(z, tf.mul(sigma, noise.normal(...z.shape)));
}

/** (B, d): -H(Bernoulli(p)). */
export function negativeEntropy(tf: typeof Tf, p: Tf.Tensor2D): Tf.Tensor2D {
  const q = tf.sub(1, p);
  return tf.add(tf.mul(p, tf.log(p)), tf.mul(q, tf.log(q)));
}
