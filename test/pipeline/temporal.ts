import type { Client, WorkflowHandle } from '@temporalio/client';
import { findTemporalCli } from '../../infra/temporal-cli.ts';
import { startEmbeddedServer } from '../../infra/embedded-server.ts';
import type { Configuration } from '../../schemas/configuration.ts';
import { QUEUES } from '../../schemas/queues.ts';
import { type ReindexInput, type ReindexResult, reindexWorkflowId, WORKFLOW } from '../../schemas/run.ts';
import { connectClient } from '../../workers/connection.ts';

export interface TestTemporal {
  address: string;
  client: Client;
  stop(): Promise<void>;
}

/** A Temporal server of this test file's own, in memory. */
export async function startTemporal(): Promise<TestTemporal> {
  const cli = await findTemporalCli({});
  const server = await startEmbeddedServer({ cli: cli.path });
  const { client, connection } = await connectClient({ address: server.address, namespace: server.namespace, embedded: true });
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

export async function startReindex({ client }: TestTemporal, configuration: Configuration, force = false): Promise<ReindexHandle> {
  return await client.workflow.start<(input: ReindexInput) => Promise<ReindexResult>>(WORKFLOW.reindex, {
    workflowId: reindexWorkflowId(configuration.index),
    taskQueue: QUEUES.main,
    args: [{ configuration, force, searchAttributes: true }],
  });
}

export async function reindex(temporal: TestTemporal, configuration: Configuration, force = false): Promise<ReindexResult> {
  return await (await startReindex(temporal, configuration, force)).result();
}
