import {
  ApplicationFailure,
  ChildWorkflowFailure,
  WorkflowExecutionAlreadyStartedError,
} from '@temporalio/common';
import { executeChild, ParentClosePolicy } from '@temporalio/workflow';
import type { FailureType } from '../schemas/failures.ts';
import { QUEUES } from '../schemas/queues.ts';
import { type ReindexInput, type ReindexResult, reindexWorkflowId } from '../schemas/run.ts';
import { reindex } from './run-reindex.ts';

export type ScheduledResult = { skipped: string } | { refused: string } | ReindexResult;

/**
 * What a schedule starts. Temporal appends a time to the ids that schedules start, so the one lock
 * of an index, the workflow id `reindex/NAME`, is taken by a child; a manual run that holds it
 * makes this one step aside. A run that its gate refuses has failed as `reindex/NAME`, but is no
 * failure of the schedule, which would pause over it and leave out the nights after.
 */
export async function scheduled(input: ReindexInput): Promise<ScheduledResult> {
  const workflowId = reindexWorkflowId(input.configuration.index);
  try {
    return await executeChild(reindex, {
      workflowId,
      taskQueue: QUEUES.main,
      args: [input],
      staticSummary: `Reindex ${input.configuration.index} (scheduled)`,
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
    });
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError)
      return { skipped: `${workflowId} is already running` };
    const refusal = error instanceof ChildWorkflowFailure ? error.cause : undefined;
    if (
      refusal instanceof ApplicationFailure &&
      refusal.type === ('GateRefused' satisfies FailureType)
    )
      return { refused: refusal.message };
    throw error;
  }
}
