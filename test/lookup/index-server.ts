import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { IndexInMemory } from './index-in-memory.ts';

/** Bytes [start, end) that a request asks for, of an object that has `bytes`. */
export interface AskedRange {
  path: string;
  bytes: Uint8Array;
  start: number;
  end: number;
}

/** Answers in place of the server, or leaves it to the server by giving false. */
type Proxy = (asked: AskedRange, response: ServerResponse, request: IncomingMessage) => boolean;

export interface IndexServer {
  /** Of the index. */
  base: string;
  /** By their path within the index. */
  objects: Map<string, Uint8Array>;
  /** What was asked for, as `items.pages 0-128`; whole objects by their path alone. */
  asked: string[];
  /** The most requests that were being answered at one time. */
  mostAtOnce(): number;
  /** Forgets what it has counted. */
  reset(): void;
  /** What stands before it; nothing when undefined. */
  proxy: Proxy | undefined;
  /** How long an answer takes. */
  delayMs: number;
  publish(version: number, built: IndexInMemory): void;
  close(): Promise<void>;
}

/** Serves the folder of an index as static hosting does: ranges, ETags, 404. */
export async function serveIndex(): Promise<IndexServer> {
  const objects = new Map<string, Uint8Array>();
  let running = 0;
  let most = 0;

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url!.replace('/indexes/tiny/', '');
    const bytes = objects.get(path);
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
    const start = range ? Number(range[1]) : 0;
    const end = range ? Number(range[2]) + 1 : (bytes?.length ?? 0);
    api.asked.push(range ? `${path} ${start}-${end}` : path);
    if (!bytes) {
      response.writeHead(404).end();
      return;
    }
    if (range && api.proxy?.({ path, bytes, start, end }, response, request)) return;
    if (!range) response.writeHead(200).end(bytes);
    else if (start >= bytes.length) response.writeHead(416).end();
    else sendRange(response, bytes, start, end);
  }

  const server = createServer((request, response) => {
    most = Math.max(most, ++running);
    response.on('close', () => running--);
    setTimeout(() => answer(request, response), api.delayMs);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const api: IndexServer = {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}/indexes/tiny`,
    objects,
    asked: [],
    mostAtOnce: () => most,
    reset() {
      api.asked.length = 0;
      most = running;
    },
    proxy: undefined,
    delayMs: 0,
    publish(version, { manifest, parts }) {
      const folder = `versions/${version}`;
      for (const [name, bytes] of parts) objects.set(`${folder}/${name}`, bytes);
      objects.set(`${folder}/index.json`, jsonBytes({ ...manifest, version }));
      objects.set('current.json', jsonBytes({ format: 1, index: 'tiny', version, path: folder }));
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return api;
}

/** 206 with these bytes, and what may be said otherwise of them. */
export function sendRange(
  response: ServerResponse,
  bytes: Uint8Array,
  start: number,
  end: number,
  headers: Record<string, string> = {},
): void {
  const last = Math.min(end, bytes.length);
  response
    .writeHead(206, { 'content-range': `bytes ${start}-${last - 1}/${bytes.length}`, ...headers })
    .end(bytes.subarray(start, last));
}

const jsonBytes = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value));
