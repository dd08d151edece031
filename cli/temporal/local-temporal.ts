import { startEmbeddedServer } from '../../infra/server/embedded-server.ts';
import { findTemporalCli } from '../../infra/server/temporal-cli.ts';
import { QUEUE_ROLES } from '../../schemas/queues.ts';
import type { ClientConnection } from '../../workers/connection.ts';

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
  // The server comes up while this thread and those of the pool load their code: all three take
  // most of a second.
  const starting = startEmbeddedServer({ cli: cli.path, home });
  // It is awaited below, and must not end the process where an import fails before.
  starting.catch(() => undefined);
  const { createThreadPool } = await import('../../workers/thread-pool.ts');
  const pool = createThreadPool(threads, threads);
  const [{ installRuntime, startWorkers }, { connectClient }] = await Promise.all([
    import('../../workers/run-workers.ts'),
    import('../../workers/connection.ts'),
  ]);
  const server = await starting.catch(async (error: unknown) => {
    await pool.close();
    throw error;
  });
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
