import { userInfo } from 'node:os';
import { WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { APPROVE_UPDATE, type GateDecision, REJECT_UPDATE } from '../../schemas/gate.ts';
import { reindexWorkflowId } from '../../schemas/run.ts';

/**
 * Sends a decision to the run of an index; the workflow's answer. Throws when no run waits at its
 * gate, or the decision lacks something.
 */
export async function decideRun(
  client: Client,
  index: string,
  verb: 'approve' | 'reject',
  given: { why: string; who?: string },
): Promise<string> {
  const handle = client.workflow.getHandle(reindexWorkflowId(index));
  const decision: GateDecision = { who: given.who ?? userInfo().username, why: given.why };
  try {
    return await handle.executeUpdate<string, [GateDecision]>(
      verb === 'approve' ? APPROVE_UPDATE : REJECT_UPDATE,
      { args: [decision] },
    );
  } catch (error) {
    if (error instanceof WorkflowNotFoundError)
      throw new Error(
        `no run of ${index} is at work, so none waits at its gate\n` +
          `hint: \`hashloom run list --index ${index}\` shows the runs there are`,
        { cause: error },
      );
    if (error instanceof WorkflowUpdateFailedError)
      throw new Error((error.cause ?? error).message, { cause: error });
    throw error;
  }
}
