import { z } from 'zod';
import { type PairwiseTraining, pairwiseTraining } from './configuration/training.ts';

export type Method = PairwiseTraining['method'];

/** One point of a sweep over the stochastic block model (paper 1, section 4.1). */
export interface SbmSetting {
  method: Method;
  /** D drawn once for both orders, or each order for itself. */
  draws: 'symmetric' | 'independent';
  training: PairwiseTraining;
}

export interface SbmScore {
  precision: number;
  recall: number;
  f1: number;
}

export interface SbmExperimentInput {
  store: string;
  force: boolean;
  settings: SbmSetting[];
  /** Trial t has seed firstSeed + t: its own graph, start and batches. */
  trials: number;
  firstSeed: number;
}

/** By setting, then by trial. */
export type SbmScores = SbmScore[][];

export const SBM_MODEL = { factions: 500, size: 10, inside: 0.8, near: 0.1, reach: 2 } as const;

const numbers = z.array(z.number().nonnegative()).min(1);

/** The grid of a sweep: every combination, for every method. */
export const sbmGrid = z.strictObject({
  concentration: numbers.describe('K.'),
  beta: numbers.describe('Weight of negatives.'),
  lambda: numbers.describe('Weight of the quantization loss.'),
  hardNegatives: z
    .array(z.boolean())
    .min(1)
    .default([false])
    .describe('1024 of the 3072 negatives of a batch are hard.'),
  rate: numbers.default([0.01]),
});

type SbmGrid = z.infer<typeof sbmGrid>;
/** The values that a grid varies. */
export type SbmPoint = {
  concentration: number;
  beta: number;
  lambda: number;
  hardNegatives: boolean;
  rate: number;
};

/**
 * The paper's constants, and what it leaves open: RMSprop at a steady rate on the sum of a batch,
 * one mask of dropout less. Batches hold 1024 positives and 3072 negatives, 50 epochs over both
 * orders of every positive.
 */
export function sbmSetting(
  method: Method,
  draws: SbmSetting['draws'],
  { hardNegatives, ...point }: SbmPoint,
): SbmSetting {
  const training = {
    method,
    ...point,
    tables: 1,
    bits: 32,
    epochs: 50,
    degreeBalance: 0,
    lambdaRamp: false,
    temperature: 0,
    dropout: 0,
    batchPositives: 1024,
    bucketPerPositive: 0,
    hardPerPositive: hardNegatives ? 1 : 0,
    easyPerPositive: hardNegatives ? 2 : 3,
    optimizer: 'rmsprop',
    rateFloor: 1,
    rowBlocks: 1,
    epochsPerRound: 50,
  };
  return { method, draws, training: pairwiseTraining.parse(training) };
}

export function sbmSettings(
  methods: Method[],
  draws: SbmSetting['draws'],
  grid: SbmGrid,
): SbmSetting[] {
  const points = grid.concentration.flatMap((concentration) =>
    grid.beta.flatMap((beta) =>
      grid.lambda.flatMap((lambda) =>
        grid.hardNegatives.flatMap((hardNegatives) =>
          grid.rate.map((rate) => ({ concentration, beta, lambda, hardNegatives, rate })),
        ),
      ),
    ),
  );
  return methods.flatMap((method) => points.map((point) => sbmSetting(method, draws, point)));
}

/** Mean and standard deviation (n - 1) over trials. */
export function sbmSummary(scores: SbmScore[]): SbmScore & { f1Sd: number } {
  const mean = (name: keyof SbmScore) =>
    scores.reduce((sum, score) => sum + score[name], 0) / scores.length;
  const f1 = mean('f1');
  const variance =
    scores.reduce((sum, score) => sum + (score.f1 - f1) ** 2, 0) / Math.max(1, scores.length - 1);
  return { precision: mean('precision'), recall: mean('recall'), f1, f1Sd: Math.sqrt(variance) };
}
