import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { QUEUE_ROLES, type QueueRole } from '../../../schemas/queues.ts';
import { inBuild } from '../../repository.ts';

const CLI = inBuild('cli/main.js');

export interface WorkerProcess {
  process: ChildProcess;
  /** What it wrote, for messages. */
  output(): string;
  kill(): Promise<void>;
  /** Asks it to drain; resolves with its exit code. */
  drain(): Promise<number | null>;
}

/**
 * A worker in a process of its own, which shares nothing with the test but Temporal and the store.
 * Ready when it polls.
 */
export async function startWorkerProcess(
  address: string,
  {
    roles = QUEUE_ROLES,
    threads = 1,
    env = {},
  }: { roles?: readonly QueueRole[]; threads?: number; env?: Record<string, string> } = {},
): Promise<WorkerProcess> {
  const args = [
    '--enable-source-maps',
    CLI,
    'worker',
    '--address',
    address,
    '--queues',
    roles.join(','),
    '--threads',
    String(threads),
  ];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  // A worker outlives a test run that was ended by its time limit or by a signal, unless it goes
  // with it.
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
  const exited = once(child, 'exit') as Promise<[number | null]>;
  await new Promise<void>((resolve, reject) => {
    const look = () => {
      if (output.includes('hashloom-') || output.includes('hashloom ')) resolve();
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    child.once('exit', (code) =>
      reject(new Error(`worker ended with ${code} before it was ready:\n${output}`)),
    );
  });
  return {
    process: child,
    output: () => output,
    async kill() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await exited;
    },
    async drain() {
      child.kill('SIGTERM');
      return (await exited)[0];
    },
  };
}
