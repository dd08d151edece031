import { Worker } from 'node:worker_threads';

const LIMIT_S = Number(process.env['HASHLOOM_TEST_FILE_LIMIT_S'] ?? 300);

/*
 * The time limits of tests and hooks are timers of this process: a loop that never yields outruns
 * them. A thread looks from outside, and ends the process where a file takes too long, or where the
 * run that started it is gone.
 */
const WATCHER = `
  const { workerData: { limitS, parent }, parentPort } = require('node:worker_threads');
  const { writeSync } = require('node:fs');
  let file, endsAt = Infinity;
  parentPort.on('message', (begun) => {
    file = begun;
    endsAt = begun === undefined ? Infinity : Date.now() + 1000 * limitS;
  });
  setInterval(() => {
    const isLate = Date.now() > endsAt;
    if (!isLate && process.ppid === parent) return;
    if (isLate) writeSync(2, 'test file ' + file + ' was not over within ' + limitS + ' s: ended\\n');
    process.kill(process.pid, 'SIGKILL');
  }, 500);
`;

let watcher: Worker | undefined;

/** Ends this process, and so fails the file by name, where a file is not over in time. */
export const fileLimit = {
  begin(file: string): void {
    watcher ??= startWatcher();
    watcher.postMessage(file);
  },
  end(): void {
    watcher?.postMessage(undefined);
  },
};

function startWatcher(): Worker {
  const thread = new Worker(WATCHER, {
    eval: true,
    workerData: { limitS: LIMIT_S, parent: process.ppid },
  });
  thread.unref();
  return thread;
}
