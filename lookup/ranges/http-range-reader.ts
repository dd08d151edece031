import { IndexReadError } from '../index-errors.ts';
import type { IndexLocation, RangeReader } from './range-reader.ts';
import { sameObject } from './same-object.ts';
import { PassingReadError, tryAgain } from './try-again.ts';

/** Largest `current.json` or `index.json` that is taken. */
const MAXIMUM_OBJECT_BYTES = 16 * 1024 * 1024;
interface WholeObject {
  bytes: Uint8Array;
  etag: string | undefined;
}

/** Answers that another try may better. */
const PASSING_STATUSES = [408, 429, 500, 502, 503, 504];

/** A folder on a web server, for example static hosting of an object store. */
export function httpLocation(
  uri: string,
  fetchObject: typeof fetch = globalThis.fetch,
): IndexLocation {
  const base = uri.endsWith('/') ? uri : `${uri}/`;
  return {
    uri,
    async readObject(path) {
      const found = await readWhole(new URL(path, base).href, fetchObject, {});
      return found === 'unchanged' ? undefined : found?.bytes;
    },
    readIfChanged(path, etag) {
      // In a browser the header would make the request one that needs leave across origins; its own
      // cache revalidates instead.
      const headers: Record<string, string> =
        etag !== undefined && !('document' in globalThis) ? { 'if-none-match': etag } : {};
      return readWhole(new URL(path, base).href, fetchObject, headers, 'no-cache');
    },
    openRange: (path) => httpRangeReader(new URL(path, base).href, fetchObject),
  };
}

/**
 * Reads ranges of an object on a web server. Throws IndexReadError when the server ignores Range
 * (200), refuses it, answers another range, or when size or ETag differ from those of the first
 * answer; statuses that pass and answers that are cut short are asked for again before.
 * ETags are compared here and not by If-Match, which is no safelisted header: a browser
 * would ask the server for leave before each read.
 */
function httpRangeReader(uri: string, fetchObject: typeof fetch = globalThis.fetch): RangeReader {
  const seen = sameObject(uri);
  return {
    get size() {
      return seen.size;
    },
    get etag() {
      return seen.etag;
    },
    async read(start, end) {
      if (start >= end) return new Uint8Array(0);
      return await tryAgain(() => readRange(start, end));
    },
  };

  async function readRange(start: number, end: number): Promise<Uint8Array> {
    const response = await request(uri, fetchObject, { range: `bytes=${start}-${end - 1}` });
    if (response.status === 416) {
      await response.body?.cancel();
      return new Uint8Array(0);
    }
    try {
      const range = checkResponse(uri, response, start, end);
      seen.check(range.size, response.headers.get('etag') ?? undefined);
      return await readBody(uri, response, range.end - start);
    } catch (error) {
      await response.body?.cancel().catch(() => undefined);
      throw error;
    }
  }
}

async function readWhole(
  uri: string,
  fetchObject: typeof fetch,
  headers: Record<string, string>,
  cache?: 'no-cache',
): Promise<WholeObject | 'unchanged' | undefined> {
  return await tryAgain(() => readWholeOnce(uri, fetchObject, headers, cache));
}

async function readWholeOnce(
  uri: string,
  fetchObject: typeof fetch,
  headers: Record<string, string>,
  cache?: 'no-cache',
): Promise<WholeObject | 'unchanged' | undefined> {
  const response = await request(uri, fetchObject, headers, cache);
  if (response.status !== 200) await response.body?.cancel();
  if (response.status === 404 || response.status === 410) return undefined;
  if (response.status === 304 && 'if-none-match' in headers) return 'unchanged';
  if (response.status !== 200) throw wrongStatus(uri, 200, response.status);
  return {
    bytes: await readBody(uri, response, MAXIMUM_OBJECT_BYTES, false),
    etag: response.headers.get('etag') ?? undefined,
  };
}

async function request(
  uri: string,
  fetchObject: typeof fetch,
  headers: Record<string, string>,
  cache?: 'no-cache',
): Promise<Response> {
  try {
    // A compressed answer would have ranges of its own.
    return await fetchObject(uri, {
      headers: { ...headers, 'accept-encoding': 'identity' },
      ...(cache && { cache }),
    });
  } catch (error) {
    const cause =
      error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new PassingReadError(uri, `cannot be reached (${cause})`, { cause: error });
  }
}

function wrongStatus(uri: string, expected: number, status: number): IndexReadError {
  const kind = PASSING_STATUSES.includes(status) ? PassingReadError : IndexReadError;
  const missing = status === 404 || status === 410;
  return new kind(uri, `expected status ${expected}, got ${status}`, { missing });
}

function checkResponse(
  uri: string,
  response: Response,
  start: number,
  end: number,
): { end: number; size: number | undefined } {
  if (response.status === 200)
    throw new IndexReadError(
      uri,
      'the server ignores Range: expected status 206, got 200 with the whole object; serve the ' +
        'index by one that answers ranges, as object stores, nginx and Caddy do',
    );
  if (response.status !== 206) throw wrongStatus(uri, 206, response.status);
  const encoding = response.headers.get('content-encoding');
  if (encoding !== null && encoding !== 'identity')
    throw new IndexReadError(uri, `expected plain bytes, got content-encoding ${encoding}`);
  const header = response.headers.get('content-range');
  // Across origins a browser shows Content-Range only where the server exposes it; the length and
  // the checksums decide then.
  if (header === null) return { end, size: undefined };
  const match = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(header);
  const last = Number(match?.[2]);
  const total = match?.[3] === '*' ? undefined : Number(match?.[3]);
  if (
    !match ||
    Number(match[1]) !== start ||
    last >= end ||
    (last < end - 1 && total !== last + 1)
  ) {
    throw new IndexReadError(
      uri,
      `asked for bytes ${start}-${end - 1}, got content-range ${header}`,
    );
  }
  return { end: last + 1, size: total };
}

/**
 * The body, `length` bytes at most (or exactly, unless the end is unknown): a server that sends
 * more is cut off.
 */
async function readBody(
  uri: string,
  response: Response,
  length: number,
  exact = true,
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let received = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const piece = await reader?.read().catch((error: unknown) => {
      throw new PassingReadError(uri, `the answer broke off after ${received} bytes`, {
        cause: error,
      });
    });
    if (!piece || piece.done) break;
    received += piece.value.length;
    if (received > length) {
      await reader?.cancel();
      throw new IndexReadError(uri, `expected at most ${length} bytes, got more`);
    }
    pieces.push(piece.value);
  }
  if (exact && received !== length && response.headers.has('content-range'))
    throw new PassingReadError(
      uri,
      `expected ${length} bytes, got ${received}: the answer was cut short`,
    );
  const bytes = new Uint8Array(received);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
