import type { Metrics } from '../../schemas/run.ts';

/** Why an index should not be trusted as it is, and what would change that. */
export interface Warning {
  /** What is wrong, in a sentence without its full stop. */
  what: string;
  /** What to do about it, likewise. */
  change: string;
}

/** Below it, shares of held-out pairs say little. */
const FEW_PAIRS = 500;
/** So much better than popularity an answer has to be to be worth more than a fixed list. */
const TIMES_POPULARITY = 1.5;
const MANY_SILENT = 0.1;
const MANY_EMPTY = 0.5;
const MANY_HUBS = 0.5;
/** Buckets that hold so many times what chance puts there remember D. */
const TIMES_SHUFFLED = 2;

/** What the figures of a run warn of, the worst first; nothing of what was not measured. */
export function judgeAnswers(metrics: Metrics): Warning[] {
  return [
    fewPairs(metrics),
    nearPopularity(metrics),
    memoryAlone(metrics),
    silentItems(metrics),
    hubs(metrics),
    emptyLookups(metrics),
  ].filter((warning) => warning !== undefined);
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

function nearPopularity({ queryHr50, popularityHr50 }: Metrics): Warning | undefined {
  if (queryHr50 === undefined || popularityHr50 === undefined) return undefined;
  if (queryHr50 >= TIMES_POPULARITY * popularityHr50) return undefined;
  return {
    what:
      `a fixed list of the most linked items finds ${percent(popularityHr50)} of held-out links, ` +
      `the answers ${percent(queryHr50)}`,
    change:
      'links are too few or too common to tell items apart: raise affinity.minimumPmi where hubs ' +
      'lead, bring more data where items have few links',
  };
}

function memoryAlone({ f1, hr50, shuffledHr50 }: Metrics): Warning | undefined {
  if (f1 === undefined || hr50 === undefined || shuffledHr50 === undefined) return undefined;
  if (f1 < 0.1 || hr50 >= TIMES_SHUFFLED * shuffledHr50) return undefined;
  return {
    what:
      `codes know the links that they were trained on (F1 ${f1.toFixed(2)}), and find held-out ` +
      'ones hardly better than chance',
    change: 'train fewer epochs (training.epochs), or bring more data',
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
