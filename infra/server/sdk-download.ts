import { fork } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const SDK_VERSION = (
  createRequire(import.meta.url)('@temporalio/worker/package.json') as { version: string }
).version;

const WATCH_MS = 250;
const FIRST_BYTE_MS = 5000;
const STALL_MS = 20_000;

/** What the child process answers. */
export type SdkDownloadAnswer = { file: string } | { error: string };

/**
 * Lets the SDK's native core fetch the CLI of its choice into `folder`; returns the file. It runs
 * in a process of its own: the core has no timeout, and a process can be ended. Throws when the
 * first byte takes longer than 5 s, or later ones 20 s.
 */
export function downloadWithSdk(
  folder: string,
  onProgress: (message: string) => void,
  environment: NodeJS.ProcessEnv,
): Promise<string> {
  const child = fork(
    fileURLToPath(new URL('./sdk-download-process.js', import.meta.url)),
    [folder, SDK_VERSION],
    {
      env: environment,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    },
  );
  return new Promise<string>((resolve, reject) => {
    let [bytes, progressAt, announced] = [0, Date.now(), false];
    const watch = setInterval(() => {
      void bytesIn(folder).then((now) => {
        if (now > bytes) [bytes, progressAt] = [now, Date.now()];
        if (bytes > 0 && !announced) {
          announced = true;
          onProgress('Downloading the Temporal CLI with the Temporal SDK');
        }
        const limitMs = bytes > 0 ? STALL_MS : FIRST_BYTE_MS;
        if (Date.now() - progressAt > limitMs)
          finish(new Error(`nothing came for ${limitMs / 1000} s`));
      });
    }, WATCH_MS);
    child.once('message', (answer: SdkDownloadAnswer) =>
      finish('file' in answer ? answer.file : new Error(answer.error)),
    );
    child.once('error', finish);
    child.once('exit', (code, signal) =>
      finish(new Error(`its process ended with ${signal ?? `code ${code}`}`)),
    );

    function finish(result: string | Error): void {
      clearInterval(watch);
      child.kill('SIGKILL');
      if (result instanceof Error) reject(result);
      else resolve(result);
    }
  });
}

async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        (found) => found.size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
