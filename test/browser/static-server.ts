import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.json': 'application/json',
};

export interface StaticServer {
  uri: string;
  /** Path and range of every request. */
  asked: string[];
  stop(): Promise<void>;
}

/**
 * Static hosting as object stores do it: whole objects, and single ranges with 206. `folders` maps
 * the first name of a path to a folder.
 */
export async function serveFolders(folders: Record<string, string>): Promise<StaticServer> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const { pathname } = new URL(request.url!, 'http://localhost');
      asked.push(`${pathname} ${request.headers.range ?? ''}`.trim());
      const [, first = '', ...rest] = normalize(pathname).split('/');
      const file = folders[first] && join(folders[first], ...rest);
      const size = file
        ? await stat(file).then(
            (found) => (found.isFile() ? found.size : undefined),
            () => undefined,
          )
        : undefined;
      if (file === undefined || size === undefined) return response.writeHead(404).end();
      const shared = {
        'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
        etag: `"${size}"`,
        'accept-ranges': 'bytes',
      };
      const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
      if (!range)
        return createReadStream(file).pipe(
          response.writeHead(200, { ...shared, 'content-length': size }),
        );
      const start = Number(range[1]);
      const end = Math.min(Number(range[2]), size - 1);
      if (start > end) return response.writeHead(416).end();
      return createReadStream(file, { start, end }).pipe(
        response.writeHead(206, {
          ...shared,
          'content-range': `bytes ${start}-${end}/${size}`,
          'content-length': end - start + 1,
        }),
      );
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    uri: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve()).closeAllConnections();
      }),
  };
}
