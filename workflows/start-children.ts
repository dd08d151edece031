import { executeChild, workflowInfo } from '@temporalio/workflow';
import type { Activities } from '../activities/create-activities.ts';
import { QUEUES } from '../schemas/queues.ts';
import { STAGES } from '../schemas/stages.ts';
import { processShards as processShardsWorkflow, type ShardActivity, type ShardInput, type ShardTotals } from './process-shards.ts';
import { perform } from './policies.ts';
import type { RunFollower } from './run-progress.ts';
import { train as trainWorkflow, type TrainInput, type TrainOutput } from './train.ts';

type Input<Name extends keyof Activities> = Parameters<Activities[Name]>[0];

/** Children have histories of their own, so that the run's stays short whatever the size of the corpus. */

export async function processShards<Name extends ShardActivity>(
  run: RunFollower,
  activity: Name,
  batches: number[],
  shared: Omit<ShardInput<Name>, 'from' | 'to'>,
): Promise<ShardTotals> {
  const workflowId = childId(activity);
  return await childOf(run, workflowId, () =>
    executeChild(processShardsWorkflow, {
      workflowId,
      taskQueue: QUEUES.main,
      args: [{ activity, batches, shared, next: 0, totals: { cached: true, rows: 0, bytes: 0 } }],
      staticSummary: `${STAGES[activity].title}: ${batches.length - 1} batches`,
    }),
  );
}

/** Counting in groups of files, which are chosen first. */
export async function countGroups(run: RunFollower, counting: Omit<ShardInput<'count'>, 'groups' | 'from' | 'to'> & Input<'groupFiles'>) {
  const grouped = await perform('etl', 'groupFiles', counting.index, counting);
  const counted = await processShards(run, 'count', grouped.batches, { ...counting, groups: grouped.artifact });
  return { ...counted, groups: grouped.artifact };
}

/** The merge by ranges of rows, then the marginals of all. */
export async function mergeRanges(run: RunFollower, ranges: number[], merging: Omit<ShardInput<'merge'>, 'from' | 'to'>) {
  const merged = await processShards(run, 'merge', ranges, merging);
  const whole = await perform('etl', 'sumMarginals', `${merged.rows} pairs`, { ...merging, ranges });
  return { ...whole, cached: whole.cached && merged.cached, bytes: whole.bytes + merged.bytes };
}

/** The filter by ranges of rows, then D of all that passed. */
export async function filterRanges(run: RunFollower, ranges: number[], filtering: Omit<ShardInput<'filter'>, 'from' | 'to'> & { top: number }) {
  const filtered = await processShards(run, 'filter', ranges, filtering);
  const d = await perform('etl', 'symmetrize', `${filtered.rows} pairs`, { ...filtering, ranges });
  return { ...d, cached: d.cached && filtered.cached };
}

export async function learn(run: RunFollower, input: Omit<TrainInput, 'progress'>): Promise<TrainOutput> {
  const workflowId = childId('train');
  const { method, tables, bits, epochs, partitions } = input.training;
  return await childOf(run, workflowId, () =>
    executeChild(trainWorkflow, {
      workflowId,
      taskQueue: QUEUES.main,
      args: [input],
      staticSummary: `${method}, ${tables} x ${bits} bits, ${epochs} epochs, ${partitions} partitions`,
    }),
  );
}

const childId = (name: string) => `${workflowInfo().workflowId}/${name}`;

async function childOf<Result>(run: RunFollower, workflowId: string, start: () => Promise<Result>): Promise<Result> {
  run.child(workflowId);
  try {
    return await start();
  } finally {
    run.child(undefined);
  }
}
