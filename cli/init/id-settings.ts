import type { Choice } from './choice.ts';
import { type CorpusFigures, counted, stepFor } from './corpus-size.ts';

const SEQUENCE_COUNTS = [
  [1_000_000, 5],
  [50_000, 3],
  [5000, 2],
  [0, 1],
] as const;
/** Of more ids, links of a weight below 1/2 would be most, and cost more than they find. */
const MANY_IDS = 1_000_000;

/** What links ids that stand in lists together. */
export function sequenceSettings({ tokens, areSingle }: CorpusFigures): Choice[] {
  const choices: Choice[] = [NO_COMMON_IDS];
  if (tokens !== undefined) {
    const reason = `for about ${counted(tokens)} ids`;
    choices.push({
      key: 'vocabulary.minimumCount',
      value: areSingle === true ? 1 : stepFor(tokens, SEQUENCE_COUNTS),
      reason: areSingle === true ? MOST_SINGLE : reason,
    });
  }
  const many = tokens !== undefined && tokens >= MANY_IDS;
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
      value: 0,
      reason: 'ids that meet more often than by chance belong together',
    },
  ];
}

const MOST_SINGLE = 'most ids occur once';

const NO_COMMON_IDS: Choice = {
  key: 'vocabulary.common',
  value: 0,
  reason: 'ids have no stop words',
};

/** Of fewer pairs, an id that stands in one of them is kept: there is little else. */
const FEW_PAIRS = 10_000;
/** Where more of all possible pairs are given, most are no surprise (PMI). */
const DENSE = 0.1;

/** Which of the given pairs are links. */
export function pairSettings({ tokens, density, areSingle }: CorpusFigures): Choice[] {
  const few = tokens !== undefined && tokens < FEW_PAIRS;
  const single = areSingle === true ? MOST_SINGLE : undefined;
  const dense = density !== undefined && density > DENSE;
  const onlySo = `there are only about ${counted(tokens ?? 0)} pairs`;
  return [
    NO_COMMON_IDS,
    {
      key: 'vocabulary.minimumCount',
      value: few || single ? 1 : 2,
      reason: (few ? onlySo : single) ?? 'an id of one pair says nothing of itself',
    },
    { key: 'affinity.minimumWeight', value: 0, reason: 'a pair that is given belongs together' },
    {
      key: 'affinity.minimumPmi',
      value: few || dense ? 0 : 1,
      reason:
        few || dense ? pmiReason(few, onlySo) : 'pairs of two ids that are everywhere say little',
    },
  ];
}

const pmiReason = (few: boolean, onlySo: string): string =>
  few ? onlySo : 'so many of all possible pairs are given that none is a surprise';
