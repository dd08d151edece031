import type { Choice } from './choice.ts';
import { type CorpusFigures, counted, stepFor } from './corpus-size.ts';

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

/** Which words of a text are items, and which of them that meet are linked. */
export function textSettings(figures: CorpusFigures): Choice[] {
  const { tokens, hasStrayLetters } = figures;
  const choices: Choice[] = [];
  if (hasStrayLetters === true)
    choices.push({
      key: 'tokens.minimumLength',
      value: 2,
      reason: 'a letter that stands alone is no word to ask for',
    });
  if (tokens !== undefined) {
    const reason = `for about ${counted(tokens)} words`;
    choices.push(
      { key: 'vocabulary.minimumCount', value: stepFor(tokens, TEXT_COUNTS), reason },
      { key: 'affinity.minimumWeight', value: minimumWeightFor(tokens), reason },
      ...factorSettings(tokens),
    );
  }
  return [...choices, ...commonSettings(figures)];
}

/** Of more words, twice the factors cost minutes. */
const MANY_WORDS = 100_000_000;

/** More factors than the default find more of what is rare (docs/results/answers.md). */
function factorSettings(tokens: number): Choice[] {
  if (tokens >= MANY_WORDS) return [];
  const reason = 'more of them find more of what is rare, and cost little here';
  return [{ key: 'neighbours.factors', value: 128, reason }];
}

function commonSettings({ textLength, commonWords }: CorpusFigures): Choice[] {
  if (textLength !== undefined)
    return [
      { key: 'vocabulary.common', value: 0, reason: 'commonShare drops common words' },
      {
        key: 'vocabulary.commonShare',
        value: commonShareFor(textLength),
        reason: 'what is in a larger share of the texts says little',
      },
    ];
  if (commonWords === undefined) return [];
  const reason =
    commonWords === 0
      ? 'no word is so common, and spread so evenly, that it goes with everything'
      : `words more common than one in ${counted(COMMON_ONE_IN)} go with everything`;
  return [{ key: 'vocabulary.common', value: commonWords, reason }];
}

/**
 * A word that is more than one in so many of all words goes with everything: of few left out `wife`
 * goes with `his`, `my` and `who`. What common words stand with tells of others all the same, so
 * more left out find less (docs/results/answers.md), and at one in 2,000 six books lose `king`,
 * `war` and `love`.
 */
export const COMMON_ONE_IN = 500;

/** What is in fewer of many texts may be what they are about. */
const LEAST_SHARE = 0.25;
/** What is in nearly all of long texts says nothing of any. */
const MOST_SHARE = 0.98;
/** Where there are many texts, a word that is more than one in so many is in most of them. */
const SPREAD_ONE_IN = 2000;

/**
 * The share of texts of so many words that have a word which is one in SPREAD_ONE_IN and spread
 * evenly (Poisson). A word as common that says something (`game`) comes in few texts, many times in
 * each, and so stays below.
 */
function commonShareFor(textLength: number): number {
  const share = 1 - Math.exp(-textLength / SPREAD_ONE_IN);
  return Number(Math.min(MOST_SHARE, Math.max(LEAST_SHARE, share)).toPrecision(2));
}

/** In fewer words, two that belong together often do not meet side by side. */
const FEW_WORDS = 200_000;

/**
 * The least summed weight of a pair of words that is kept (affinity.minimumWeight). Less than to
 * stand side by side once finds a little more and doubles the links, which small corpora can afford
 * (docs/results/answers.md).
 */
export function minimumWeightFor(tokens: number): number {
  return tokens < FEW_WORDS ? 0.5 : 1;
}
