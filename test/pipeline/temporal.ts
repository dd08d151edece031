import type { Client, WorkflowHandle } from '@temporalio/client';
import { findTemporalCli } from '../../infra/server/temporal-cli.ts';
import { startEmbeddedServer } from '../../infra/server/embedded-server.ts';
import type { Configuration } from '../../schemas/configuration.ts';
import { QUEUES } from '../../schemas/queues.ts';
import {
  PROGRESS_QUERY,
  type ReindexInput,
  type ReindexResult,
  reindexWorkflowId,
  type RunProgress,
  WORKFLOW,
} from '../../schemas/run.ts';
import { connectClient } from '../../workers/connection.ts';

export interface TestTemporal {
  address: string;
  client: Client;
  stop(): Promise<void>;
}

/**
 * A Temporal server of this test file's own, in memory, on ports where no worker of somebody else
 * waits for one.
 */
export async function startTemporal(): Promise<TestTemporal> {
  const cli = await findTemporalCli({});
  const server = await startEmbeddedServer({ cli: cli.path, port: 0, uiPort: 0 });
  const { client, connection } = await connectClient({
    address: server.address,
    namespace: server.namespace,
    embedded: true,
  });
  return {
    address: server.address,
    client,
    async stop() {
      await connection.close();
      await server.stop();
    },
  };
}

export type ReindexHandle = WorkflowHandle<(input: ReindexInput) => Promise<ReindexResult>>;

export async function startReindex(
  { client }: TestTemporal,
  configuration: Configuration,
  force = false,
): Promise<ReindexHandle> {
  return await client.workflow.start<(input: ReindexInput) => Promise<ReindexResult>>(
    WORKFLOW.reindex,
    {
      workflowId: reindexWorkflowId(configuration.index),
      taskQueue: QUEUES.main,
      args: [{ configuration, force, searchAttributes: true }],
    },
  );
}

export async function reindex(
  temporal: TestTemporal,
  configuration: Configuration,
  force = false,
): Promise<ReindexResult> {
  return await (await startReindex(temporal, configuration, force)).result();
}

/** Decides about a run as soon as it waits at its gate. */
export async function decide(
  { client }: TestTemporal,
  index: string,
  update: 'approve' | 'reject',
): Promise<void> {
  const handle = client.workflow.getHandle(reindexWorkflowId(index));
  while (
    (await handle.query<RunProgress>(PROGRESS_QUERY).catch(() => undefined))?.gate === undefined
  );
  await handle.executeUpdate(update, { args: [{ who: 'a tester', why: 'it is a test' }] });
}
