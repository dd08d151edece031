import { continueAsNew, setHandler, workflowInfo } from '@temporalio/workflow';
import type { ActivityInput } from '../activities/stage-runner.ts';
import type { ChildProgress } from '../schemas/run.ts';
import { type ShardActivity, stageOf } from '../schemas/activities.ts';
import { childProgressQuery } from './child-progress.ts';
import { inLanes } from './in-lanes.ts';
import { runActivity } from './run-activity.ts';
import type { StageFigures } from './stage-runtime.ts';

export type SharedInput<Name extends ShardActivity> = Omit<ActivityInput<Name>, 'from' | 'to'>;

interface ProcessShardsInput<Name extends ShardActivity> {
  activity: Name;
  /** Batch k holds the members [batches[k], batches[k + 1]). */
  batches: number[];
  /** What every batch's activity gets, beside its `from` and `to`. */
  shared: SharedInput<Name>;
  /** The first batch that is not done. */
  next: number;
  totals: StageFigures;
}

/** At most so many activities are scheduled at once; workers take from them as they have room. */
const WINDOW = 64;
const LONGEST_HISTORY = 8000;

/** Runs one activity over all batches of a stage, a sliding window at a time. */
export async function processShards<Name extends ShardActivity>(
  input: ProcessShardsInput<Name>,
): Promise<StageFigures> {
  const { activity, batches, shared } = input;
  const total = batches.length - 1;
  const totals = { ...input.totals };
  let next = input.next;
  let done = next;
  setHandler(childProgressQuery, (): ChildProgress => ({
    done,
    total,
    figures: { rows: totals.rows, bytes: totals.bytes },
  }));

  const historyIsLong = () =>
    workflowInfo().historyLength > LONGEST_HISTORY || workflowInfo().continueAsNewSuggested;
  function* batchesAhead(): Generator<number, void, undefined> {
    while (next < total && !historyIsLong()) yield next++;
  }
  await inLanes(WINDOW, batchesAhead(), async (batch) => {
    const range = { from: batches[batch] ?? 0, to: batches[batch + 1] ?? 0 };
    const summary = `${stageOf(activity).title}: batch ${batch + 1} of ${total}`;
    const output = await runActivity(activity, summary, {
      ...shared,
      ...range,
    } as unknown as ActivityInput<Name>);
    totals.cached &&= output.cached;
    totals.rows += output.rows;
    totals.bytes += output.bytes;
    done += 1;
  });
  if (next < total) await continueAsNew<typeof processShards>({ ...input, next, totals });
  return totals;
}
