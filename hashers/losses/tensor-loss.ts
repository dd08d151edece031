import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tensorflow } from '../../schemas/tensorflow.ts';

/**
 * What PairLoss.logRelevance says of one cosine, of a tensor of cosines: log p(y = 1 | c) and its
 * slope by c, for |c| <= COSINE_LIMIT.
 */
export type TensorLoss = (
  tf: Tensorflow,
  cosines: Tensor,
) => { logRelevance: Tensor; slope: Tensor };
