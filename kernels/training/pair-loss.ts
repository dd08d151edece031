/**
 * Weighted cross entropy of a pair (i, j) whose relevance p(y = 1) is a function of one cosine c
 * alone: y = 1: -log p; y = 0: -log(1 - p). (Paper: "Semantic Hashing with Locality Sensitive
 * Embeddings", eq. 5.)
 */
import { exp, log } from '../numbers/elementary.ts';

/**
 * What pulls the values of u towards -1 or 1.
 * `log-cosh` (Zhu et al. 2016; paper, eq. 3), here the *mean* over the d dimensions where the paper
 * sums: r = 1/d sum of log cosh(|u| - 1). `cauchy` (Cao et al. 2018): r = log(1 + scale (1 -
 * cos(|u|, 1))) with scale = d / (2 gamma).
 */
export type Quantization = { kind: 'log-cosh' } | { kind: 'cauchy'; scale: number };

/**
 * What tells one learning method from another. Embeddings are u = tanh(E), so their values lie in
 * (-1, 1).
 */
export interface PairLoss {
  /**
   * Writes log p(y = 1 | c) to `out[0]` and its derivative by c to `out[1]`; |c| <= COSINE_LIMIT.
   */
  logRelevance(cosine: number, out: Float64Array): void;
  /** Quantization loss r of every embedding that a pair's largest cosine is of. */
  quantization: Quantization;
  /** Whether c is u.v / d, the inner product of values in (-1, 1), in place of the cosine. */
  innerProduct?: boolean;
}

/**
 * A cosine beyond +-COSINE_LIMIT counts as the limit and keeps the slope there: the arc cosine's
 * own slope is infinite at 1. The slope does not vanish beyond the limit, but its product with the
 * gradient of the cosine does so steadily.
 */
export const COSINE_LIMIT = 1 - 1e-6;

/** 1 - p counts as at least this, in the loss of negatives and in the denominator of its slope. */
export const NEGATIVE_FLOOR = 0.001;

/** Writes the loss of a pair with cosine c to `out[0]` and its slope by c to `out[1]`. */
export function crossEntropy(
  loss: PairLoss,
  cosine: number,
  positive: boolean,
  out: Float64Array,
): void {
  const atLeast = cosine < -COSINE_LIMIT ? -COSINE_LIMIT : cosine;
  const clamped = cosine > COSINE_LIMIT ? COSINE_LIMIT : atLeast;
  loss.logRelevance(clamped, out);
  if (positive) {
    out[0] = -out[0];
    out[1] = -out[1];
    return;
  }
  const p = exp(out[0]);
  const rest = 1 - p > NEGATIVE_FLOOR ? 1 - p : NEGATIVE_FLOOR;
  out[0] = -log(rest);
  out[1] = (p * out[1]) / rest;
}
