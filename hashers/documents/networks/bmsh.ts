import type * as Tf from '@tensorflow/tfjs-core';
import {
  dataDependentNoise,
  negativeEntropy,
  probabilities,
  straightThrough,
} from './bernoulli.ts';
import { denseShapes } from './dense.ts';
import { chooseComponent, mixtureShapes } from './mixture.ts';
import type { LatentMethod } from './latent-method.ts';

/**
 * BMSH (Dong et al. 2019): bits whose prior is a mixture of K Bernoulli distributions gamma_c, with
 * data-dependent noise. E_q(c|x) KL(q(z|x) || p(z|c)) = sum_i (a_i ln a_i + (1 - a_i) ln(1 - a_i))
 * - sum_c b_c sum_i (a_i ln g_ci + (1 - a_i) ln(1 - g_ci)).
 */
export const bmsh: LatentMethod = {
  threshold: 'zero',
  decodes: true,
  pairs: false,
  gain: 10,
  epsilon: 0.01,
  defaults: { batch: 100, rate: 0.005, wordDropout: 0.5, encoderLayers: 0, klWeight: 0.1 },
  parameters: (hidden, bits, { components }) => ({
    ...denseShapes('noise', hidden, bits),
    ...mixtureShapes(hidden, components),
    prior: { rows: components, columns: bits, deviation: 1 },
  }),
  latent(input) {
    const { tf, parameters, code } = input;
    const p = probabilities(tf, code);
    const z = straightThrough(input, p);
    const { q, divergence } = chooseComponent(input);
    const gamma = probabilities(tf, parameters['prior']!);
    const cross = tf.add(
      tf.matMul(p, tf.log(gamma), false, true),
      tf.matMul(tf.sub(1, p), tf.log(tf.sub(1, gamma)), false, true),
    );
    const bits = tf.sub(
      tf.mean(tf.sum(negativeEntropy(tf, p), 1)),
      tf.mean(tf.sum(tf.mul(q, cross), 1)),
    );
    return {
      z: dataDependentNoise(input, z),
      clean: z,
      divergence: tf.reshape<Tf.Rank.R0>(tf.add(bits, divergence), []),
    };
  },
};
