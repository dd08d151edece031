import { closeSync, constants, openSync, readSync, rmSync } from 'node:fs';
import { runProgram } from '../programs.ts';

/**
 * A named pipe that the users of something hold open. The kernel closes it with a process however
 * that one ends, so who is still there needs no bookkeeping, and no process number that another
 * process may have got meanwhile.
 */
export interface Lifeline {
  readonly path: string;
  /** Lets go; true when nobody else holds it. */
  release(): boolean;
}

/**
 * The words that make `/bin/sh` become a command which gets SIGTERM when the lifeline's last holder
 * is gone.
 */
export const boundTo = (lifeline: Lifeline): string[] => [
  '-c',
  '(cat "$0" >/dev/null; kill -TERM $$) >/dev/null 2>&1 & exec "$@"',
  lifeline.path,
];

/** Makes the pipe and holds it. */
export async function createLifeline(path: string): Promise<Lifeline> {
  rmSync(path, { force: true });
  const made = await runProgram('mkfifo', ['-m', '600', path], {
    environment: process.env,
    timeoutMs: 10_000,
  });
  if (made.code !== 0) throw new Error(`mkfifo ${path}: ${made.reason ?? made.stderr.trim()}`);
  // For reading and writing, because opening for writing alone waits for a reader.
  return held(path, openSync(path, constants.O_RDWR | constants.O_NONBLOCK));
}

/** Holds a pipe that somebody reads; undefined when nobody does, or there is none. */
export function joinLifeline(path: string): Lifeline | undefined {
  try {
    return held(path, openSync(path, constants.O_WRONLY | constants.O_NONBLOCK));
  } catch (error) {
    if (['ENXIO', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

function held(path: string, descriptor: number): Lifeline {
  return {
    path,
    release() {
      closeSync(descriptor);
      return !hasWriters(path);
    },
  };
}

/**
 * A read finds the end when nobody can write any more; where it would have to wait, somebody can.
 */
function hasWriters(path: string): boolean {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    return readSync(descriptor, Buffer.alloc(1)) > 0;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EAGAIN') return true;
    if (code === 'ENOENT') return false;
    throw error;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
