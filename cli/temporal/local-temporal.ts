import { startEmbeddedServer } from '../../infra/server/embedded-server.ts';
import { findTemporalCli } from '../../infra/server/temporal-cli.ts';
import { QUEUE_ROLES } from '../../schemas/queues.ts';
import { connectClient } from '../../workers/connection.ts';
import type { ClientConnection } from '../../workers/connection.ts';
import { installRuntime, startWorkers } from '../../workers/run-workers.ts';
import { createThreadPool } from '../../workers/thread-pool.ts';

export interface LocalTemporal {
  connection: ClientConnection;
  uiUrl: string;
  /** Another process has the server open, and perhaps runs in it. */
  shared: boolean;
  /** Rejects when a worker fails; ends when they have drained. */
  workersFinished: Promise<void>;
  /** Workers drain, then the server ends with its last user. */
  close(): Promise<void>;
}

/**
 * A Temporal server on a folder of this machine, workers of every queue in this process, and a
 * client.
 */
export async function openLocalTemporal(
  home: string,
  threads: number,
  say: (line: string) => void,
): Promise<LocalTemporal> {
  const cli = await findTemporalCli({ onProgress: say });
  // The threads load their code while the server comes up: both take most of a second.
  const pool = createThreadPool(threads, threads);
  const server = await startEmbeddedServer({ cli: cli.path, home }).catch(
    async (error: unknown) => {
      await pool.close();
      throw error;
    },
  );
  try {
    // Nothing of the environment applies to a server of our own.
    const where = { address: server.address, namespace: server.namespace, embedded: true };
    installRuntime('ERROR');
    const connection = await connectClient(where);
    const workers = await startWorkers({
      ...where,
      roles: [...QUEUE_ROLES],
      threads,
      pool,
    });
    return {
      connection,
      uiUrl: server.uiUrl,
      shared: server.reused,
      workersFinished: workers.finished,
      async close() {
        try {
          await workers.stop();
          await connection.connection.close();
        } finally {
          await server.stop();
        }
      },
    };
  } catch (error) {
    await Promise.all([pool.close(), server.stop()]);
    throw error;
  }
}

/** The page of a workflow in Temporal's UI. */
export function uiLink(uiUrl: string, namespace: string, workflowId: string): string {
  return `${uiUrl}/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(workflowId)}`;
}
