import { executeChild, workflowInfo } from '@temporalio/workflow';
import type { LearningInput } from '../activities/training/name-training.ts';
import { QUEUES } from '../schemas/queues.ts';
import { type ShardActivity, stageOf } from '../schemas/activities.ts';
import { processShards as processShardsWorkflow, type SharedInput } from './process-shards.ts';
import type { RunFollower } from './run-progress.ts';
import type { StageFigures } from './stage-runtime.ts';
import { train as trainWorkflow, type TrainOutput } from './train.ts';

/**
 * Children have histories of their own, so that the run's stays short whatever the size of the
 * corpus.
 */

export async function processShards<Name extends ShardActivity>(
  run: Pick<RunFollower, 'child'>,
  activity: Name,
  batches: number[],
  shared: SharedInput<Name>,
): Promise<StageFigures> {
  const workflowId = childId(activity);
  return await childOf(run, workflowId, () =>
    executeChild(processShardsWorkflow, {
      workflowId,
      taskQueue: QUEUES.main,
      args: [{ activity, batches, shared, next: 0, totals: { cached: true, rows: 0, bytes: 0 } }],
      staticSummary: `${stageOf(activity).title}: ${batches.length - 1} batches`,
    }),
  );
}

export async function learn(
  run: Pick<RunFollower, 'child'>,
  learning: LearningInput,
): Promise<TrainOutput> {
  const workflowId = childId('train');
  const { method, tables, bits, epochs, partitions } = learning.training;
  return await childOf(run, workflowId, () =>
    executeChild(trainWorkflow, {
      workflowId,
      taskQueue: QUEUES.main,
      args: [{ learning }],
      staticSummary: `${method}, ${tables} x ${bits} bits, ${epochs} epochs, ${partitions} partitions`,
    }),
  );
}

const childId = (name: string) => `${workflowInfo().workflowId}/${name}`;

async function childOf<Result>(
  run: Pick<RunFollower, 'child'>,
  workflowId: string,
  start: () => Promise<Result>,
): Promise<Result> {
  run.child(workflowId);
  try {
    return await start();
  } finally {
    run.child(undefined);
  }
}
