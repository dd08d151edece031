import type * as Tf from '@tensorflow/tfjs-core';
import { dense, denseShapes } from './dense.ts';
import type { LatentInput, LatentMethod } from './latent-method.ts';

/** z = mu + sigma e, with `code` mu and `deviation` ln sigma^2. */
export function drawGaussian({ tf, parameters, hidden, code: mu, noise }: LatentInput): {
  mu: Tf.Tensor2D;
  logVariance: Tf.Tensor2D;
  z: Tf.Tensor2D;
} {
  const logVariance = dense(tf, parameters, 'deviation', hidden);
  const z = tf.add<Tf.Tensor2D>(
    mu,
    tf.mul(tf.exp(tf.mul(logVariance, 0.5)), noise.normal(...mu.shape)),
  );
  return { mu, logVariance, z };
}

/**
 * VDSH (Chaidaroon and Fang 2017): a Gaussian latent variable with a standard normal prior, cut at
 * the median afterwards.
 */
export const vdsh: LatentMethod = {
  threshold: 'median',
  decodes: true,
  pairs: false,
  gain: 10,
  epsilon: 1e-3,
  defaults: { batch: 100, rate: 0.001, wordDropout: 0.8, encoderLayers: 1, klWeight: 0.1 },
  labelled: { wordDropout: 0.5, klWeight: 1 },
  parameters: (hidden, bits) => denseShapes('deviation', hidden, bits),
  latent(input) {
    const { tf } = input;
    const { mu, logVariance, z } = drawGaussian(input);
    const each = tf.sub(tf.add(tf.square(mu), tf.exp(logVariance)), tf.add(logVariance, 1));
    return {
      z,
      clean: z,
      divergence: tf.reshape<Tf.Rank.R0>(tf.mul(tf.mean(tf.sum(each, 1)), 0.5), []),
    };
  },
};
