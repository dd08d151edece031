import { mostGroupTokens } from '../../activities/affinity/group-files.ts';
import type { Configuration } from '../../schemas/configuration.ts';
import { hasChild } from '../../schemas/stages.ts';
import type { ActivityName, StageName } from '../../schemas/activities.ts';
import type { StagePlan } from './plan-run.ts';
import { alongLines, alongPowers, type Point } from './extrapolate.ts';
import type { PlannedCorpus } from './measure-corpus.ts';
import { PLANNED_ACTIVITIES, countActivities, mostAtOnce } from './plan-activities.ts';
import type { MeasuredRates, MeasuredRun } from './rates.ts';
import { heartbeatsOf, runHistory, stageHistory } from './temporal-cost.ts';

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

export interface StageEstimate {
  name: StageName;
  activities: number;
  rows: number;
  /** Written. */
  bytes: number;
  /** Most memory of a worker, in bytes. */
  memory: number;
  seconds: number;
  events: number;
}

export interface RunEstimate {
  corpus: {
    files: number;
    shards: number;
    bytes: number;
    tokens: number;
    words: number;
    pairs: number;
  };
  stages: StageEstimate[];
  activities: number;
  bytes: number;
  memory: number;
  seconds: number;
  history: { events: number; executions: number; longest: number };
  billed: { actions: number; heartbeats: number; dollars: number };
}

/** What the figures of a run grow with. */
interface Size {
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
  /** Words times L d. */
  codes: number;
}

/** What an activity's time grows with; words where nothing is said. */
const TIME_GROWS_WITH: Partial<Record<string, keyof Size>> = {
  list: 'shards',
  ingest: 'tokens',
  mergeDictionaries: 'shardWords',
  chooseVocabulary: 'dictionary',
  groupFiles: 'shards',
  count: 'tokens',
  merge: 'merged',
  filter: 'merged',
  symmetrize: 'affinity',
  holdOut: 'affinity',
  mine: 'affinity',
  resumeTraining: 'one',
  survey: 'work',
  trainBlock: 'work',
  finishTraining: 'codes',
  binarize: 'codes',
  exportBuckets: 'codes',
  evaluate: 'codes',
  publish: 'codes',
};

/** What the configuration bounds, in bytes; and the pairs it holds out. */
interface Budgets {
  dictionaries: number;
  counts: number;
  heldOut: number;
}

const budgetsOf = ({ vocabulary, cooccurrence, heldOut }: Configuration): Budgets => ({
  dictionaries: vocabulary.memoryMiB * 2 ** 20,
  counts: cooccurrence.memoryMiB * 2 ** 20,
  heldOut: heldOut.pairs,
});

/** What a stage's rows, bytes and memory grow with; words where nothing is said. */
const GROWS_WITH: Partial<Record<StageName, keyof Size>> = {
  list: 'shards',
  ingest: 'tokens',
  dictionary: 'dictionary',
  count: 'tokens',
  merge: 'merged',
  filter: 'affinity',
  'hold-out': 'affinity',
  mine: 'words',
  train: 'codes',
  binarize: 'codes',
  export: 'codes',
  evaluate: 'one',
  report: 'one',
  publish: 'codes',
};

/**
 * Bytes that a stage at work holds by what it is made of. Within the measured sizes memory is what
 * was measured; beyond the largest of them, that and what this grows by: resident memory grows in
 * steps, and lines through it would lead anywhere.
 */
const HELD_BYTES: Partial<Record<StageName, (size: Size, budgets: Budgets) => number>> = {
  // Tokens of a shard, some of them twice, and its dictionary.
  ingest: ({ tokens, shards, shardWords }) =>
    (16 * tokens + 100 * shardWords) / Math.max(shards, 1),
  dictionary: ({ dictionary }, { dictionaries }) => Math.min(128 * dictionary, dictionaries),
  vocabulary: ({ words }) => 3 * 128 * words,
  // Of each run its rows, what its words are in the vocabulary, and a block.
  merge: ({ groups, groupWords }) => groups * (16 * groupWords + 2 ** 16),
  // Marginals, degrees and bounds of words; D passes by within the budget.
  filter: ({ words, affinity }, { counts }) => 40 * words + Math.min(12 * affinity, counts),
  // A few numbers a word, and the held-out pairs; D passes by in row groups of a million.
  'hold-out': ({ words, affinity }, { heldOut }) =>
    20 * words + 24 * Math.min(affinity, 2 ** 20) + 64 * heldOut,
  // Columns, and again in the memory of the kernel.
  mine: ({ affinity }) => 8 * affinity,
  train: ({ affinity, codes }) => 24 * codes + 16 * affinity,
  export: ({ codes }) => 2 * codes,
  evaluate: ({ codes, affinity }) => 4 * codes + 16 * affinity,
  report: ({ codes }) => 8 * codes,
};

/**
 * What a run of this configuration over this corpus takes; a stage that would not run still costs
 * its activities, which look and return.
 */
export function estimateRun(
  configuration: Configuration,
  corpus: PlannedCorpus,
  plans: readonly StagePlan[],
  rates: MeasuredRates,
  options: EstimateOptions,
): RunEstimate {
  const size = sizeOf(configuration, corpus, rates, options);
  const counts = countActivities(configuration, corpus, size.words, rates);
  const measured = new Map(rates.runs.map((run) => [run, measuredSize(run, rates)]));
  const budgets = budgetsOf(configuration);
  const slots = options.workers * options.threads;
  let heartbeats = 0;
  let actions = 0;
  const histories = { events: 0, executions: 1, longest: 0 };
  const own = runHistory(options.searchAttributes);
  let inRun = own.events;

  const stages = plans.map((plan): StageEstimate => {
    const { name } = plan;
    const names = PLANNED_ACTIVITIES[name] ?? [];
    const missing = plan.missing === undefined ? 1 : plan.missing.artifacts / plan.missing.of;
    const share = plan.runs ? missing : 0;
    let seconds = 0;
    let activities = 0;
    for (const activity of names) {
      const count = counts[activity] ?? 1;
      const atWork = Math.max(
        plan.runs ? share * activitySeconds(activity) : 0,
        count * LOOK_SECONDS,
      );
      const atOnce = Math.max(
        1,
        Math.min(count, slots, mostAtOnce(activity, count, configuration)),
      );
      seconds += (atWork / Math.max(count, 1)) * Math.ceil(count / atOnce);
      activities += count;
      heartbeats += heartbeatsOf(count, atWork);
    }
    const inChild = hasChild(name)
      ? names
          .filter((activity) => !OUTSIDE.has(activity))
          .reduce((sum, activity) => sum + (counts[activity] ?? 1), 0)
      : 0;
    const history = stageHistory(name, activities - inChild, inChild, options.searchAttributes);
    actions += history.actions;
    histories.events += history.events;
    histories.executions += history.executions;
    histories.longest = Math.max(histories.longest, inChild > 0 ? history.longest : 0);
    inRun += inChild > 0 ? history.events - inChild * 6 : history.events;
    const rows = plan.made?.rows ?? along(name, 'rows');
    const bytes = plan.runs ? share * (plan.made?.bytes ?? along(name, 'bytes')) : 0;
    return {
      name,
      activities,
      rows,
      bytes,
      memory: plan.runs ? memoryOf(name) : 0,
      seconds,
      events: history.events,
    };
  });

  const billed = actions + own.actions + heartbeats;
  return {
    corpus: {
      files: corpus.files,
      shards: corpus.shards,
      bytes: corpus.bytes,
      tokens: corpus.tokens,
      words: size.words,
      pairs: size.affinity / 2,
    },
    stages,
    activities: total(stages, 'activities'),
    bytes: total(stages, 'bytes'),
    memory: Math.max(...stages.map(({ memory }) => memory)),
    seconds: total(stages, 'seconds'),
    history: {
      events: histories.events + own.events,
      executions: histories.executions,
      longest: Math.max(histories.longest, inRun),
    },
    billed: {
      actions: billed,
      heartbeats,
      dollars: (billed * options.pricePerMillionActions) / 1e6,
    },
  };

  function points(grows: keyof Size, value: (run: MeasuredRun) => number): Point[] {
    return rates.runs.map((run) => [measured.get(run)![grows], value(run)]);
  }

  /** Of all activities of this name together, as if one after another. */
  function activitySeconds(activity: ActivityName): number {
    const grows = TIME_GROWS_WITH[activity] ?? 'words';
    const window =
      activity === 'count' || activity === 'merge'
        ? configuration.cooccurrence.window / rates.window
        : 1;
    return (
      window *
      alongLines(
        points(grows, (run) => run.activities[activity]?.seconds ?? 0),
        size[grows],
      )
    );
  }

  function along(stage: StageName, field: 'rows' | 'bytes'): number {
    const of = (run: MeasuredRun) => run.stages.find(({ name }) => name === stage)?.[field] ?? 0;
    const grows = GROWS_WITH[stage] ?? 'words';
    const perRow = stage === 'mine' ? configuration.negatives.perRow / rates.perRow : 1;
    return perRow * alongLines(points(grows, of), size[grows]);
  }

  /**
   * A worker is as large when it is idle as during `list`; what it holds beside that, it holds for
   * each stage at work.
   */
  function memoryOf(stage: StageName): number {
    const peak = (name: string) => (run: MeasuredRun) =>
      run.stages.find((each) => each.name === name)?.peakBytes ?? 0;
    const idle = Math.min(...rates.runs.map(peak('list')));
    // A stage that was over between two looks has no peak of its own.
    const seen = rates.runs
      .filter((run) => peak(stage)(run) > 0)
      .map((run): Point => [run.tokens, Math.max(0, peak(stage)(run) - idle)]);
    const largest = rates.runs.reduce((most, run) => (run.tokens > most.tokens ? run : most));
    const heldBy = HELD_BYTES[stage] ?? (() => 0);
    const beyond = Math.max(0, heldBy(size, budgets) - heldBy(measured.get(largest)!, budgets));
    const held =
      beyond + (seen.length === 0 ? 0 : alongLines(seen, Math.min(size.tokens, largest.tokens)));
    const names = PLANNED_ACTIVITIES[stage] ?? [];
    const many = Math.max(
      1,
      ...names.map((name) =>
        Math.min(counts[name] ?? 1, mostAtOnce(name, counts[name] ?? 1, configuration)),
      ),
    );
    const factor = Math.min(options.threads, many) / Math.min(rates.threads, many);
    // What grows with the corpus is shared by a worker's stages or bounded by the configuration;
    // threads hold their own.
    return idle + held * Math.max(1, factor);
  }
}

/** Of an activity that finds its artifact. */
const LOOK_SECONDS = 0.03;

/** Activities of a stage with a child that are not in the child's history. */
const OUTSIDE: ReadonlySet<ActivityName> = new Set(['groupFiles', 'sumMarginals', 'symmetrize']);

function sizeOf(
  configuration: Configuration,
  { shards, tokens }: PlannedCorpus,
  rates: MeasuredRates,
  options: EstimateOptions,
): Size {
  const { training, vocabulary, cooccurrence } = configuration;
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
    codes: words * training.tables * training.bits,
  };
}

function measuredSize(run: MeasuredRun, rates: MeasuredRates): Size {
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

const total = (
  stages: readonly StageEstimate[],
  field: 'activities' | 'bytes' | 'seconds',
): number => stages.reduce((sum, stage) => sum + stage[field], 0);
