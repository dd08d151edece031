import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface S3Server {
  endpoint: string;
  /** What a process needs to reach it. */
  environment: Record<string, string>;
  close(): Promise<void>;
}

interface S3rver {
  run(): Promise<{ port: number }>;
  close(): Promise<void>;
}

/**
 * Runs s3rver on a free port and points the AWS environment of this process at it. s3rver ignores
 * preconditions.
 */
export async function startS3Server(...buckets: string[]): Promise<S3Server> {
  const server = await runS3Server(...buckets);
  Object.assign(process.env, server.environment);
  return server;
}

/** The same without the environment. */
export async function runS3Server(...buckets: string[]): Promise<S3Server> {
  const Server = createRequire(import.meta.url)('s3rver') as new (options: object) => S3rver;
  const directory = await mkdtemp(join(tmpdir(), 'hashloom-s3-'));
  const server = new Server({
    address: '127.0.0.1',
    port: 0,
    silent: true,
    directory,
    configureBuckets: buckets.map((name) => ({ name })),
  });
  const { port } = await server.run();
  const endpoint = `http://127.0.0.1:${port}`;
  return {
    endpoint,
    environment: {
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: 'S3RVER',
      AWS_SECRET_ACCESS_KEY: 'S3RVER',
      AWS_EC2_METADATA_DISABLED: 'true',
    },
    async close() {
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
