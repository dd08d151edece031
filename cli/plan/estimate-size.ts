import { mostGroupTokens } from '../../activities/affinity/group-files.ts';
import type { Configuration } from '../../schemas/configuration.ts';
import { isPairwise } from '../../schemas/configuration/training.ts';
import { alongPowers, type Point } from './extrapolate.ts';
import type { PlannedCorpus } from './measure-corpus.ts';
import type { MeasuredRates, MeasuredRun } from './rates.ts';

/** What an estimate is told of the place where the run will be. */
export interface EstimateOptions {
  workers: number;
  /** Stages at work at once in each. */
  threads: number;
  searchAttributes: boolean;
  /** Of Temporal Cloud, in US dollars. */
  pricePerMillionActions: number;
  /** Known better than from the rates. */
  words?: number;
  /** Positive pairs of D, each once. */
  pairs?: number;
}

/** What the figures of a run grow with. */
export interface Size {
  one: number;
  shards: number;
  tokens: number;
  /** Words of all shards' dictionaries, and of the corpus's. */
  shardWords: number;
  dictionary: number;
  /** Groups of files, counted in runs of so many words. */
  groups: number;
  groupWords: number;
  words: number;
  merged: number;
  affinity: number;
  /** Pairs that training takes a step on, times L d. */
  work: number;
  /** Words times L d, or the bits of the codes that are learned from factors. */
  codes: number;
}

/** How large each step of a run will be, by what is configured and what was measured. */
export function sizeOf(
  configuration: Configuration,
  { shards, tokens }: PlannedCorpus,
  rates: MeasuredRates,
  options: EstimateOptions,
): Size {
  const { training, codes, vocabulary, cooccurrence } = configuration;
  const runs = (value: (run: MeasuredRun) => number): Point[] =>
    rates.runs.map((run) => [run.tokens, value(run)]);
  const words = Math.min(
    vocabulary.maximumSize,
    options.words ??
      alongPowers(
        runs((run) => run.words),
        tokens,
      ),
  );
  const merged = Math.min(
    alongPowers(
      runs((run) => run.merged),
      tokens,
    ),
    (words * words) / 2,
  );
  const affinity =
    options.pairs === undefined
      ? Math.min(
          alongPowers(
            runs((run) => run.affinity),
            tokens,
          ),
          2 * merged,
        )
      : 2 * options.pairs;
  return {
    ...textSize(shards, tokens, cooccurrence.groupTokens, rates),
    words,
    merged,
    affinity,
    work: workOf(affinity, training),
    codes: words * (isPairwise(training) ? training.tables * training.bits : codes.bits),
  };
}

/** How large each step of a measured run was. */
export function measuredSize(run: MeasuredRun, rates: MeasuredRates): Size {
  const { shards, tokens, words, merged, affinity } = run;
  const { training, groupTokens } = rates;
  return {
    ...textSize(shards, tokens, groupTokens, rates),
    words,
    merged,
    affinity,
    work: workOf(affinity, training),
    codes: words * training.tables * training.bits,
  };
}

function textSize(
  shards: number,
  tokens: number,
  groupTokens: number,
  rates: MeasuredRates,
): Pick<Size, 'one' | 'shards' | 'tokens' | 'shardWords' | 'dictionary' | 'groups' | 'groupWords'> {
  const wordsOf = (text: number) =>
    alongPowers(
      rates.runs.map((run): Point => [
        run.tokens,
        run.stages.find(({ name }) => name === 'dictionary')?.rows ?? 0,
      ]),
      text,
    );
  const inGroup = mostGroupTokens(tokens, groupTokens);
  return {
    one: 1,
    shards,
    tokens,
    shardWords: shards * wordsOf(tokens / Math.max(shards, 1)),
    dictionary: wordsOf(tokens),
    groups: Math.max(1, tokens / inGroup),
    groupWords: wordsOf(Math.min(tokens, inGroup)),
  };
}

function workOf(
  affinity: number,
  training: Pick<
    Configuration['training'],
    'tables' | 'bits' | 'epochs' | 'hardPerPositive' | 'easyPerPositive'
  >,
): number {
  const { tables, bits, epochs, hardPerPositive, easyPerPositive } = training;
  return affinity * epochs * (1 + hardPerPositive + easyPerPositive) * tables * bits;
}
