import { readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Client } from '@temporalio/client';
import type { MeasuredRun } from '../cli/plan/rates.ts';
import { startEmbeddedServer } from '../infra/server/embedded-server.ts';
import { findTemporalCli } from '../infra/server/temporal-cli.ts';
import {
  type Configuration,
  configuration as configurationSchema,
} from '../schemas/configuration.ts';
import { QUEUES } from '../schemas/queues.ts';
import {
  PROGRESS_QUERY,
  type ReindexInput,
  type ReindexResult,
  type RunProgress,
  reindexWorkflowId,
  WORKFLOW,
} from '../schemas/run.ts';
import { startWorkerProcess } from '../test/pipeline/set-up/worker-process.ts';
import { connectClient } from '../workers/connection.ts';

const LOOK_MS = 100;

/**
 * A folder of so many books of the corpus, evenly spaced, and a configuration of a run over them.
 */
export async function configureRun(
  data: string,
  files: number,
  epochs: number,
): Promise<{ configuration: Configuration; folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'hashloom-bench-'));
  const books = join(resolve(data), 'gutenberg');
  const names = readdirSync(books)
    .filter((name) => name.endsWith('.txt.gz'))
    .sort();
  await mkdir(join(folder, 'corpus'));
  const chosen = Array.from(
    { length: Math.min(files, names.length) },
    (_, at) => names[Math.floor((at * names.length) / files)]!,
  );
  for (const name of chosen) symlinkSync(join(books, name), join(folder, 'corpus', name));
  const configuration = configurationSchema.parse({
    index: 'plan',
    store: pathToFileURL(join(folder, 'store')).href,
    source: { path: pathToFileURL(join(folder, 'corpus')).href },
    training: { epochs },
  });
  return { configuration, folder };
}

export const DATA = fileURLToPath(new URL('../../../shared/data', import.meta.url));

/**
 * One run on a server of its own, with one worker process of so many threads; memory and histories
 * as they were.
 */
export async function measureRun(
  configuration: Configuration,
  threads: number,
): Promise<MeasuredRun> {
  const cli = await findTemporalCli({});
  const server = await startEmbeddedServer({ cli: cli.path, port: 0, uiPort: 0 });
  const { client, connection } = await connectClient({
    address: server.address,
    namespace: server.namespace,
    embedded: true,
  });
  const worker = await startWorkerProcess(server.address, { threads });
  try {
    const started = performance.now();
    const handle = await client.workflow.start<(input: ReindexInput) => Promise<ReindexResult>>(
      WORKFLOW.reindex,
      {
        workflowId: reindexWorkflowId(configuration.index),
        taskQueue: QUEUES.main,
        args: [{ configuration, force: false, searchAttributes: true }],
      },
    );
    const over = new AbortController();
    const peaks = followMemory(
      () => handle.query<RunProgress>(PROGRESS_QUERY),
      worker.process.pid!,
      over.signal,
    );
    const result = await handle.result().finally(() => over.abort());
    const seconds = (performance.now() - started) / 1000;
    const histories = await readHistories(client, handle.workflowId);
    const peakOf = await peaks;
    const rowsOf = (name: string) => result.stages.find((stage) => stage.name === name)?.rows ?? 0;
    const corpus = fileURLToPath(configuration.source.path);
    const files = readdirSync(corpus).map((name) => statSync(join(corpus, name)).size);
    return {
      files: files.length,
      shards: rowsOf('list'),
      inputBytes: files.reduce((sum, size) => sum + size, 0),
      tokens: rowsOf('ingest'),
      words: rowsOf('vocabulary'),
      merged: rowsOf('merge'),
      affinity: rowsOf('filter'),
      seconds,
      events: histories.events,
      executions: histories.executions,
      stages: result.stages.map(({ name, rows, bytes, seconds }) => ({
        name,
        rows,
        bytes,
        seconds,
        peakBytes: peakOf.get(name) ?? 0,
      })),
      activities: histories.activities,
    };
  } finally {
    await worker.kill();
    await connection.close();
    await server.stop();
  }
}

/**
 * The most resident memory of the worker during each stage, in bytes: the kernel's own high-water
 * mark, reset when the stage changes.
 */
async function followMemory(
  query: () => Promise<RunProgress>,
  pid: number,
  signal: AbortSignal,
): Promise<Map<string, number>> {
  const peaks = new Map<string, number>();
  let current = 'list';
  const note = () => {
    const mark = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    peaks.set(current, Math.max(peaks.get(current) ?? 0, Number(mark) * 1024));
  };
  while (!signal.aborted) {
    note();
    const running = (await query().catch(() => undefined))?.stages.find(
      ({ state }) => state === 'running',
    )?.name;
    if (running !== undefined && running !== current) {
      note();
      current = running;
      writeFileSync(`/proc/${pid}/clear_refs`, '5');
    }
    await pause(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
  note();
  return peaks;
}

interface Histories {
  events: number;
  executions: number;
  activities: Record<string, { count: number; seconds: number }>;
}

/**
 * Events and activities of a workflow and of every child it started, with what they continued as.
 */
async function readHistories(client: Client, workflowId: string): Promise<Histories> {
  const all: Histories = { events: 0, executions: 0, activities: {} };
  const left: { workflowId: string; runId?: string }[] = [{ workflowId }];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { events } = await client.workflow.getHandle(next.workflowId, next.runId).fetchHistory();
    const scheduled = new Map<string, string>();
    const begun = new Map<string, number>();
    all.executions += 1;
    for (const event of events ?? []) {
      all.events += 1;
      const at = Number(event.eventTime?.seconds ?? 0) + (event.eventTime?.nanos ?? 0) / 1e9;
      const activityType = event.activityTaskScheduledEventAttributes?.activityType;
      if (activityType) scheduled.set(String(event.eventId), activityType.name ?? '');
      const start = event.activityTaskStartedEventAttributes;
      if (start) begun.set(String(start.scheduledEventId), at);
      const completed = event.activityTaskCompletedEventAttributes;
      if (completed) {
        const name = scheduled.get(String(completed.scheduledEventId)) ?? '';
        const activity = (all.activities[name] ??= { count: 0, seconds: 0 });
        activity.count += 1;
        activity.seconds += at - begun.get(String(completed.scheduledEventId))!;
      }
      const child = event.childWorkflowExecutionStartedEventAttributes?.workflowExecution;
      if (child?.workflowId && child.runId)
        left.push({ workflowId: child.workflowId, runId: child.runId });
      const continued = event.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
      if (continued) left.push({ workflowId: next.workflowId, runId: continued });
    }
  }
  return all;
}

export async function removeRun(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}
