import { DefaultLogger, type LogLevel, Runtime, Worker } from '@temporalio/worker';
import { createActivities } from '../activities/create-activities.ts';
import { QUEUES, type QueueRole } from '../schemas/queues.ts';
import { BUNDLE_FILE } from './bundle-file.ts';
import { connectWorker } from './connection.ts';
import { serveHealth } from './health.ts';
import { createThreadPool, type ThreadPool } from './thread-pool.ts';
import { CODE_VERSION } from './code-version.ts';

interface WorkerOptions {
  address?: string;
  namespace?: string;
  profile?: string;
  /** The server is this process's own: nothing of the environment (TLS, keys) is meant for it. */
  embedded?: boolean;
  roles: QueueRole[];
  /** Stages at work at once in this process, whatever the queue. */
  threads: number;
  /**
   * Threads that share one visit to a block of training; 1 unless told. Changes nothing of the
   * result.
   */
  trainThreads?: number;
  /**
   * Threads that were started ahead, while there was something else to wait for; they end with the
   * workers.
   */
  pool?: ThreadPool;
  /** Serves /healthz and /readyz there. */
  healthPort?: number;
}

interface RunningWorkers {
  queues: string[];
  threads: number;
  /** Ends when every worker has drained; rejects when one fails. */
  finished: Promise<void>;
  /**
   * Drains: takes nothing new, lets what runs stop at its next report; it is taken up again
   * elsewhere.
   */
  stop(): Promise<void>;
}

/** Starts one Temporal worker a queue in this process, all on one pool of threads. */
export async function startWorkers(options: WorkerOptions): Promise<RunningWorkers> {
  const { roles, threads } = options;
  const { connection, namespace } = await connectWorker(options);
  const pool = options.pool ?? createThreadPool(threads, options.trainThreads ?? 1);
  const activities = createActivities({ runStage: pool.runStage, codeVersion: CODE_VERSION });
  const workers = await Promise.all(
    roles.map((role) =>
      Worker.create({
        connection,
        namespace,
        taskQueue: QUEUES[role],
        activities,
        ...(role === 'main' && { workflowBundle: { codePath: BUNDLE_FILE } }),
        maxConcurrentActivityTaskExecutions: threads,
        // A cancellation arrives with a heartbeat: throttle them little, so that it takes effect
        // within seconds.
        maxHeartbeatThrottleInterval: '1 second',
        defaultHeartbeatThrottleInterval: '1 second',
        shutdownGraceTime: '1 second',
        shutdownForceTime: '20 seconds',
      }),
    ),
  );
  const states = () => workers.map((worker) => worker.getState());
  const health =
    options.healthPort === undefined ? undefined : await serveHealth(options.healthPort, states);
  const drain = () => {
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  const finished = runUntilDrained();
  finished.catch(() => undefined);
  return {
    queues: roles.map((role) => QUEUES[role]),
    threads,
    finished,
    async stop() {
      drain();
      await finished;
    },
  };

  async function runUntilDrained(): Promise<void> {
    try {
      await Promise.all(workers.map((worker) => worker.run()));
    } finally {
      drain();
      await Promise.allSettled([pool.close(), health?.close()]);
      await connection.close();
    }
  }
}

/**
 * Once a process, before anything of Temporal: its own logs at this level, and no signals taken by
 * the SDK.
 */
export function installRuntime(level: LogLevel): void {
  Runtime.install({
    logger: new DefaultLogger(level, (entry) => {
      // Only one queue has workflows, by design.
      if (!entry.message.startsWith('No workflows registered'))
        console.error(
          `${new Date().toISOString()} ${entry.level} ${entry.message}`,
          entry.meta ?? '',
        );
    }),
    telemetryOptions: { logging: { filter: { core: level, other: level } } },
    shutdownSignals: [],
  });
}
