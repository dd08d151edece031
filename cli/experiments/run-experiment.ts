import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { QUEUES } from '../../schemas/queues.ts';
import { type ChildProgress, PROGRESS_QUERY } from '../../schemas/run.ts';
import type { ClientConnection } from '../../workers/connection.ts';
import { aborted, listenForInterrupts } from '../terminal/interrupts.ts';
import { openLocalTemporal } from '../temporal/local-temporal.ts';
import { openTemporal } from '../temporal/open-temporal.ts';
import type { TemporalOptions, Terminals } from '../terminal/program-options.ts';
import { requireWorkers } from '../run/start-run.ts';

export interface ExperimentOptions {
  local: boolean;
  home: string;
  threads: number;
  temporal: TemporalOptions;
  terminals: Terminals;
}

interface Experiment {
  workflow: string;
  /** One that is under way under this id ends: its trials are kept. */
  workflowId: string;
  input: unknown;
  /** What is begun, for a person. */
  summary: string;
}

const POLL_MS = 2000;

/**
 * Runs the workflow of an experiment and tells of its progress; undefined after Ctrl-C, which ends
 * it: its trials are kept.
 */
export async function runExperiment<Result>(
  experiment: Experiment,
  { local, home, threads, temporal, terminals }: ExperimentOptions,
): Promise<Result | undefined> {
  const interrupts = listenForInterrupts();
  const say = (line: string) => terminals.err.write(`${line}\n`);
  try {
    const opened = local ? await openLocalTemporal(home, threads, say) : await openRemote(temporal);
    try {
      return await follow<Result>(opened, experiment, terminals, interrupts.signal);
    } finally {
      await opened.close();
    }
  } finally {
    interrupts.dispose();
  }
}

interface Opened {
  connection: ClientConnection;
  /** Rejects when a worker of this process fails. */
  workersFinished: Promise<void>;
  close(): Promise<void>;
}

async function openRemote(temporal: TemporalOptions): Promise<Opened> {
  const connection = await openTemporal(temporal);
  await requireWorkers(connection);
  return {
    connection,
    workersFinished: new Promise(() => undefined),
    close: () => connection.connection.close(),
  };
}

async function follow<Result>(
  { connection: { client }, workersFinished }: Opened,
  { workflow, workflowId, input, summary }: Experiment,
  { err }: Terminals,
  signal: AbortSignal,
): Promise<Result | undefined> {
  const handle = await client.workflow.start(workflow, {
    workflowId,
    taskQueue: QUEUES.main,
    args: [input],
    workflowIdConflictPolicy: 'TERMINATE_EXISTING',
  });
  err.write(`${handle.workflowId}: ${summary}\n`);
  const ended = new AbortController();
  // Every request of the client leaves a listener for as long as the signal lives.
  setMaxListeners(0, ended.signal);
  // It asks again and again, and would do so beyond the end of the connection.
  const result = client.withAbortSignal(ended.signal, () => handle.result() as Promise<Result>);
  const reporting = report();
  try {
    const outcome = await Promise.race([
      result,
      aborted(signal).then(() => undefined),
      workersFinished.then(() => result),
    ]);
    if (outcome === undefined) {
      await handle.cancel();
      err.write('stopped; trials that are finished are kept\n');
    }
    return outcome;
  } finally {
    ended.abort();
    await result.catch(() => undefined);
    // A query under way must not outlive the connection.
    await reporting;
  }

  async function report(): Promise<void> {
    for (let shown = -1; !ended.signal.aborted;) {
      await pause(POLL_MS, undefined, { signal: ended.signal }).catch(() => undefined);
      const progress = await handle.query<ChildProgress>(PROGRESS_QUERY).catch(() => undefined);
      if (ended.signal.aborted || progress === undefined || progress.done === shown) continue;
      shown = progress.done;
      err.write(
        `${progress.done} of ${progress.total} ` +
          `trials${progress.notice === undefined ? '' : `: ${progress.notice}`}\n`,
      );
    }
  }
}
