import type { Configuration } from '../../schemas/configuration.ts';
import { recordedConfiguration } from '../../schemas/recorded-configuration.ts';
import { Failure } from '../../schemas/failures.ts';
import { reindexWorkflowId, WORKFLOW } from '../../schemas/run.ts';
import type { ClientConnection } from '../../workers/connection.ts';

/**
 * The configurations that schedules of this namespace will run on a store. Throws AlreadyRunning
 * where a run is under way on it: it may rest on artifacts that no version names yet.
 */
export async function scheduledConfigurations(
  { client }: Pick<ClientConnection, 'client'>,
  storeUri: string,
): Promise<Configuration[]> {
  for await (const { workflowId } of client.workflow.list({
    query: `WorkflowType = '${WORKFLOW.reindex}' AND ExecutionStatus = 'Running'`,
  })) {
    const history = await client.workflow.getHandle(workflowId).fetchHistory();
    const input =
      history.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0]?.data;
    if (input && storeOf(JSON.parse(Buffer.from(input).toString('utf8'))) !== storeUri) continue;
    throw new Failure(
      'AlreadyRunning',
      `${workflowId} is at work on ${storeUri}; gc waits for its end. Try again then, or ` +
        `cancel it: hashloom cancel ${workflowId.slice(reindexWorkflowId('').length)}`,
    );
  }
  const configurations: Configuration[] = [];
  for await (const { scheduleId } of client.schedule.list()) {
    const { action } = await client.schedule.getHandle(scheduleId).describe();
    const [input] = (action.type === 'startWorkflow' ? (action.args ?? []) : []) as unknown[];
    const parsed = recordedConfiguration.safeParse(
      (input as { configuration?: unknown } | undefined)?.configuration,
    );
    if (parsed.success && parsed.data.store === storeUri) configurations.push(parsed.data);
  }
  return configurations;
}

const storeOf = (input: unknown): unknown =>
  (input as { configuration?: { store?: unknown } }).configuration?.store;
