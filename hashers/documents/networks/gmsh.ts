import type * as Tf from '@tensorflow/tfjs-core';
import { denseShapes } from './dense.ts';
import { chooseComponent, mixtureShapes } from './mixture.ts';
import type { LatentMethod } from './latent-method.ts';
import { drawGaussian } from './vdsh.ts';

/**
 * GMSH (Dong et al. 2019): a Gaussian latent variable whose prior is a mixture of K Gaussians of
 * diagonal covariance, cut at the median afterwards. E_q(c|x) KL(N(mu, s^2) || N(m_c, s_c^2)) = 1/2
 * sum_c b_c sum_i (ln s_ci^2 - ln s_i^2 + (s_i^2 + (mu_i - m_ci)^2) / s_ci^2 - 1).
 */
export const gmsh: LatentMethod = {
  threshold: 'median',
  decodes: true,
  pairs: false,
  gain: 10,
  epsilon: 1e-3,
  defaults: { batch: 100, rate: 0.001, wordDropout: 0.8, encoderLayers: 1, klWeight: 0.1 },
  labelled: { wordDropout: 0.5, klWeight: 1 },
  parameters: (hidden, bits, { components }) => ({
    ...denseShapes('deviation', hidden, bits),
    ...mixtureShapes(hidden, components),
    'prior.mean': { rows: components, columns: bits, deviation: 1 },
    'prior.deviation': { rows: components, columns: bits, deviation: 0 },
  }),
  latent(input) {
    const { tf, parameters } = input;
    const { mu, logVariance, z } = drawGaussian(input);
    const { q, divergence } = chooseComponent(input);
    const logPrior = parameters['prior.deviation']!;
    const mean = parameters['prior.mean']!;
    const precision = tf.exp(tf.neg(logPrior));
    // sum_i (s_i^2 + mu_i^2) / s_ci^2 - 2 mu_i m_ci / s_ci^2 + m_ci^2 / s_ci^2, as products of
    // matrices (B, d) (d, K).
    const squares = tf.matMul(tf.add(tf.exp(logVariance), tf.square(mu)), precision, false, true);
    const products = tf.mul(tf.matMul(mu, tf.mul(mean, precision), false, true), 2);
    const perComponent = tf.sum(tf.add(logPrior, tf.mul(tf.square(mean), precision)), 1);
    const each = tf.sub(
      tf.add(tf.sub(squares, products), perComponent),
      tf.add(tf.sum(logVariance, 1, true), mu.shape[1]),
    );
    const latent = tf.mul(tf.mean(tf.sum(tf.mul(q, each), 1)), 0.5);
    return { z, clean: z, divergence: tf.reshape<Tf.Rank.R0>(tf.add(latent, divergence), []) };
  },
};
