import {
  isGrpcDeadlineError,
  WorkflowFailedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import type { Client, WorkflowExecutionDescription, WorkflowHandle } from '@temporalio/client';
import { unknownRun } from './show-run.ts';

/**
 * Cancels a run and waits for its end: true when it has ended, false when it has not within
 * `waitMs`. Throws when there is no such run, or none at work, or it ended otherwise.
 */
export async function cancelRun(
  client: Client,
  workflowId: string,
  waitMs: number,
): Promise<boolean> {
  const handle = client.workflow.getHandle(workflowId);
  let description: WorkflowExecutionDescription;
  try {
    description = await handle.describe();
  } catch (error) {
    throw error instanceof WorkflowNotFoundError ? unknownRun(workflowId, error) : error;
  }
  const state = description.status.name;
  if (state !== 'RUNNING' && state !== 'PAUSED') {
    throw new Error(
      `${workflowId} is not at work: its last run is ${state.toLowerCase()} since ` +
        `${description.closeTime?.toISOString()}`,
    );
  }
  const end = await endOf(client, handle, waitMs);
  if (end === 'completed')
    throw new Error(`${workflowId} ended by itself before it could be cancelled`);
  if (end instanceof WorkflowFailedError && end.cause?.name !== 'CancelledFailure') throw end;
  return end !== undefined;
}

/**
 * Cancels a run and waits until it has ended, in whatever way; false when it has not within
 * `waitMs`.
 */
export async function endRun(client: Client, workflowId: string, waitMs: number): Promise<boolean> {
  return (await endOf(client, client.workflow.getHandle(workflowId), waitMs)) !== undefined;
}

/** How a run ended that was asked to stop; undefined where it has not ended in time. */
async function endOf(
  client: Client,
  handle: WorkflowHandle,
  waitMs: number,
): Promise<'completed' | WorkflowFailedError | undefined> {
  await handle.cancel();
  try {
    await client.withDeadline(Date.now() + waitMs, () => handle.result());
    return 'completed';
  } catch (error) {
    if (isGrpcDeadlineError(error)) return undefined;
    // An activity whose worker was killed fails by its heartbeat before the cancellation reaches
    // it.
    if (error instanceof WorkflowFailedError) return error;
    throw error;
  }
}
