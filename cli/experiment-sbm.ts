import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { parse } from 'yaml';
import { findTensorflow } from '../infra/tensorflow.ts';
import { sbmPage } from '../report/sbm-page.ts';
import { type Method, sbmGrid, type SbmScores, type SbmSetting, sbmSetting, sbmSettings, sbmSummary } from '../schemas/experiment.ts';
import { Failure } from '../schemas/failures.ts';
import { QUEUES } from '../schemas/queues.ts';
import { type ChildProgress, PROGRESS_QUERY, WORKFLOW } from '../schemas/run.ts';
import { openStore } from '../store/open-store.ts';
import type { ClientConnection } from '../workers/connection.ts';
import { aborted, listenForInterrupts } from './interrupts.ts';
import { openLocalTemporal } from './local-temporal.ts';
import { openTemporal } from './open-temporal.ts';
import type { TemporalOptions, Terminals } from './program-options.ts';
import { storeLocation } from './published-location.ts';
import { sbmDefault } from './sbm-defaults.ts';
import { requireWorkers } from './start-run.ts';

export interface SbmOptions {
  method: Method[];
  trials: number;
  draws: 'symmetric' | 'independent';
  engine: 'wasm' | 'tensorflow';
  grid?: string;
  store: string;
  local: boolean;
  home: string;
  threads: number;
  results?: string;
  json: boolean;
  force: boolean;
  temporal: TemporalOptions;
  terminals: Terminals;
}

const POLL_MS = 2000;

/** Runs the experiment and prints its table; false after Ctrl-C. */
export async function runSbm(options: SbmOptions): Promise<boolean> {
  const { terminals, results, json, local } = options;
  const settings = (await settingsOf(options)).map((setting) => ({ ...setting, training: { ...setting.training, engine: options.engine } }));
  if (local && options.engine === 'tensorflow') await findTensorflow(process.env);
  const interrupts = listenForInterrupts();
  const say = (line: string) => terminals.err.write(`${line}\n`);
  try {
    const opened = local ? await openLocalTemporal(options.home, options.threads, say) : await openRemote(options.temporal);
    try {
      const scores = await follow(opened.connection, settings, options, interrupts.signal, opened.workersFinished);
      if (scores === undefined) return false;
      const { table, plots } = sbmPage(settings, scores);
      if (results !== undefined) {
        await mkdir(results, { recursive: true });
        await writeFile(join(results, 'sbm-table.md'), table);
        for (const { name, svg } of plots) await writeFile(join(results, name), svg);
      }
      terminals.out.write(json ? `${JSON.stringify({ models: bestByMethod(settings, scores) })}\n` : table);
      return true;
    } finally {
      await opened.close();
    }
  } finally {
    interrupts.dispose();
  }
}

async function settingsOf({ method, draws, grid }: SbmOptions): Promise<SbmSetting[]> {
  if (grid === undefined) return method.map((name) => sbmSetting(name, draws, sbmDefault(name, draws)));
  const parsed = sbmGrid.safeParse(parse(await readFile(grid, 'utf8')));
  if (parsed.success) return sbmSettings(method, draws, parsed.data);
  const problems = parsed.error.issues.map((issue) => `${grid}: ${issue.path.join('.')}: ${issue.message}`);
  throw new Failure('ConfigurationError', problems.join('\n'));
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
  return { connection, workersFinished: new Promise(() => undefined), close: () => connection.connection.close() };
}

/** Starts the workflow and waits for it; undefined after Ctrl-C, which ends it: its trials are kept. */
async function follow(
  { client }: ClientConnection,
  settings: SbmSetting[],
  { store, force, trials, terminals }: SbmOptions,
  signal: AbortSignal,
  workersFinished: Promise<void>,
): Promise<SbmScores | undefined> {
  const input = { store: openStore(await storeLocation(store)).uri, force, settings, trials, firstSeed: 1 };
  const handle = await client.workflow.start(WORKFLOW.sbmExperiment, { workflowId: `experiment/sbm/${randomUUID()}`, taskQueue: QUEUES.main, args: [input] });
  terminals.err.write(`${handle.workflowId}: ${settings.length} settings, ${trials} trials each\n`);
  const result = handle.result() as Promise<SbmScores>;
  const ended = new AbortController();
  const reporting = report();
  try {
    const outcome = await Promise.race([result, aborted(signal).then(() => undefined), workersFinished.then(() => result)]);
    if (outcome === undefined) {
      result.catch(() => undefined);
      await handle.cancel();
      terminals.err.write('stopped; trials that are finished are kept\n');
    }
    return outcome;
  } finally {
    ended.abort();
    // A query under way must not outlive the connection.
    await reporting;
  }

  async function report(): Promise<void> {
    for (let shown = -1; !ended.signal.aborted; ) {
      await pause(POLL_MS, undefined, { signal: ended.signal }).catch(() => undefined);
      const progress = await handle.query<ChildProgress>(PROGRESS_QUERY).catch(() => undefined);
      if (ended.signal.aborted || progress === undefined || progress.done === shown) continue;
      shown = progress.done;
      terminals.err.write(`${progress.done} of ${progress.total} trials\n`);
    }
  }
}

/** The setting of highest F1 of each method. */
function bestByMethod(settings: SbmSetting[], scores: SbmScores): Record<string, ReturnType<typeof sbmSummary>> {
  const models: Record<string, ReturnType<typeof sbmSummary>> = {};
  for (const [at, { method }] of settings.entries()) {
    const summary = sbmSummary(scores[at] ?? []);
    if ((models[method]?.f1 ?? -1) < summary.f1) models[method] = summary;
  }
  return models;
}
