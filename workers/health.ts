import { createServer } from 'node:http';

/**
 * Serves /healthz (the process lives) and /readyz (every worker polls) on all interfaces, for
 * Kubernetes and its like.
 */
export async function serveHealth(
  port: number,
  states: () => string[],
): Promise<{ port: number; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const all = states();
    const ready = all.every((state) => state === 'RUNNING');
    response.writeHead(statusOf(request.url, ready), { 'content-type': 'application/json' });
    response.end(`${JSON.stringify({ ready, workers: all })}\n`);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function statusOf(path: string | undefined, ready: boolean): number {
  if (path === '/healthz') return 200;
  if (path === '/readyz') return ready ? 200 : 503;
  return 404;
}
