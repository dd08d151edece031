import { isGrpcDeadlineError, WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { unknownRun } from './show-run.ts';

/**
 * Cancels a run and waits for its end: true when it has ended, false when it has not within `waitMs`.
 * Throws when there is no such run, or none at work.
 */
export async function cancelRun(client: Client, workflowId: string, waitMs: number): Promise<boolean> {
  const handle = client.workflow.getHandle(workflowId);
  let description: WorkflowExecutionDescription;
  try {
    description = await handle.describe();
  } catch (error) {
    throw error instanceof WorkflowNotFoundError ? unknownRun(workflowId, error) : error;
  }
  const state = description.status.name;
  if (state !== 'RUNNING' && state !== 'PAUSED') {
    throw new Error(`${workflowId} is not at work: its last run is ${state.toLowerCase()} since ${description.closeTime?.toISOString()}`);
  }
  await handle.cancel();
  try {
    await client.withDeadline(Date.now() + waitMs, () => handle.result());
  } catch (error) {
    if (isGrpcDeadlineError(error)) return false;
    if (error instanceof WorkflowFailedError && error.cause?.name === 'CancelledFailure') return true;
    throw error;
  }
  throw new Error(`${workflowId} ended by itself before it could be cancelled`);
}
