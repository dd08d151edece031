import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Failure } from '../../schemas/failures.ts';
import { createLifeline, joinLifeline, type Lifeline } from './lifeline.ts';
import {
  answers,
  EMBEDDED_NAMESPACE,
  endServer,
  hasEnded,
  isRunning,
  type RunningServer,
  type ServerPorts,
  spawnServer,
} from './server-process.ts';
import { type StartLock, tryStartLock } from './start-lock.ts';

const LOCK_MS = 90_000;
const POLL_MS = 50;
const ENDING_MS = 15_000;

interface EmbeddedServerOptions extends ServerPorts {
  /** The Temporal CLI, from `findTemporalCli`. */
  cli: string;
  /**
   * Holds temporal.db, temporal.log and server.json; absent: a server in memory, shared with
   * nobody.
   */
  home?: string;
  /** What happens, for a person. */
  onLog?: (line: string) => void;
}

interface EmbeddedServer {
  address: string;
  uiUrl: string;
  namespace: typeof EMBEDDED_NAMESPACE;
  /** It was running already: another process, or an earlier call, started it. */
  reused: boolean;
  /** Where its log lies. */
  logFile: string;
  /** Lets go of the server; it ends with its last user, whoever started it. */
  stop(): Promise<void>;
}

/**
 * A Temporal server for one machine: `temporal server start-dev` on a folder. Calls on the same
 * folder, from any number of processes, share one server; it ends when the last of them stops or
 * dies, even by SIGKILL. Throws TemporalUnreachable with the end of its log when it does not come
 * up.
 */
export async function startEmbeddedServer(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  if (options.home === undefined) return startInMemory(options);
  const home = resolve(options.home);
  await mkdir(home, { recursive: true });
  const lock = await takeLock(home, options.onLog);
  try {
    return (await reuse(home, options)) ?? (await startOn(home, options));
  } finally {
    lock.release();
  }
}

/** What `server.json` says, for whoever starts next. */
interface ServerRecord extends RunningServer {
  lifeline: string;
}

async function startInMemory(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  const folder = await mkdtemp(join(tmpdir(), 'hashloom-server-'));
  const logFile = join(folder, 'temporal.log');
  try {
    const lifeline = await createLifeline(join(folder, 'users'));
    const { pid, address, uiUrl } = await spawnServer({ ...options, logFile, lifeline });
    const stop = once(async () => {
      await endServer(pid);
      lifeline.release();
      await rm(folder, { recursive: true, force: true });
    });
    return { address, uiUrl, namespace: EMBEDDED_NAMESPACE, reused: false, logFile, stop };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function startOn(home: string, options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  const lifeline = await createLifeline(join(home, 'server.users'));
  try {
    const server = await spawnServer({
      ...options,
      database: join(home, 'temporal.db'),
      logFile: join(home, 'temporal.log'),
      lifeline,
    });
    await writeRecord(home, { ...server, lifeline: lifeline.path });
    options.onLog?.(`Temporal server at ${server.address}, UI at ${server.uiUrl}, data in ${home}`);
    return serverOn(home, server, lifeline, false);
  } catch (error) {
    lifeline.release();
    throw error;
  }
}

async function reuse(
  home: string,
  options: EmbeddedServerOptions,
): Promise<EmbeddedServer | undefined> {
  const record = await readRecord(home);
  if (record === undefined || !isRunning(record.pid)) return undefined;
  // Join first: from here on its other users may go without ending it.
  const lifeline = joinLifeline(record.lifeline);
  if (lifeline !== undefined && (await answers(record.address))) {
    options.onLog?.(
      `Temporal server at ${record.address} is running already, UI at ${record.uiUrl}`,
    );
    return serverOn(home, record, lifeline, true);
  }
  lifeline?.release();
  // It is ending, and holds the database until it has.
  await hasEnded(record.pid, ENDING_MS);
  return undefined;
}

function serverOn(
  home: string,
  { pid, address, uiUrl }: RunningServer,
  lifeline: Lifeline,
  reused: boolean,
): EmbeddedServer {
  const stop = once(async () => {
    // Under the lock, so that nobody joins between our look for other users and the end.
    const lock = await takeLock(home);
    try {
      if (lifeline.release()) {
        await endServer(pid);
        await rm(join(home, 'server.json'), { force: true });
      }
    } finally {
      lock.release();
    }
  });
  return {
    address,
    uiUrl,
    namespace: EMBEDDED_NAMESPACE,
    reused,
    logFile: join(home, 'temporal.log'),
    stop,
  };
}

async function takeLock(home: string, onLog?: (line: string) => void): Promise<StartLock> {
  const deadline = Date.now() + LOCK_MS;
  for (let waited = false; ; waited = true) {
    const lock = await tryStartLock(home);
    if (lock !== undefined) return lock;
    if (!waited)
      onLog?.(`Waiting for another process that starts or stops the Temporal server of ${home}`);
    if (Date.now() > deadline) {
      throw new Failure(
        'TemporalUnreachable',
        `another process has held the lock of ${home} for ${LOCK_MS / 1000} s; end it (lsof ` +
          'on the last server.lock.* there names it), or use another folder.',
      );
    }
    await pause(POLL_MS);
  }
}

async function readRecord(home: string): Promise<ServerRecord | undefined> {
  try {
    return JSON.parse(await readFile(join(home, 'server.json'), 'utf8')) as ServerRecord;
  } catch {
    return undefined;
  }
}

async function writeRecord(home: string, record: ServerRecord): Promise<void> {
  const temporary = join(home, `.server.json-${process.pid}`);
  await writeFile(temporary, `${JSON.stringify(record, undefined, 2)}\n`);
  await rename(temporary, join(home, 'server.json'));
}

/** The same promise for every call. */
function once(run: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => (running ??= run());
}
