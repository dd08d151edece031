import type { Metrics } from './run.ts';

/** Why an index should not be trusted as it is, and what would change that. */
export interface Warning {
  /** What is wrong, in a sentence without its full stop. */
  what: string;
  /** What to do about it, likewise. */
  change: string;
}

/** Answers that are given at once hold a good part of so few items, whatever answers. */
const FEW_ITEMS = 200;
/** Below it, shares of held-out pairs say little. */
const FEW_PAIRS = 500;
/** So much better than popularity an answer has to be to be worth more than a fixed list. */
const TIMES_POPULARITY = 1.5;
/** A fixed list finds hardly a rare link, so that more is asked for there. */
const TIMES_POPULARITY_FAIRLY = 4;
/** Of the ten exact nearest so many should be among the first ten answers. */
const LEAST_RECALL = 0.5;
/** Where labels are so common, answers cannot be better by half. */
const MANY_LABELLED = 0.6;
const MANY_SILENT = 0.1;
const MANY_EMPTY = 0.5;
const MANY_HUBS = 0.5;
/** From it on codes know the links that they were trained on. */
const KNOWN_F1 = 0.1;
/** Buckets that hold so many times what chance puts there remember D. */
const TIMES_SHUFFLED = 2;

/** What the figures of a run warn of, the worst first; nothing of what was not measured. */
export function judgeAnswers(metrics: Metrics): Warning[] {
  return [
    fewItems(metrics),
    fewPairs(metrics),
    nearPopularity(metrics),
    nearPopularityFairly(metrics),
    nearShuffled(metrics),
    memoryAlone(metrics),
    codesBelowPopularity(metrics),
    farFromNearest(metrics),
    labelsOfAll(metrics),
    silentItems(metrics),
    hubs(metrics),
    emptyLookups(metrics),
  ].filter((warning) => warning !== undefined);
}

function fewItems({ items }: Metrics): Warning | undefined {
  if (items === undefined || items === 0 || items >= FEW_ITEMS) return undefined;
  return {
    what: `${items} items are too few for settings to be judged by what these answers find`,
    change:
      'bring more data, or lower vocabulary.minimumCount; a full comparison of so few is fast',
  };
}

function fewPairs({ heldOutPairs }: Metrics): Warning | undefined {
  if (heldOutPairs === undefined || heldOutPairs >= FEW_PAIRS) return undefined;
  return {
    what: `${heldOutPairs} held-out pairs are too few to say how good the answers are`,
    change:
      'bring more data, or lower affinity.minimumPmi and affinity.minimumWeight, so that there ' +
      'are more links',
  };
}

/** Answers that find rare links need only not be behind a fixed list at common ones. */
function nearPopularity(metrics: Metrics): Warning | undefined {
  const { queryHr50, popularityHr50, queryFairHr50, popularityFairHr50 } = metrics;
  if (queryHr50 === undefined || popularityHr50 === undefined) return undefined;
  const findsRare =
    (queryFairHr50 ?? 0) > TIMES_POPULARITY_FAIRLY * (popularityFairHr50 ?? Infinity);
  if (queryHr50 >= (findsRare ? 1 : TIMES_POPULARITY) * popularityHr50) return undefined;
  return {
    what:
      `a fixed list of the most linked items finds ${percent(popularityHr50)} of held-out links, ` +
      `the answers ${percent(queryHr50)}`,
    change:
      'links are too few or too common to tell items apart: raise affinity.minimumPmi where hubs ' +
      'lead, bring more data where items have few links',
  };
}

function nearPopularityFairly(metrics: Metrics): Warning | undefined {
  const { queryFairHr50: own, popularityFairHr50: popular } = metrics;
  if (own === undefined || popular === undefined || nearPopularity(metrics)) return undefined;
  if (own >= TIMES_POPULARITY * popular) return undefined;
  return {
    what:
      `of links that lead to rare items the answers find ${percent(own)}, hardly more than the ` +
      `${percent(popular)} of a fixed list of the most linked items`,
    change: 'raise affinity.minimumPmi, so that links with common items count less',
  };
}

/** Where codes know nothing of D either, so that it is no memory. */
function nearShuffled(metrics: Metrics): Warning | undefined {
  const { f1, hr50, shuffledHr50 } = metrics;
  if (hr50 === undefined || shuffledHr50 === undefined || memoryAlone(metrics)) return undefined;
  if (hr50 > TIMES_SHUFFLED * shuffledHr50) return undefined;
  return {
    what:
      `buckets find ${percent(hr50)} of held-out links, and ${percent(shuffledHr50)} where they ` +
      'are filled at random',
    change:
      (f1 ?? 0) < KNOWN_F1
        ? 'train more epochs (training.epochs), take fewer training.bits, or ask with `query`'
        : 'ask with `query`, which goes by lists',
  };
}

function memoryAlone({ f1, hr50, shuffledHr50 }: Metrics): Warning | undefined {
  if (f1 === undefined || hr50 === undefined || shuffledHr50 === undefined) return undefined;
  if (f1 < KNOWN_F1 || hr50 > TIMES_SHUFFLED * shuffledHr50) return undefined;
  return {
    what:
      `codes know the links that they were trained on (F1 ${f1.toFixed(2)}), and find held-out ` +
      'ones hardly better than chance',
    change: 'train fewer epochs (training.epochs), or bring more data',
  };
}

/** By both measures: a fixed list has the common links by itself, never the fair ones. */
function codesBelowPopularity(metrics: Metrics): Warning | undefined {
  const { codesHr1000, popularityHr1000, codesFairHr1000, popularityFairHr1000 } = metrics;
  if (codesHr1000 === undefined || popularityHr1000 === undefined) return undefined;
  if (codesHr1000 >= popularityHr1000) return undefined;
  if ((codesFairHr1000 ?? 0) >= (popularityFairHr1000 ?? 0)) return undefined;
  return {
    what:
      `among 1,000 items by their codes are ${percent(codesHr1000)} of held-out links, among the ` +
      `1,000 most linked ones ${percent(popularityHr1000)}`,
    change: 'ask with `query`, which goes by lists, or train longer codes (training.bits)',
  };
}

function farFromNearest({ queryRecall10, cellsRecall10 }: Metrics): Warning | undefined {
  const recall = queryRecall10 ?? cellsRecall10;
  if (recall === undefined || recall >= LEAST_RECALL) return undefined;
  return {
    what: `the first ten answers hold ${percent(recall)} of the ten items that are nearest`,
    change:
      'raise neighbours.postings for documents; vectors that are alike in pairs alone, as random ' +
      'ones are, have no cells to be found by',
  };
}

function labelsOfAll({ queryLabels10, popularityLabels10 }: Metrics): Warning | undefined {
  if (queryLabels10 === undefined || popularityLabels10 === undefined) return undefined;
  if (queryLabels10 >= TIMES_POPULARITY * popularityLabels10) return undefined;
  if (popularityLabels10 > MANY_LABELLED) return undefined;
  return {
    what:
      `${percent(queryLabels10)} of the first answers share a label, and ` +
      `${percent(popularityLabels10)} of the same answers to all`,
    change:
      'the words hardly tell the labels: raise documents.maximumTerms, or learn codes from the labels ' +
      '(hashing.method ksh or shttm)',
  };
}

function silentItems({ withoutAnswer }: Metrics): Warning | undefined {
  if (withoutAnswer === undefined || withoutAnswer < MANY_SILENT) return undefined;
  return {
    what:
      `${percent(withoutAnswer)} of the items have no link and no bucket with others: what ` +
      'answers them is their nearest codes, which mean little',
    change:
      'lower affinity.minimumPmi or affinity.minimumWeight, or raise vocabulary.minimumCount to ' +
      'leave such items out',
  };
}

function hubs({ queryHubShare }: Metrics): Warning | undefined {
  if (queryHubShare === undefined || queryHubShare < MANY_HUBS) return undefined;
  return {
    what: `${percent(queryHubShare)} of all first answers are the same one in a hundred items`,
    change: 'leave more common items out (vocabulary.common), or raise affinity.minimumPmi',
  };
}

function emptyLookups({ emptyLookups: share }: Metrics): Warning | undefined {
  if (share === undefined || share < MANY_EMPTY) return undefined;
  return {
    what: `${percent(share)} of the items share no bucket with another: \`lookup\` gives nothing`,
    change: 'ask with `query`, or take fewer training.bits or more training.tables',
  };
}

const percent = (share: number): string => `${Number((100 * share).toPrecision(2))}%`;
