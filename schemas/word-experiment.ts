import { z } from 'zod';
import type { Configuration } from './configuration.ts';
import { isPairwise, type PairwiseTraining, pairwiseTraining } from './configuration/training.ts';
import type { Metrics } from './run.ts';

/**
 * Which half of queries and held-out pairs an evaluation looks at: settings are chosen on one and
 * reported on the other.
 */
export type QueryPart = 'tuning' | 'reported';

/** A row of the experiment's table. */
export interface WordSetting {
  name: string;
  training: PairwiseTraining;
  /** `buckets.settle`. */
  settle: boolean;
}

export interface WordExperimentInput {
  /** The corpus, D and evaluation; its training is what settings change. */
  configuration: Configuration;
  force: boolean;
  settings: WordSetting[];
  /** Trial t of a setting trains with seed firstSeed + t on the one D of the configuration. */
  trials: number;
  firstSeed: number;
  part: QueryPart;
  /** Trials at a time. */
  parallel: number;
}

/** Degree and clustering of D, and what clusters without embeddings reach on the same queries. */
export interface AffinityFigures {
  /** Items with a link, and the mean of their links. */
  linked: number;
  meanDegree: number;
  /** Mean over items of two links or more: the share of pairs of neighbours that are linked. */
  clustering: number;
  /** Greedy overlapping clusters: P, R and F1 by their best cost of a false member. */
  greedyCost: number;
  greedyPrecision: number;
  greedyRecall: number;
  greedyF1: number;
  /**
   * Wu-Palmer similarity where D itself is what is retrieved, and where greedy clusters are; absent
   * without a dictionary.
   */
  wpOfD?: number;
  greedyWp?: number;
}

export interface WordExperimentResult {
  affinity: AffinityFigures;
  /** By setting, then by trial. */
  metrics: Metrics[][];
}

/**
 * A file of settings: names with the values of `training`, and of `buckets.settle`, that they
 * change; `grid` makes every combination of its lists, for each of them.
 */
export const wordSettings = z.strictObject({
  settings: z
    .record(z.string().min(1), z.record(z.string(), z.unknown()))
    .describe('Name: values of training, or settle.'),
  grid: z
    .record(z.string(), z.array(z.unknown()).min(1))
    .default({})
    .describe('Value of training: the list of its values.'),
});

/**
 * Every setting over the configuration's own. Throws z.ZodError where a value is none that training
 * takes.
 */
export function expandSettings(
  { training, buckets }: Pick<Configuration, 'training' | 'buckets'>,
  { settings, grid }: z.infer<typeof wordSettings>,
): WordSetting[] {
  const points = Object.entries(grid).reduce<Record<string, unknown>[]>(
    (all, [name, values]) =>
      all.flatMap((point) => values.map((value) => ({ ...point, [name]: value }))),
    [{}],
  );
  return Object.entries(settings).flatMap(([name, change]) =>
    points.map((point) => {
      const suffix = Object.entries(point).map(([key, value]) => ` ${key} ${String(value)}`);
      const { settle = buckets.settle, ...values } = { ...change, ...point };
      return {
        name: name + suffix.join(''),
        training: pairwiseTraining.parse({
          ...training,
          method: isPairwise(training) ? training.method : undefined,
          ...values,
        }),
        settle: z.boolean().parse(settle, { error: () => 'settle: expected true or false' }),
      };
    }),
  );
}

/** Mean and standard deviation (n - 1) of every metric over trials. */
export function summarize(
  trials: readonly Metrics[],
): Record<string, { mean: number; sd: number }> {
  const names = Object.keys(trials[0] ?? {});
  return Object.fromEntries(
    names.map((name) => {
      const values = trials.map((metrics) => metrics[name] ?? NaN);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const variance =
        values.reduce((sum, value) => sum + (value - mean) ** 2, 0) /
        Math.max(1, values.length - 1);
      return [name, { mean, sd: Math.sqrt(variance) }];
    }),
  );
}
