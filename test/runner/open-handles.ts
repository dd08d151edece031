import { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Server } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

/** What a file closed may take some turns of the event loop to be gone. */
const GRACE_MS = 2000;
const LOOK_MS = 20;

/** Where each interval that still runs was started. */
const intervals = new Map<NodeJS.Timeout, string>();
let known = new Set<object>();

/**
 * Notes intervals from here on, and what is open already: a process that runs several files keeps
 * what the first ones loaded.
 */
export function watchIntervals(): void {
  known = new Set(handles());
  if (globalThis.setInterval === watched.setInterval) return;
  Object.assign(globalThis, watched);
}

/**
 * Names the intervals, child processes, servers and threads that keep this process alive, and ends
 * them.
 */
export async function endWhatIsOpen(): Promise<string[]> {
  for (const deadline = Date.now() + GRACE_MS; Date.now() < deadline && isAnyOpen();)
    await pause(LOOK_MS);
  const named: string[] = [];
  for (const [timer, place] of intervals) {
    if (!timer.hasRef()) continue;
    named.push(`an interval started ${place}`);
    clearInterval(timer);
  }
  for (const handle of openHandles()) named.push(await end(handle));
  return named;
}

const native = { setInterval: globalThis.setInterval, clearInterval: globalThis.clearInterval };
const watched = {
  setInterval: Object.assign((...given: Parameters<typeof setInterval>): NodeJS.Timeout => {
    const timer = native.setInterval(...given);
    intervals.set(timer, placeOf(new Error('started')));
    return timer;
  }, native.setInterval),
  clearInterval(timer: NodeJS.Timeout | undefined): void {
    if (timer !== undefined) intervals.delete(timer);
    native.clearInterval(timer);
  },
};

/** The caller's line of a stack. */
const placeOf = ({ stack = '' }: Error): string => stack.split('\n')[2]?.trim() ?? 'somewhere';

const isAnyOpen = (): boolean =>
  openHandles().length > 0 || [...intervals.keys()].some((timer) => timer.hasRef());

type Handle = ChildProcess | Server | Worker;

const openHandles = (): Handle[] => handles().filter((handle) => !known.has(handle));

/** Node tells kinds of handles, but the handles themselves only by this older function. */
function handles(): Handle[] {
  const old = process as unknown as { _getActiveHandles(): object[] };
  return old
    ._getActiveHandles()
    .filter(
      (handle): handle is Handle =>
        handle instanceof ChildProcess || handle instanceof Server || handle instanceof Worker,
    );
}

async function end(handle: Handle): Promise<string> {
  if (handle instanceof ChildProcess) {
    const exited = once(handle, 'exit');
    handle.kill('SIGKILL');
    await exited;
    return `the process ${handle.pid}: ${handle.spawnargs.join(' ')}`;
  }
  if (handle instanceof Worker) {
    await handle.terminate();
    return 'a worker thread';
  }
  const address = JSON.stringify(handle.address());
  handle.close();
  return `a server at ${address}`;
}
