import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { Failure } from '../../schemas/failures.ts';
import { SEARCH_ATTRIBUTES } from '../../schemas/run.ts';
import { freePort } from './free-port.ts';
import { boundTo, type Lifeline } from './lifeline.ts';

export const EMBEDDED_NAMESPACE = 'default';

const HOST = '127.0.0.1';
const DEFAULT_PORTS = { port: 7233, uiPort: 8233 };
const START_MS = 60_000;
const POLL_MS = 50;
const GRACE_MS = 10_000;
const LOG_LINES = 12;

export interface ServerPorts {
  /** Of the gRPC service; 0: any free one; absent: 7233 when free, or else any. */
  port?: number;
  /** Of the web UI; 0: any free one; absent: 8233 when free, or else any. */
  uiPort?: number;
}

interface ServerCommand extends ServerPorts {
  cli: string;
  /** Absent: everything is in memory and lost at the end. */
  database?: string;
  logFile: string;
  lifeline: Lifeline;
}

export interface RunningServer {
  pid: number;
  address: string;
  uiUrl: string;
}

/**
 * Starts `temporal server start-dev` and waits until it answers. It leads a process group of its
 * own, so a Ctrl-C in the terminal does not reach it. Throws TemporalUnreachable with the last
 * lines of its log when it ends or never answers.
 */
export async function spawnServer(command: ServerCommand): Promise<RunningServer> {
  for (let attempt = 1; ; attempt++) {
    const ports = await choosePorts(command, attempt > 1);
    const logStart = await stat(command.logFile).then(
      (found) => found.size,
      () => 0,
    );
    const said = async () => (await readFile(command.logFile)).subarray(logStart).toString();
    const pid = launch(command, ports);
    if (await comesUp(pid, ports, said))
      return { pid, address: `${HOST}:${ports.port}`, uiUrl: `http://${HOST}:${ports.uiPort}` };
    await endServer(pid);
    const log = await said();
    // Another process took a port between our look and the server's own.
    if (/address already in use/.test(log) && attempt < 4) continue;
    throw startFailure(command, log);
  }
}

/**
 * Kills a server and waits until it is gone. In order it would take 1.1 s, in which it waits for
 * peers that it never has. Nothing is lost without: what it has acknowledged is in its database,
 * and SQLite outlives a kill.
 */
export async function endServer(pid: number): Promise<void> {
  signal(-pid, 'SIGKILL');
  await hasEnded(pid, GRACE_MS);
}

/**
 * Whether the server lives: the process is there and leads its own group, as few other processes of
 * the same number would.
 */
export const isRunning = (pid: number): boolean => exists(pid) && exists(-pid);

/** Waits until the server is gone; false when it is still there after `withinMs`. */
export async function hasEnded(pid: number, withinMs: number): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  while (isRunning(pid)) {
    if (Date.now() > deadline) return false;
    await pause(POLL_MS);
  }
  return true;
}

/** Whether a Temporal server with our namespace answers there. */
export async function answers(address: string): Promise<boolean> {
  // A pool of its own: a shared one would remember a refusal for a second and more.
  const connection = Connection.lazy({
    address,
    connectTimeout: 2000,
    channelArgs: { 'grpc.use_local_subchannel_pool': 1 },
  });
  try {
    await connection.ensureConnected();
    await connection.withDeadline(Date.now() + 2000, () =>
      connection.workflowService.describeNamespace({ namespace: EMBEDDED_NAMESPACE }),
    );
    return true;
  } catch {
    return false;
  } finally {
    await connection.close();
  }
}

interface ChosenPorts {
  port: number;
  uiPort: number;
  metricsPort: number;
}

async function choosePorts(wanted: ServerPorts, avoidDefaults: boolean): Promise<ChosenPorts> {
  const chosen = { port: 0, uiPort: 0, metricsPort: await freePort() };
  for (const name of ['port', 'uiPort'] as const) {
    const asked = wanted[name];
    chosen[name] = await freePort(asked ?? (avoidDefaults ? 0 : DEFAULT_PORTS[name]));
    if (asked && chosen[name] !== asked) {
      throw new Failure(
        'ConfigurationError',
        `port ${asked} of ${HOST} is taken, so the embedded Temporal server cannot use it. ` +
          'Give another one, or none for any free port.',
      );
    }
  }
  return chosen;
}

function launch(
  { cli, database, logFile, lifeline }: ServerCommand,
  { port, uiPort, metricsPort }: ChosenPorts,
): number {
  const numbers = { port, 'ui-port': uiPort, 'metrics-port': metricsPort };
  const attributes = Object.values(SEARCH_ATTRIBUTES).flatMap((name) => [
    '--search-attribute',
    `${name}=Keyword`,
  ]);
  const flags = [
    '--ip',
    HOST,
    ...Object.entries(numbers).flatMap(([name, value]) => [`--${name}`, String(value)]),
    '--log-level',
    'warn',
    ...attributes,
  ];
  // The server makes a URI of the file's path as it is, so that a `#` or `?` in a folder's name
  // would end it: it is named from its folder.
  if (database !== undefined) flags.push('--db-filename', basename(database));
  // The CLI would read TEMPORAL_ADDRESS, TEMPORAL_PROFILE and the like as flags of its own.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('TEMPORAL_')),
  );
  const log = openSync(logFile, 'a');
  try {
    const words = [...boundTo(lifeline), resolve(cli), 'server', 'start-dev', ...flags];
    const child = spawn('/bin/sh', words, {
      ...(database !== undefined && { cwd: dirname(database) }),
      env,
      detached: true,
      stdio: ['ignore', log, log],
    });
    child.unref();
    child.once('error', () => undefined);
    if (child.pid === undefined)
      throw new Failure(
        'TemporalUnreachable',
        'the embedded Temporal server needs /bin/sh, which does not start here. Use a ' +
          'running server by setting TEMPORAL_ADDRESS.',
      );
    return child.pid;
  } finally {
    closeSync(log);
  }
}

/**
 * Who answers on the port may be another's server that took it first; ours then ends soon, and
 * never says where it is.
 */
async function comesUp(
  pid: number,
  { port }: ChosenPorts,
  said: () => Promise<string>,
): Promise<boolean> {
  const banner = new RegExp(`Server:\\s+\\S+:${port}\\b`);
  const deadline = Date.now() + START_MS;
  while (isRunning(pid) && Date.now() < deadline) {
    if (banner.test(await said()) && (await answers(`${HOST}:${port}`))) return true;
    await pause(POLL_MS);
  }
  return false;
}

function startFailure({ cli, database, logFile }: ServerCommand, log: string): Failure {
  const lines = log
    .split('\n')
    .filter((line) => line !== '')
    .slice(-LOG_LINES)
    .map((line) => `  ${line.slice(0, 400)}`);
  const hint = /database is locked|SQLITE_BUSY/.test(log)
    ? `Another server holds ${database}: end it, or use another folder.`
    : `The whole log is ${logFile}; \`${cli} server start-dev\` shows whether the binary runs ` +
      'here.';
  return new Failure(
    'TemporalUnreachable',
    `the embedded Temporal server did not come up within ${START_MS / 1000} s. The end of ` +
      `its log:\n` +
      `${lines.join('\n') || '  (empty)'}\n` +
      hint,
  );
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
