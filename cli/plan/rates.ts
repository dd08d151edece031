import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { Failure } from '../../schemas/failures.ts';

const figure = z.number().nonnegative();

/** One finished run as it was measured. */
const measuredRun = z.object({
  files: figure,
  shards: figure,
  /** Of the corpus, as it is stored. */
  inputBytes: figure,
  tokens: figure,
  words: figure,
  /** Pairs of merged rows, upper half. */
  merged: figure,
  /** Nonzeros of D. */
  affinity: figure,
  seconds: figure,
  /** Events of all its workflows, and how many executions those were. */
  events: figure,
  executions: figure,
  stages: z.array(
    z.object({ name: z.string(), rows: figure, bytes: figure, seconds: figure, peakBytes: figure }),
  ),
  /** Seconds: the sum over the activities of this name, from start to end. */
  activities: z.record(z.string(), z.object({ count: figure, seconds: figure })),
});

/**
 * Runs of growing size on one machine: what `hashloom plan` reads its rates from. Written by `npm
 * run bench -- plan-rates`.
 */
export const measuredRates = z.object({
  machine: z.string(),
  date: z.string(),
  corpus: z.string(),
  /** Stages at work at once in the one worker. */
  threads: z.number().int().positive(),
  /** What of the configuration the figures are scaled by. */
  training: z.object({
    tables: figure,
    bits: figure,
    epochs: figure,
    hardPerPositive: figure,
    easyPerPositive: figure,
  }),
  perRow: figure,
  window: figure,
  groupTokens: figure,
  runs: z.array(measuredRun).min(2),
});

export type MeasuredRun = z.infer<typeof measuredRun>;
export type MeasuredRates = z.infer<typeof measuredRates>;

export const RATES_FILE = fileURLToPath(
  new URL('../../../docs/results/rates.json', import.meta.url),
);

export async function readRates(file: string): Promise<MeasuredRates> {
  const refuse = (reason: string, cause?: unknown) =>
    new Failure(
      'ConfigurationError',
      `${file} holds no measured rates: ${reason}; \`npm run bench -- plan-rates\` writes ` +
        'such a file',
      { cause },
    );
  let parsed: unknown;
  try {
    parsed = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw refuse((error as Error).message, error);
  }
  const rates = measuredRates.safeParse(parsed);
  if (!rates.success)
    throw refuse(
      rates.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
    );
  return rates.data;
}
