import type { PairLoss } from '../../kernels/training/pair-loss.ts';
import type { PairwiseTraining } from '../../schemas/configuration/training.ts';
import { cos } from './cos.ts';
import { dch } from './dch.ts';
import { dhn } from './dhn.ts';
import { dhnInner } from './dhn-inner.ts';
import { dhnPower } from './dhn-power.ts';
import type { Loss } from './loss.ts';
import { lse } from './lse.ts';
import type { TensorLoss } from './tensor-loss.ts';

type LossOptions = Pick<PairwiseTraining, 'method' | 'concentration' | 'bits'>;

/** The loss that a run is configured for. */
export function createLoss(training: LossOptions): PairLoss {
  return LOSSES[training.method].onPairs(training);
}

/** The loss that a run is configured for, on tensors. */
export function createTensorLoss(training: LossOptions): TensorLoss {
  return LOSSES[training.method].onTensors(training);
}

/**
 * The learning methods by name. A method gives log p(y = 1 | c) with its slope, for the largest
 * cosine c of a pair, and a quantization loss with its gradient; another one is a file of its own,
 * a line here, and its name in the configuration's `training.method`.
 */
const LOSSES: Record<PairwiseTraining['method'], Loss> = {
  lse,
  cos,
  dch,
  dhn,
  'dhn-power': dhnPower,
  'dhn-inner': dhnInner,
};
