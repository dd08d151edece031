import type { PairLoss } from '../../kernels/training/pair-loss.ts';
import type { TrainingConfiguration } from '../../schemas/configuration.ts';
import { cos } from './cos.ts';
import { dch } from './dch.ts';
import { dhn } from './dhn.ts';
import { dhnPower } from './dhn-power.ts';
import type { LossParameters } from './loss-parameters.ts';
import { lse } from './lse.ts';

/**
 * The learning methods by name. A method gives log p(y = 1 | c) with its slope, for the largest
 * cosine c of a pair, and a quantization loss with its gradient; another one is a file of its own
 * and a line here (and its name in the configuration's `training.method`).
 */
const LOSSES: Record<TrainingConfiguration['method'], (parameters: LossParameters) => PairLoss> = {
  lse,
  cos,
  dch,
  dhn,
  'dhn-power': dhnPower,
};

/** The loss that a run is configured for. */
export function createLoss(
  training: Pick<TrainingConfiguration, 'method' | 'concentration' | 'bits'>,
): PairLoss {
  return LOSSES[training.method](training);
}
