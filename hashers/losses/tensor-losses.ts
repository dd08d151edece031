import type { Tensor } from '@tensorflow/tfjs-core';
import type { TrainingConfiguration } from '../../schemas/configuration.ts';
import type { Tensorflow } from '../../schemas/tensorflow.ts';
import { cosTensors } from './cos.ts';
import { dchTensors } from './dch.ts';
import { dhnTensors } from './dhn.ts';
import { dhnPowerTensors } from './dhn-power.ts';
import type { LossParameters } from './losses.ts';
import { lseTensors } from './lse.ts';

/**
 * What PairLoss.logRelevance says of one cosine, of a tensor of cosines: log p(y = 1 | c) and its
 * slope by c, for |c| <= COSINE_LIMIT.
 */
export type TensorLoss = (
  tf: Tensorflow,
  cosines: Tensor,
) => { logRelevance: Tensor; slope: Tensor };

const TENSOR_LOSSES: Record<
  TrainingConfiguration['method'],
  (parameters: LossParameters) => TensorLoss
> = {
  lse: lseTensors,
  cos: cosTensors,
  dch: dchTensors,
  dhn: dhnTensors,
  'dhn-power': dhnPowerTensors,
};

/** The loss that a run is configured for, on tensors. */
export function createTensorLoss(
  training: Pick<TrainingConfiguration, 'method' | 'concentration' | 'bits'>,
): TensorLoss {
  return TENSOR_LOSSES[training.method](training);
}
