import type { Choice, Kind } from './choice.ts';
import { minimumWeightFor } from './minimum-weight.ts';

/** What is known of a corpus beside its kind; what is not known is undefined. */
export interface CorpusFigures {
  /** Words, ids of sequences, pairs; about. */
  tokens?: number;
  /** Vectors, and their dimensions. */
  vectors?: number;
  dimensions?: number;
  /** Of texts that are a record each: the words of the mean one. */
  textLength?: number;
  /** Of other texts: words that are more than one in COMMON_ONE_IN of a sample each. */
  commonWords?: number;
  /** Different ids of a sample of sequences. */
  items?: number;
  /** Of pairs: the share that is given of all that the ids of both sides could make. */
  density?: number;
}

/**
 * Values that differ from the defaults for a corpus of this kind and size, each with its reason.
 * docs/results/answers.md has the trials behind them.
 */
export function chooseSettings(kind: Kind, figures: CorpusFigures): Choice[] {
  return SETTINGS[kind](figures);
}

const SETTINGS: Record<Kind, (figures: CorpusFigures) => Choice[]> = {
  text: textSettings,
  sequences: sequenceSettings,
  pairs: pairSettings,
  vectors: vectorSettings,
  documents: () => [],
};

/** From so many tokens on, a word of ten occurrences is worth having. */
const LARGE_TEXT = 3_000_000;
/** Steps of the least count of a word in smaller texts. */
const TEXT_COUNTS = [
  [LARGE_TEXT, 10],
  [500_000, 8],
  [100_000, 4],
  [20_000, 3],
  [0, 2],
] as const;

function textSettings({ tokens, textLength, commonWords }: CorpusFigures): Choice[] {
  const choices: Choice[] = [];
  if (tokens !== undefined) {
    const reason = `for about ${counted(tokens)} words`;
    choices.push(
      { key: 'vocabulary.minimumCount', value: stepFor(tokens, TEXT_COUNTS), reason },
      { key: 'affinity.minimumWeight', value: minimumWeightFor(tokens), reason },
      ...epochSettings(tokens, reason),
    );
  }
  if (textLength !== undefined)
    choices.push(
      { key: 'vocabulary.common', value: 0, reason: 'commonShare drops common words' },
      {
        key: 'vocabulary.commonShare',
        value: commonShareFor(textLength),
        reason: 'what is in a larger share of the texts says little',
      },
    );
  else if (commonWords !== undefined)
    choices.push({
      key: 'vocabulary.common',
      value: commonWords,
      reason: `the most common words, of which each is more than one in ${counted(COMMON_ONE_IN)}`,
    });
  return choices;
}

/** A word that is more than one in so many of all words goes with everything. */
export const COMMON_ONE_IN = 2000;

/** A topic may well be that of so many of all texts. */
const LEAST_SHARE = 0.1;

/**
 * The share of texts of so many words that have a word which is one in COMMON_ONE_IN and spread
 * evenly (Poisson). A word as common that says something (`game`) comes in few texts, many times in
 * each, and so stays below.
 */
function commonShareFor(textLength: number): number {
  const share = 1 - Math.exp(-textLength / COMMON_ONE_IN);
  return Number(Math.max(LEAST_SHARE, share).toPrecision(2));
}

const SEQUENCE_COUNTS = [
  [1_000_000, 5],
  [50_000, 3],
  [5000, 2],
  [0, 1],
] as const;
/** Of more ids, links of a weight below 1/2 would be most, and cost more than they find. */
const MANY_IDS = 1_000_000;
/** Fewer different ids all meet each other, and none much more often than by chance. */
const FEW_ITEMS = 500;

function sequenceSettings({ tokens, items }: CorpusFigures): Choice[] {
  const choices: Choice[] = [NO_COMMON_IDS];
  if (tokens !== undefined) {
    const reason = `for about ${counted(tokens)} ids`;
    choices.push({
      key: 'vocabulary.minimumCount',
      value: stepFor(tokens, SEQUENCE_COUNTS),
      reason,
    });
    choices.push(...epochSettings(tokens, reason));
  }
  const many = tokens !== undefined && tokens >= MANY_IDS;
  const few = items !== undefined && items < FEW_ITEMS;
  return [
    ...choices,
    {
      key: 'affinity.minimumWeight',
      value: many ? 0.5 : 0,
      reason: many
        ? 'to stand two places apart once is enough'
        : 'to meet once is enough for a link',
    },
    {
      key: 'affinity.minimumPmi',
      value: few ? 0 : 0.5,
      reason: few
        ? `only about ${counted(items)} different ids, of which all meet`
        : 'ids that meet clearly more often than by chance belong together',
    },
  ];
}

const NO_COMMON_IDS: Choice = {
  key: 'vocabulary.common',
  value: 0,
  reason: 'ids have no stop words',
};

/** Of fewer pairs, an id that stands in one of them is kept: there is little else. */
const FEW_PAIRS = 10_000;
/** Where more of all possible pairs are given, most are no surprise (PMI). */
const DENSE = 0.1;

function pairSettings({ tokens, density }: CorpusFigures): Choice[] {
  const few = tokens !== undefined && tokens < FEW_PAIRS;
  const dense = density !== undefined && density > DENSE;
  const onlySo = `there are only about ${counted(tokens ?? 0)} pairs`;
  return [
    NO_COMMON_IDS,
    {
      key: 'vocabulary.minimumCount',
      value: few ? 1 : 2,
      reason: few ? onlySo : 'an id of one pair says nothing of itself',
    },
    { key: 'affinity.minimumWeight', value: 0, reason: 'a pair that is given belongs together' },
    {
      key: 'affinity.minimumPmi',
      value: few || dense ? 0 : 1,
      reason:
        few || dense ? pmiReason(few, onlySo) : 'pairs of two ids that are everywhere say little',
    },
    ...(tokens === undefined ? [] : epochSettings(tokens, `for about ${counted(tokens)} pairs`)),
  ];
}

const pmiReason = (few: boolean, onlySo: string): string =>
  few ? onlySo : 'so many of all possible pairs are given that none is a surprise';

/** Large corpora give as many steps in fewer epochs. */
const EPOCHS = [
  [1_000_000_000, 5],
  [100_000_000, 10],
] as const;

function epochSettings(tokens: number, reason: string): Choice[] {
  const step = EPOCHS.find(([least]) => tokens >= least);
  return step ? [{ key: 'training.epochs', value: step[1], reason }] : [];
}

const VECTOR_TABLES = 4;

function vectorSettings({ vectors, dimensions }: CorpusFigures): Choice[] {
  if (vectors === undefined) return [];
  const reason = `for about ${counted(vectors)} vectors`;
  // Codes come in bytes; about as many codes as items make buckets of a few.
  const bits = Math.max(8, 8 * Math.round(Math.log2(Math.max(2, vectors)) / 8));
  const learned = dimensions !== undefined && dimensions >= bits && vectors >= 2 * bits;
  return [
    {
      key: 'vectors.method',
      value: learned ? 'itq' : 'lsh',
      reason: learned
        ? `${dimensions} dimensions are enough to learn ${bits} bits from`
        : 'random hyperplanes need nothing to learn from',
    },
    { key: 'training.bits', value: bits, reason: `${reason}, so that buckets hold a few` },
    { key: 'training.tables', value: VECTOR_TABLES, reason: 'neighbours meet in one of them' },
  ];
}

function stepFor(tokens: number, steps: readonly (readonly [number, number])[]): number {
  return steps.find(([least]) => tokens >= least)![1];
}

/** Two digits, for what is estimated. */
const counted = (count: number): string => Number(count.toPrecision(2)).toLocaleString('en-US');
