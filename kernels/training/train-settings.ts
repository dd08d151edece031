import type { PairLoss } from './pair-loss.ts';

/** The training part of a run configuration, as far as a block needs it. */
export interface TrainSettings {
  tables: number;
  bits: number;
  beta: number;
  betaOn: 'all' | 'hard';
  degreeBalance: number;
  lambda: number;
  lambdaRamp: boolean;
  temperature: number;
  dropout: number;
  /** Positives a batch if it drew from all rows; a block takes its share by rows. */
  batchPositives: number;
  hardPerPositive: number;
  easyPerPositive: number;
  /** Negatives drawn from the items that share a bucket with the row, where a side brings such. */
  bucketPerPositive: number;
  optimizer: 'adam' | 'rmsprop';
  rate: number;
  /** What the rate falls to, as a share of it. */
  rateFloor: number;
  rowBlocks: number;
}

export interface Visit {
  settings: TrainSettings;
  loss: PairLoss;
  /** Rows of all partitions. */
  allRows: number;
  /** Share of the whole run that is done before and after this visit, in [0, 1]. */
  from: number;
  to: number;
  seed: number;
  epoch: number;
  /** Tells blocks of one epoch apart. */
  block: number;
}

/**
 * What changes over a run, at a share of it in [0, 1]: the rate falls linearly, lambda rises from
 * 0, the temperature is 0 from two thirds on.
 */
export function schedule(
  settings: TrainSettings,
  share: number,
): { rate: number; lambda: number; temperature: number } {
  return {
    rate: settings.rate * (1 - (1 - settings.rateFloor) * share),
    lambda: settings.lambdaRamp ? settings.lambda * share : settings.lambda,
    temperature: share < 2 / 3 ? settings.temperature * (1 - 1.5 * share) : 0,
  };
}
