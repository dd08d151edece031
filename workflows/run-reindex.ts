import { workflowInfo } from '@temporalio/workflow';
import type { ReindexInput, ReindexResult } from '../schemas/run.ts';
import { stageNamesOf } from '../schemas/stages.ts';
import { setUpGate } from './pass-gate.ts';
import { runActivity } from './run-activity.ts';
import { reindexStages } from './reindex.ts';
import { followRun } from './run-progress.ts';
import { learn, processShards } from './start-children.ts';

/**
 * The workflow: the stages of reindex.ts on Temporal, followed from outside and held at the gate.
 */
export async function reindex(input: ReindexInput): Promise<ReindexResult> {
  const run = followRun(input, stageNamesOf(input.configuration));
  const { workflowId, runId } = workflowInfo();
  return await reindexStages(input, {
    run,
    runActivity,
    processShards: (activity, batches, shared) => processShards(run, activity, batches, shared),
    learn: (learning) => learn(run, learning),
    passGate: setUpGate(input.configuration, run),
    execution: { workflowId, runId },
  });
}
