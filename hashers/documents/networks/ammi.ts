import type * as Tf from '@tensorflow/tfjs-core';
import { probabilities } from './bernoulli.ts';
import type { LatentMethod } from './latent-method.ts';

/** r: bits before it on which a bit may depend in the model of all codes (AMMI takes 3). */
const ORDER = 3;
const SMALLEST = 1e-9;

/**
 * Codes of the largest mutual information with the documents (AMMI, Stratos and Wiseman 2020, eq.
 * 8): the loss is H(Z|Y) - w H(Z), w `entropyWeight`, without a decoder. H(Z|Y) is taken across two
 * views as in its section 4: the code of a document is predicted from that of one of its nearest.
 * H(Z) is bounded above by a Markov chain of order 3 over the bits. Where AMMI learns the chain as
 * an adversary, it is fitted to the batch here, which has a closed form.
 */
export const ammi: LatentMethod = {
  threshold: 'zero',
  decodes: false,
  pairs: true,
  gain: 5,
  epsilon: 1e-8,
  defaults: { batch: 256, rate: 0.006, wordDropout: 0, encoderLayers: 0, klWeight: 0 },
  parameters: () => ({}),
  latent({ tf, code, near, settings }) {
    const [p, other] = [probabilities(tf, code), probabilities(tf, near ?? code)];
    const conditional = tf.mul(tf.add(crossEntropy(tf, p, other), crossEntropy(tf, other, p)), 0.5);
    const divergence = tf.sub(
      conditional,
      tf.mul(markovEntropy(tf, p, ORDER), settings.entropyWeight),
    );
    return { z: p, clean: p, divergence: tf.reshape<Tf.Rank.R0>(divergence, []) };
  },
};

/** Mean over the batch of sum_i -(p_i ln q_i + (1 - p_i) ln(1 - q_i)); p, q: (B, d). */
export function crossEntropy(tf: typeof Tf, p: Tf.Tensor2D, q: Tf.Tensor2D): Tf.Scalar {
  return tf.neg(
    tf.mean(tf.sum(tf.add(tf.mul(p, tf.log(q)), tf.mul(tf.sub(1, p), tf.log(tf.sub(1, q)))), 1)),
  );
}

/**
 * sum_i H(z_i | z_{i-r}, ..., z_{i-1}) in nats, at least the entropy of the mixture over the batch
 * of independent bits with probabilities p (B, d). By the distributions of windows: H(z_{i-r..i}) -
 * H(z_{i-r..i-1}), bits before the first being 0.
 */
export function markovEntropy(tf: typeof Tf, p: Tf.Tensor2D, r: number): Tf.Scalar {
  const [B, d] = p.shape;
  const padded = tf.concat([tf.zeros<Tf.Rank.R2>([B, r]), p], 1);
  // (B, d, 2^j): how likely each setting of the j bits before bit i is.
  let before = tf.ones<Tf.Rank.R3>([B, d, 1]);
  for (let j = 0; j < r; j++) before = appendBit(tf, before, tf.slice(padded, [0, j], [B, d]));
  return tf.sub(windowEntropy(tf, appendBit(tf, before, p)), windowEntropy(tf, before));
}

function appendBit(tf: typeof Tf, windows: Tf.Tensor3D, p: Tf.Tensor2D): Tf.Tensor3D {
  const one = tf.expandDims<Tf.Tensor3D>(p, 2);
  return tf.concat([tf.mul(windows, tf.sub(1, one)), tf.mul(windows, one)], 2);
}

function windowEntropy(tf: typeof Tf, windows: Tf.Tensor3D): Tf.Scalar {
  const shares = tf.mean(windows, 0);
  return tf.neg(tf.sum(tf.mul(shares, tf.log(tf.maximum(shares, SMALLEST)))));
}
