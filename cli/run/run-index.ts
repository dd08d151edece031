import { findTensorflow } from '../../infra/tensorflow/tensorflow.ts';
import type { Configuration } from '../../schemas/configuration.ts';
import { needsTensorflow as methodNeedsTensorflow } from '../../schemas/documents.ts';
import { reindexWorkflowId } from '../../schemas/run.ts';
import type { ReindexResult } from '../../schemas/run.ts';
import type { ClientConnection } from '../../workers/connection.ts';
import { listenForInterrupts } from '../terminal/interrupts.ts';
import { type LocalTemporal, openLocalTemporal, uiLink } from '../temporal/local-temporal.ts';
import { openTemporal } from '../temporal/open-temporal.ts';
import type { TemporalOptions, Terminals } from '../terminal/program-options.ts';
import { alreadyRunning, differencesToRunUnderWay, endRunUnderWay } from './run-under-way.ts';
import { showRun } from './show-run.ts';
import { prepareRun, requireWorkers, startRun } from './start-run.ts';
import type { PreparedRun, StartedRun } from './start-run.ts';

interface RunOptions {
  force: boolean;
  /** All codes are learned anew. */
  retrain?: boolean;
  json: boolean;
  /** The command that was given, which goes on after Ctrl-C. */
  again: string;
  /** A run of the index that is under way is cancelled first. */
  replace: boolean;
  terminals: Terminals;
  /** What is started; a reindex when absent. */
  prepare?: (connection: ClientConnection) => Promise<PreparedRun>;
}

interface LocalRunOptions extends RunOptions {
  /** Folder of the server's data. */
  home: string;
  threads: number;
}

/**
 * Runs on a configured Temporal and follows the run: its result, or undefined after Ctrl-C, which
 * leaves it going. With `detach`, returns what was started at once.
 */
export async function runRemotely(
  configuration: Configuration,
  temporal: TemporalOptions,
  options: RunOptions & { detach: boolean },
): Promise<{ started: StartedRun; result: ReindexResult | undefined }> {
  const { index } = configuration;
  const interrupts = listenForInterrupts();
  let connection: ClientConnection | undefined;
  try {
    connection = await openTemporal(temporal);
    await requireWorkers(connection);
    const started = await startOrRefuse(
      connection,
      await prepared(connection, configuration, options),
      options,
    );
    if (options.detach) return { started, result: undefined };
    const say = speaker(options);
    say(`${started.workflowId} started, run ${started.runId}; Ctrl-C leaves it going\n`);
    const result = await showRun(connection.client, started.workflowId, {
      ...options,
      signal: interrupts.signal,
    });
    if (result === undefined) {
      options.terminals.err.write(
        `\n` +
          `${started.workflowId} goes on.\n` +
          `  watch it:  hashloom watch ${index}\n` +
          `  cancel it: hashloom cancel ${index}\n`,
      );
    }
    return { started, result };
  } finally {
    interrupts.dispose();
    await connection?.connection.close();
  }
}

/**
 * Runs on an embedded server with workers in this process: the result, or undefined after Ctrl-C,
 * which stops both and keeps what is done.
 */
export async function runLocally(
  configuration: Configuration,
  options: LocalRunOptions,
): Promise<ReindexResult | undefined> {
  // Told before hours of work that would end there.
  if (needsTensorflow(configuration)) await findTensorflow(process.env);
  const interrupts = listenForInterrupts();
  const say = speaker(options);
  const { err } = options.terminals;
  try {
    interrupts.signal.addEventListener('abort', () =>
      err.write('\nstopping; Ctrl-C again ends at once\n'),
    );
    const local = await openLocalTemporal(options.home, options.threads, (line) =>
      say(err.paint('dim', line)),
    );
    try {
      if (interrupts.signal.aborted) return undefined;
      const workflowId = reindexWorkflowId(configuration.index);
      const attached = await startOrAttach(
        local,
        await prepared(local.connection, configuration, options),
        options,
      );
      if (attached) say(`${workflowId} was interrupted; it goes on where it stopped`);
      const { address, namespace, client } = local.connection;
      say(`Temporal ${address}, UI ${uiLink(local.uiUrl, namespace, workflowId)}\n`);
      const following = showRun(client, workflowId, { ...options, signal: interrupts.signal });
      // A worker that fails would leave the run waiting for ever.
      return await Promise.race([following, local.workersFinished.then(() => following)]);
    } finally {
      await local.close();
      if (interrupts.signal.aborted)
        err.write(`stopped. What is done is kept; this goes on from there: ${options.again}\n`);
    }
  } finally {
    interrupts.dispose();
  }
}

/** Starts the run; throws AlreadyRunning where one is under way that is not to be replaced. */
async function startOrRefuse(
  connection: ClientConnection,
  prepared: PreparedRun,
  { replace, again }: RunOptions,
): Promise<StartedRun> {
  const { index } = prepared.input.configuration;
  const started = await startRun(connection, prepared);
  if (started !== undefined) return started;
  if (!replace) {
    const differences = await differencesToRunUnderWay(connection, prepared);
    throw alreadyRunning(index, differences, {
      keep: [`follow it: hashloom watch ${index}`, `cancel it: hashloom cancel ${index}`],
      replace: `${again} --replace`,
    });
  }
  await endRunUnderWay(connection, index);
  const second = await startRun(connection, prepared);
  if (second === undefined)
    throw alreadyRunning(index, await differencesToRunUnderWay(connection, prepared), {
      keep: [`another run was started meanwhile; follow it: hashloom watch ${index}`],
      replace: `${again} --replace`,
    });
  return second;
}

/**
 * Starts the run, or returns true when the same run of an earlier, interrupted process is open in
 * the database of a server that nobody else has open. Throws AlreadyRunning where somebody else has
 * it open, or where the settings of the two differ: a run that goes on with what the configuration
 * no longer says would falsify whatever is read off it.
 */
async function startOrAttach(
  local: LocalTemporal,
  prepared: PreparedRun,
  options: LocalRunOptions,
): Promise<boolean> {
  const { connection, shared } = local;
  const started = shared
    ? await startOrRefuse(connection, prepared, options)
    : await startRun(connection, prepared);
  if (started !== undefined) return false;
  const differences = await differencesToRunUnderWay(connection, prepared);
  if (differences.length === 0) return true;
  if (options.replace) {
    await startOrRefuse(connection, prepared, options);
    return false;
  }
  const { index } = prepared.input.configuration;
  const home = JSON.stringify(options.home);
  const keep = [
    'go on with it: undo the change, then the same command',
    `look at it:    hashloom dev --home ${home}, then hashloom watch ${index} or hashloom ` +
      `cancel ${index} there`,
  ];
  throw alreadyRunning(index, differences, { keep, replace: `${options.again} --replace` });
}

const prepared = (
  connection: ClientConnection,
  configuration: Configuration,
  { force, retrain = false, prepare }: RunOptions,
): Promise<PreparedRun> =>
  prepare ? prepare(connection) : prepareRun(connection, configuration, force, retrain);

/** Lines beside the result; none of them where only one line is wanted and nobody looks. */
function speaker({ json, terminals }: RunOptions): (line: string) => void {
  return (line) => {
    if (!json || terminals.err.live) terminals.err.write(`${line}\n`);
  };
}

/** Whether a run learns with TensorFlow; encoding and the linear methods do without. */
function needsTensorflow({ source, training, hashing }: Configuration): boolean {
  if (source.kind === 'documents') return methodNeedsTensorflow(hashing.method);
  return source.kind !== 'vectors' && training.engine === 'tensorflow';
}
