import type { TestProject } from 'vitest/node';
import { startEmbeddedServer } from '../../infra/server/embedded-server.ts';
import { findTemporalCli } from '../../infra/server/temporal-cli.ts';
import type { QueueRole } from '../../schemas/queues.ts';
import { startWorkerProcess } from '../pipeline/set-up/worker-process.ts';
import { runS3Server } from '../store/s3-server.ts';

const HOSTS: readonly QueueRole[][] = [
  ['main', 'etl'],
  ['train', 'export'],
];

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the server of all test files is. */
    temporalAddress: string;
    /** The environment of an S3 server with the buckets `corpora`, `indexes` and `readable`. */
    s3Environment: Record<string, string>;
  }
}

/**
 * One Temporal server, one S3 server and one set of workers for every file that can share them. As
 * on a cluster the workers are two processes, one for orchestration and data and one for training
 * and export, that share nothing but the servers.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  // Vitest itself would end at once, without this teardown and without the handlers of `exit`.
  process.once('SIGTERM', () => process.exit(143));
  const ends: (() => Promise<void>)[] = [];
  const end = async () => {
    for (const each of ends.splice(0).toReversed()) await each();
  };
  try {
    const cli = await findTemporalCli({ onProgress: console.error });
    const server = await startEmbeddedServer({ cli: cli.path, port: 0, uiPort: 0 });
    ends.push(() => server.stop());
    const s3 = await runS3Server('corpora', 'indexes', 'readable');
    ends.push(() => s3.close());
    for (const roles of HOSTS) {
      const settings = { roles, threads: 2, env: s3.environment };
      const workers = await startWorkerProcess(server.address, settings);
      ends.push(() => workers.kill());
    }
    project.provide('temporalAddress', server.address);
    project.provide('s3Environment', s3.environment);
    return end;
  } catch (error) {
    await end();
    throw error;
  }
}
