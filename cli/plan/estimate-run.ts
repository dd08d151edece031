import type { ActivityName, StageName } from '../../schemas/activities.ts';
import type { Configuration } from '../../schemas/configuration.ts';
import { hasChild } from '../../schemas/stages.ts';
import { GROWS_WITH, budgetsOf, HELD_BYTES, TIME_GROWS_WITH } from './estimate-growth.ts';
import { type Size, measuredSize, type EstimateOptions, sizeOf } from './estimate-size.ts';
import { alongLines, type Point } from './extrapolate.ts';
import type { PlannedCorpus } from './measure-corpus.ts';
import { countActivities, mostAtOnce, plannedActivities } from './plan-activities.ts';
import type { StagePlan } from './plan-run.ts';
import type { MeasuredRates, MeasuredRun } from './rates.ts';
import { heartbeatsOf, runHistory, stageHistory } from './temporal-cost.ts';

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
    const names = plannedActivities(name);
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
    const names = plannedActivities(stage);
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

const total = (
  stages: readonly StageEstimate[],
  field: 'activities' | 'bytes' | 'seconds',
): number => stages.reduce((sum, stage) => sum + stage[field], 0);
