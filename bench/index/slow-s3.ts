import { fork } from 'node:child_process';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { RandomStream } from '../../kernels/numbers/random.ts';
import { runS3Server } from '../../test/store/s3-server.ts';

/** Milliseconds to the first byte of a request, and bytes a second of a connection. */
const MEDIAN_MS = 63;
const P99_MS = 78;
const BYTES_A_SECOND = 50e6;
/** The 99th percentile of the normal distribution. */
const Z99 = 2.326;

interface SlowS3 {
  /** What a process needs to reach it: as it is, and behind the delay. */
  fast: Record<string, string>;
  slow: Record<string, string>;
}

/**
 * An S3 server and, before it, a proxy that answers as late as S3 does: its first byte after a
 * lognormal time of 63 ms in the median and 78 ms in the 99th percentile (seed 1), its last one as
 * a connection of 50 MB/s would bring it. Both in a process of their own.
 */
export async function startSlowS3(bucket: string): Promise<SlowS3 & { stop(): void }> {
  const child = fork(fileURLToPath(import.meta.url), [bucket]);
  const ready = await new Promise<SlowS3>((resolve, reject) => {
    child.once('message', (message) => resolve(message as SlowS3));
    child.once('exit', (code) => reject(new Error(`the S3 server ended with ${code}`)));
  });
  return { ...ready, stop: () => child.disconnect() };
}

if (process.send) {
  const s3 = await runS3Server(process.argv[2]!);
  const stream = new RandomStream(1, 9);
  const upstream = new URL(s3.endpoint);
  const proxy = createServer((asked, answer) => forward(asked, answer, upstream, delayMs(stream)));
  await new Promise<void>((listening) => proxy.listen(0, '127.0.0.1', listening));
  const { port } = proxy.address() as AddressInfo;
  const slow = { ...s3.environment, AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` };
  process.send({ fast: s3.environment, slow } satisfies SlowS3);
  process.once('disconnect', () => {
    proxy.closeAllConnections();
    proxy.close();
    void s3.close();
  });
}

function delayMs(stream: RandomStream): number {
  const sigma = Math.log(P99_MS / MEDIAN_MS) / Z99;
  const normal =
    Math.sqrt(-2 * Math.log(1 - stream.uniform())) * Math.cos(2 * Math.PI * stream.uniform());
  return MEDIAN_MS * Math.exp(sigma * normal);
}

function forward(
  asked: IncomingMessage,
  answer: ServerResponse,
  { hostname, port }: URL,
  delay: number,
): void {
  const begun = performance.now();
  const { method, url: path, headers } = asked;
  const passed = request({ hostname, port, method, path, headers }, (response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('end', () => {
      const body = Buffer.concat(chunks);
      const due = begun + delay + (1000 * body.length) / BYTES_A_SECOND;
      setTimeout(
        () => answer.writeHead(response.statusCode!, response.headers).end(body),
        Math.max(0, due - performance.now()),
      );
    });
  });
  passed.on('error', () => answer.destroy());
  asked.pipe(passed);
}
