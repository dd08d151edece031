import { createServer } from 'node:net';

const HOST = '127.0.0.1';

/**
 * A port of the loopback interface that nobody listens on: the preferred one when it is free, or
 * any.
 */
export async function freePort(preferred = 0): Promise<number> {
  return (
    (await tryListen(preferred)) ??
    (await tryListen(0)) ??
    Promise.reject(new Error(`no free port on ${HOST}`))
  );
}

function tryListen(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ host: HOST, port, exclusive: true }, () => {
      const address = server.address();
      server.close(() =>
        resolve(typeof address === 'object' && address !== null ? address.port : undefined),
      );
    });
  });
}
