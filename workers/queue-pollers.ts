import { setTimeout as pause } from 'node:timers/promises';
import type { Connection } from '@temporalio/client';
import { Failure } from '../schemas/failures.ts';
import { POLL_MS, CALL_MS, reason } from './connection.ts';

/** A task queue that a run needs. */
export interface PolledQueue {
  queue: string;
  kind: 'workflow' | 'activity';
}

/**
 * The queues that no worker polls, looked at until all are polled or `withinMs` is over. Throws
 * TemporalUnreachable when the server does not tell.
 */
export async function queuesWithoutPollers(
  connection: Connection,
  namespace: string,
  queues: PolledQueue[],
  options: { withinMs: number },
): Promise<string[]> {
  const deadline = Date.now() + options.withinMs;
  let waiting = queues;
  for (;;) {
    const polled = await Promise.all(
      waiting.map((queue) => isPolled(connection, namespace, queue)),
    );
    waiting = waiting.filter((_, index) => !polled[index]);
    if (waiting.length === 0 || Date.now() >= deadline)
      return [...new Set(waiting.map(({ queue }) => queue))];
    await pause(POLL_MS);
  }
}

/**
 * The server lists whoever polled in the last five minutes. Of those, count who polled within the
 * last poll's length and has not said since that it shuts down. A worker whose slots are all taken
 * does not poll: its heartbeat says that it is there.
 */
async function isPolled(
  connection: Connection,
  namespace: string,
  { queue, kind }: PolledQueue,
): Promise<boolean> {
  const [pollers, workers] = await Promise.all([
    pollersOf(connection, namespace, queue, kind),
    workersOf(connection, namespace, queue),
  ]);
  const now = Date.now();
  if (
    kind === 'activity' &&
    workers.some((worker) => worker.running && worker.busy && now - worker.atMs < POLL_WINDOW_MS)
  )
    return true;
  return pollers.some(({ identity, atMs }) => {
    if (now - atMs > POLL_WINDOW_MS) return false;
    return !workers.some(
      (worker) =>
        worker.identity === identity && !worker.running && worker.atMs + LAST_POLL_MS > atMs,
    );
  });
}

type DescribeTaskQueueRequest = Parameters<Connection['workflowService']['describeTaskQueue']>[0];

async function pollersOf(
  connection: Connection,
  namespace: string,
  queue: string,
  kind: PolledQueue['kind'],
): Promise<{ identity: string; atMs: number }[]> {
  const request: object = {
    namespace,
    taskQueue: { name: queue },
    taskQueueType: TASK_QUEUE_TYPE[kind],
  };
  try {
    const { pollers } = await connection.withDeadline(Date.now() + CALL_MS, () =>
      connection.workflowService.describeTaskQueue(request as DescribeTaskQueueRequest),
    );
    return pollers.map(({ identity, lastAccessTime }) => ({
      identity: identity ?? '',
      atMs: toMs(lastAccessTime),
    }));
  } catch (error) {
    throw new Failure(
      'TemporalUnreachable',
      `Temporal does not describe the task queue ${queue} of namespace ${namespace}: ` +
        reason(error),
      { cause: error },
    );
  }
}

interface WorkerSign {
  identity: string;
  running: boolean;
  busy: boolean;
  atMs: number;
}

/** What workers say of themselves; nothing on servers older than this call. */
async function workersOf(
  connection: Connection,
  namespace: string,
  queue: string,
): Promise<WorkerSign[]> {
  const request = { namespace, pageSize: 1000, query: `TaskQueue = '${queue}'` };
  try {
    const { workersInfo } = await connection.withDeadline(Date.now() + CALL_MS, () =>
      connection.workflowService.listWorkers(request),
    );
    return workersInfo.flatMap(({ workerHeartbeat: sign }) => {
      if (!sign) return [];
      const busy = (sign.activityTaskSlotsInfo?.currentUsedSlots ?? 0) > 0;
      return [
        {
          identity: sign.workerIdentity ?? '',
          running: Number(sign.status) === RUNNING,
          busy,
          atMs: toMs(sign.heartbeatTime),
        },
      ];
    });
  } catch {
    return [];
  }
}

function toMs(
  time: { seconds?: { toNumber(): number } | null; nanos?: number | null } | null | undefined,
): number {
  return (time?.seconds?.toNumber() ?? 0) * 1000 + (time?.nanos ?? 0) / 1e6;
}

/** A poll waits a minute at the server, which notes when it began. */
const POLL_WINDOW_MS = 75_000;

/** The last polls of a worker may begin a few milliseconds after it said that it shuts down. */
const LAST_POLL_MS = 100;

const RUNNING = 1;

const TASK_QUEUE_TYPE = { workflow: 1, activity: 2 };
