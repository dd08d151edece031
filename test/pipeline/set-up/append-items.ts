import { indexTarget } from '../../../cli/configuration/index-target.ts';
import { planAppend } from '../../../cli/index/append-items.ts';
import { startRun } from '../../../cli/run/start-run.ts';
import type { Configuration } from '../../../schemas/configuration.ts';
import type { ReindexResult } from '../../../schemas/run.ts';
import { connectClient } from '../../../workers/connection.ts';
import type { TestTemporal } from './temporal.ts';

/** Appends to the published index of a configuration, as `hashloom index append` does. */
export async function appendItems(
  temporal: TestTemporal,
  configuration: Configuration,
  request: { source?: string; deleted?: string[]; minimumCount?: number },
): Promise<ReindexResult> {
  const connection = await connectClient({
    address: temporal.address,
    namespace: 'default',
    embedded: true,
  });
  try {
    const target = await indexTarget(
      `${configuration.store}/indexes/${configuration.index}`,
      undefined,
    );
    const { prepare } = await planAppend(target, {
      source: request.source,
      deleted: request.deleted ?? [],
      minimumCount: request.minimumCount,
      force: false,
    });
    const { workflowId } = (await startRun(connection, await prepare(connection)))!;
    return (await temporal.client.workflow.getHandle(workflowId).result()) as ReindexResult;
  } finally {
    await connection.connection.close();
  }
}

/** The message of an error and of all that caused it. */
export const messagesOf = (error: unknown): string =>
  error instanceof Error ? `${error.message}; ${messagesOf(error.cause)}` : '';
