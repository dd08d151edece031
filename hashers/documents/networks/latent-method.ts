import type * as Tf from '@tensorflow/tfjs-core';
import type { HashingConfiguration } from '../../../schemas/configuration/hashing.ts';
import type { MethodDefaults, NetworkSettings } from './network-settings.ts';
import type { Noise } from './noise.ts';

/** (rows, columns) and the standard deviation it starts with; a bias has one row. */
export interface ParameterShape {
  rows: number;
  columns: number;
  deviation: number;
}

export type Parameters = Record<string, Tf.Tensor2D>;

export interface LatentInput {
  tf: typeof Tf;
  parameters: Parameters;
  /** (B, H): the encoder's last hidden layer; of a linear encoder, `code`. */
  hidden: Tf.Tensor2D;
  /** (B, d): the layer whose signs are the bits. */
  code: Tf.Tensor2D;
  /** (B, d): that layer for one of each document's nearest documents, for methods of `pairs`. */
  near: Tf.Tensor2D | undefined;
  noise: Noise;
  bits: number;
  settings: NetworkSettings;
}

export interface Latent {
  /** (B, d): what the decoder gets. */
  z: Tf.Tensor2D;
  /** (B, d): what the classifier of a supervised method gets. */
  clean: Tf.Tensor2D;
  /** Mean over the batch of all Kullback-Leibler terms; without a decoder, the whole loss. */
  divergence: Tf.Scalar;
}

/**
 * A latent variable and its prior: what the generative methods differ in. A bit of a document is
 * the sign of its `code` layer.
 */
export interface LatentMethod {
  /** Parameters beside the encoder's and the decoder's; `hidden`: H. */
  parameters(
    hidden: number,
    bits: number,
    settings: HashingConfiguration,
  ): Record<string, ParameterShape>;
  latent(input: LatentInput): Latent;
  /**
   * Real codes are cut at the median of the training documents; Bernoulli ones at probability 1/2.
   */
  threshold: 'median' | 'zero';
  /** Whether words are decoded from z. */
  decodes: boolean;
  /** Whether it looks at one of the nearest documents beside each. */
  pairs: boolean;
  /** Taken where `hashing` says nothing. */
  defaults: MethodDefaults;
  /** Taken before them where it learns from labels. */
  labelled?: Partial<MethodDefaults>;
  /**
   * TF-IDF vectors have length 1; the network sees them so many times longer, or its first layer
   * would start next to nothing. Folded into the encoder's weights.
   */
  gain: number;
  /**
   * Adam's, of the first layer: where gradients are small beside it, steps are in proportion to
   * them.
   */
  epsilon: number;
}
