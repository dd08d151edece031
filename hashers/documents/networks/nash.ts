import type * as Tf from '@tensorflow/tfjs-core';
import {
  dataDependentNoise,
  negativeEntropy,
  probabilities,
  straightThrough,
} from './bernoulli.ts';
import { denseShapes } from './dense.ts';
import type { Latent, LatentInput, LatentMethod } from './latent-method.ts';

/** Deviation of the noise of NASH-N. */
const FIXED_SIGMA = 0.2;

/**
 * NASH (Shen et al. 2018): bits z ~ Bernoulli(sigma(g(x))), prior Bernoulli(1/2), trained through
 * the threshold. KL(q || p) = d ln 2 - H(q).
 */
function draw(input: LatentInput): Latent {
  const { tf, code, bits } = input;
  const p = probabilities(tf, code);
  const z = straightThrough(input, p);
  const divergence = tf.add(tf.mean(tf.sum(negativeEntropy(tf, p), 1)), bits * Math.LN2);
  return { z, clean: z, divergence: tf.reshape<Tf.Rank.R0>(divergence, []) };
}

const COMMON = {
  threshold: 'zero',
  decodes: true,
  pairs: false,
  gain: 10,
  epsilon: 0.01,
  defaults: { batch: 100, rate: 0.005, wordDropout: 0.5, encoderLayers: 0, klWeight: 0.1 },
} as const;

export const nash: LatentMethod = { ...COMMON, parameters: () => ({}), latent: draw };

/** With noise of one fixed deviation on the bits that the decoder gets. */
export const nashN: LatentMethod = {
  ...COMMON,
  parameters: () => ({}),
  latent(input) {
    const latent = draw(input);
    const { tf, noise } = input;
    return { ...latent, z: tf.add(latent.z, tf.mul(noise.normal(...latent.z.shape), FIXED_SIGMA)) };
  },
};

/** With noise whose deviation is a function of the document. */
export const nashDn: LatentMethod = {
  ...COMMON,
  parameters: (hidden, bits) => denseShapes('noise', hidden, bits),
  latent(input) {
    const latent = draw(input);
    return { ...latent, z: dataDependentNoise(input, latent.z) };
  },
};
