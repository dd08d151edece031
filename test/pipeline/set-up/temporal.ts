import { type Client, WorkflowNotFoundError, type WorkflowHandle } from '@temporalio/client';
import { findTemporalCli } from '../../../infra/server/temporal-cli.ts';
import { startEmbeddedServer } from '../../../infra/server/embedded-server.ts';
import type { Configuration } from '../../../schemas/configuration.ts';
import { QUEUES } from '../../../schemas/queues.ts';
import {
  PROGRESS_QUERY,
  type ReindexInput,
  type ReindexResult,
  reindexWorkflowId,
  type RunProgress,
  WORKFLOW,
} from '../../../schemas/run.ts';
import { connectClient } from '../../../workers/connection.ts';
import { eventually } from '../../eventually.ts';

export interface TestTemporal {
  address: string;
  client: Client;
  /** The file that runs on it, where other files do too: its indexes need names of their own. */
  testFile?: string;
  stop(): Promise<void>;
}

/**
 * A Temporal server of this test file's own, in memory, on ports where no worker of somebody else
 * waits for one.
 */
export async function startTemporal(): Promise<TestTemporal> {
  const cli = await findTemporalCli({});
  const server = await startEmbeddedServer({ cli: cli.path, port: 0, uiPort: 0 });
  const connected = await connectTo(server.address);
  return {
    ...connected,
    async stop() {
      await connected.stop();
      await server.stop();
    },
  };
}

export type ReindexHandle = WorkflowHandle<(input: ReindexInput) => Promise<ReindexResult>>;

export async function startReindex(
  { client, testFile }: TestTemporal,
  configuration: Configuration,
  force = false,
  retrain = false,
): Promise<ReindexHandle> {
  const workflowId = reindexWorkflowId(configuration.index);
  if (testFile !== undefined) await requireOwnName(client, workflowId, testFile);
  return await client.workflow.start<(input: ReindexInput) => Promise<ReindexResult>>(
    WORKFLOW.reindex,
    {
      workflowId,
      taskQueue: QUEUES.main,
      args: [{ configuration, force, ...(retrain && { retrain }), searchAttributes: true }],
      ...(testFile !== undefined && { memo: { testFile } }),
    },
  );
}

export async function reindex(
  temporal: TestTemporal,
  configuration: Configuration,
  force = false,
  retrain = false,
): Promise<ReindexResult> {
  return await (await startReindex(temporal, configuration, force, retrain)).result();
}

/** Decides about a run as soon as it waits at its gate. */
export async function decide(
  { client }: TestTemporal,
  index: string,
  update: 'approve' | 'reject',
): Promise<void> {
  const handle = client.workflow.getHandle(reindexWorkflowId(index));
  await eventually(
    'the gate that a run waits at',
    async () => (await handle.query<RunProgress>(PROGRESS_QUERY).catch(() => undefined))?.gate,
  );
  await handle.executeUpdate(update, { args: [{ who: 'a tester', why: 'it is a test' }] });
}

/** A connection to a server that somebody else stops. */
export async function connectTo(address: string): Promise<TestTemporal> {
  const { client, connection } = await connectClient({ address, embedded: true });
  return {
    address,
    client,
    stop: () => connection.close(),
  };
}

/**
 * Two files that publish an index of the same name on one server would wait for each other, or
 * worse.
 */
async function requireOwnName(client: Client, workflowId: string, testFile: string): Promise<void> {
  try {
    const { memo } = await client.workflow.getHandle(workflowId).describe();
    const owner = memo?.['testFile'] as string | undefined;
    if (owner !== undefined && owner !== testFile)
      throw new Error(`${workflowId} is a run of ${owner}: give the index another name`);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}
