/**
 * The process behind `downloadWithSdk`: arguments are the folder and the SDK's version; the answer
 * is a message.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Runtime } from '@temporalio/worker';
import type { SdkDownloadAnswer } from './sdk-download.ts';

const [folder, sdkVersion] = process.argv.slice(2) as [string, string];

/**
 * What `@temporalio/testing` does for a local server: the core downloads the CLI when it starts
 * one, and has no other way.
 */
async function download(): Promise<SdkDownloadAnswer> {
  const runtime = Runtime.instance();
  const server = await runtime.createEphemeralServer({
    type: 'dev-server',
    exe: {
      type: 'cached-download',
      downloadDir: folder,
      version: 'default',
      ttl: 86_400_000,
      sdkName: 'sdk-typescript',
      sdkVersion,
    },
    namespace: 'default',
    ip: '127.0.0.1',
    port: null,
    ui: false,
    uiPort: null,
    dbFilename: null,
    log: { format: 'pretty', level: 'error' },
    extraArgs: [],
  });
  await runtime.shutdownEphemeralServer(server);
  const name = (await readdir(folder)).find(
    (entry) => entry.startsWith('temporal-') && !entry.endsWith('.downloading'),
  );
  return name === undefined
    ? { error: `the SDK left no binary in ${folder}` }
    : { file: join(folder, name) };
}

const answer = await download().catch((error: unknown): SdkDownloadAnswer => ({
  error: error instanceof Error ? error.message : String(error),
}));
process.send?.(answer, () => process.exit());
