import type { TrainingConfiguration } from '../../schemas/configuration.ts';
import { cosTensors } from './cos.ts';
import { dchTensors } from './dch.ts';
import { dhnTensors } from './dhn.ts';
import { dhnPowerTensors } from './dhn-power.ts';
import type { LossParameters } from './loss-parameters.ts';
import { lseTensors } from './lse.ts';
import type { TensorLoss } from './tensor-loss.ts';

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
