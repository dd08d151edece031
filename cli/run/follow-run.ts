import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { decodeArrayFromPayloads } from '@temporalio/common/lib/internal-non-workflow/index.js';
import { STAGES } from '../../schemas/activities.ts';
import { QUEUES } from '../../schemas/queues.ts';
import { PROGRESS_QUERY } from '../../schemas/run.ts';
import type {
  ChildProgress,
  HeartbeatDetails,
  ReindexResult,
  RunProgress,
} from '../../schemas/run.ts';
import { finishedSnapshot, mergeProgress } from './run-snapshot.ts';
import type { RunSnapshot } from './run-snapshot.ts';

interface FollowOptions {
  onSnapshot(snapshot: RunSnapshot): void;
  /** Stops following; the run goes on. */
  signal: AbortSignal;
  /** Between two looks. */
  intervalMs: number;
}

/** A look that takes longer is given up; the next one comes anyway. */
const LOOK_MS = 5_000;
/** Silence of workers that is worth a word. */
const SILENCE_MS = 10_000;

/**
 * Watches a run until it ends: returns its result, throws WorkflowFailedError when it failed, and
 * returns undefined when the signal came first. Looking can fail (no worker answers a query); the
 * run is not disturbed by that.
 */
export async function followRun(
  client: Client,
  workflowId: string,
  options: FollowOptions,
): Promise<ReindexResult | undefined> {
  const handle = client.workflow.getHandle(workflowId);
  const over = new AbortController();
  const stop = AbortSignal.any([options.signal, over.signal]);
  // Every call of the client leaves a listener; waiting for the result makes one a minute.
  setMaxListeners(0, stop);
  const looking = lookUntil(client, handle, stop, options);
  try {
    const result = await client.withAbortSignal(
      stop,
      () => handle.result() as Promise<ReindexResult>,
    );
    over.abort();
    await looking;
    options.onSnapshot(finishedSnapshot(result));
    return result;
  } catch (error) {
    if (options.signal.aborted) return undefined;
    throw error;
  } finally {
    over.abort();
    await looking;
  }
}

async function lookUntil(
  client: Client,
  handle: WorkflowHandle,
  stop: AbortSignal,
  options: FollowOptions,
): Promise<void> {
  let latest: RunSnapshot | undefined;
  let answered = performance.now();
  // One signal a look, so that the listeners of its calls go with it.
  let atWork = new AbortController();
  stop.addEventListener('abort', () => atWork.abort(), { once: true });
  while (!stop.aborted) {
    atWork = new AbortController();
    try {
      latest = await client.withAbortSignal(atWork.signal, () =>
        client.withDeadline(Date.now() + LOOK_MS, () => look(client, handle)),
      );
      answered = performance.now();
    } catch {
      const silent = performance.now() - answered;
      if (latest !== undefined && silent > SILENCE_MS) {
        latest = {
          ...latest,
          notice:
            `no worker has answered for ${Math.round(silent / 1000)} s; the run waits for one ` +
            `on ${QUEUES.main}`,
        };
      }
    }
    if (stop.aborted) return;
    if (latest !== undefined) options.onSnapshot(latest);
    await delay(options.intervalMs, undefined, { signal: stop }).catch(() => undefined);
  }
}

async function look(client: Client, handle: WorkflowHandle): Promise<RunSnapshot> {
  const [progress, own] = await Promise.all([
    handle.query<RunProgress>(PROGRESS_QUERY),
    pendingActivities(client, handle),
  ]);
  if (progress.child === undefined)
    return withNotice(mergeProgress(progress, undefined, own.heartbeats), own);
  const child = client.workflow.getHandle(progress.child);
  // The child may end between two questions; the picture is then a little older.
  const [childProgress, its] = await Promise.all([
    child.query<ChildProgress>(PROGRESS_QUERY).catch(() => undefined),
    pendingActivities(client, child).catch(() => NOTHING_PENDING),
  ]);
  return withNotice(
    mergeProgress(progress, childProgress, [...own.heartbeats, ...its.heartbeats]),
    its,
  );
}

interface Pending {
  heartbeats: HeartbeatDetails[];
  /** Why an activity is tried again. */
  retry?: string;
  /** Every activity has waited for a worker since this moment. */
  waitingSinceMs?: number;
}

const NOTHING_PENDING: Pending = { heartbeats: [] };

async function pendingActivities(client: Client, handle: WorkflowHandle): Promise<Pending> {
  const { raw } = await handle.describe();
  const activities = raw.pendingActivities ?? [];
  const pending: Pending = { heartbeats: [] };
  for (const activity of activities) {
    const details = await decodeArrayFromPayloads(
      client.options.loadedDataConverter,
      activity.heartbeatDetails?.payloads,
    );
    if (details[0] !== undefined) pending.heartbeats.push(details[0] as HeartbeatDetails);
    const attempt = activity.attempt ?? 1;
    if (attempt > 1) {
      pending.retry =
        `${activity.activityType?.name} is tried for the ${ordinal(attempt)} time after: ` +
        `${activity.lastFailure?.message}`;
    }
  }
  // A heartbeat or a start tells that somebody is at work.
  const waiting = activities.filter((activity) => (activity.lastStartedTime ?? null) === null);
  const since = waiting.map((activity) => Number(activity.scheduledTime?.seconds ?? 0) * 1000);
  if (activities.length > 0 && waiting.length === activities.length)
    pending.waitingSinceMs = Math.max(...since);
  return pending;
}

function withNotice(snapshot: RunSnapshot, pending: Pending): RunSnapshot {
  if (pending.retry !== undefined) return { ...snapshot, notice: pending.retry };
  const running = snapshot.stages.find((stage) => stage.state === 'running');
  const waited = pending.waitingSinceMs === undefined ? 0 : Date.now() - pending.waitingSinceMs;
  if (running === undefined || waited < SILENCE_MS) return snapshot;
  const queue = QUEUES[STAGES[running.name].queue];
  return {
    ...snapshot,
    notice: `no worker has taken work from ${queue} for ${Math.round(waited / 1000)} s`,
  };
}

function ordinal(count: number): string {
  const suffix =
    count % 100 >= 11 && count % 100 <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][count % 10] ?? 'th');
  return `${count}${suffix}`;
}
