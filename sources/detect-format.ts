import { KNOWN_BY_BYTES } from './foreign-format.ts';
import type { CheckedBytes } from './text/check-utf8.ts';
import type { ReadOptions } from './source-options.ts';

type TextFormat = Exclude<ReadOptions['format'], 'auto'>;

const PARQUET = Buffer.from('PAR1');
const WEB_ARCHIVE = Buffer.from('WARC/');
const ENOUGH_BYTES = 64 * 1024;

/** Parquet by the bytes of the file itself; everything else may be compressed. */
export function isParquet(head: Uint8Array): boolean {
  return PARQUET.equals(head.subarray(0, PARQUET.length));
}

export function isWebArchive(head: Uint8Array): boolean {
  return WEB_ARCHIVE.equals(head.subarray(0, WEB_ARCHIVE.length));
}

/**
 * The format of a text by its beginning: OSCAR 22.01 where the first line is an object with
 * `content` and `warc_headers`, JSON Lines where the text begins with an object or the name says
 * so, else plain text. OSCAR 2019 looks as plain text does and has to be named.
 */
export function detectFormat(head: Uint8Array, uri: string): TextFormat {
  if (head[0] !== 0x7b && !/\.(?:jsonl|ndjson)(?:\.gz|\.zst)?$/iu.test(uri)) return 'text';
  const end = head.indexOf(0x0a);
  try {
    const first: unknown = JSON.parse(
      Buffer.from(head.subarray(0, end === -1 ? head.length : end)).toString('utf8'),
    );
    if (
      typeof first === 'object' &&
      first !== null &&
      Object.hasOwn(first, 'content') &&
      Object.hasOwn(first, 'warc_headers')
    )
      return 'oscar';
  } catch {
    // A line that is cut here, or is no JSON: whoever reads it tells.
  }
  return 'jsonl';
}

/** The first line, or 64 KiB of it, and the pieces as they were. */
export async function peek(
  pieces: AsyncGenerator<CheckedBytes, void, undefined>,
): Promise<{ head: Buffer; all: AsyncGenerator<CheckedBytes, void, undefined> }> {
  const taken: CheckedBytes[] = [];
  let head: Buffer = Buffer.alloc(0);
  while (head.length < ENOUGH_BYTES && !head.includes(0x0a)) {
    const next = await pieces.next();
    if (next.done === true) break;
    taken.push(next.value);
    head = head.length === 0 ? next.value.bytes : Buffer.concat([head, next.value.bytes]);
    if (head.length > 0 && head[0] !== 0x7b) break;
  }
  async function* all(): AsyncGenerator<CheckedBytes, void, undefined> {
    try {
      yield* taken;
      yield* pieces;
    } finally {
      await pieces.return();
    }
  }
  return { head: head.subarray(0, ENOUGH_BYTES), all: all() };
}

/** The first bytes, enough to know a file by, and all chunks. */
export async function peekBytes(
  chunks: AsyncGenerator<Buffer, void, undefined>,
): Promise<{ head: Buffer; all: AsyncGenerator<Buffer, void, undefined> }> {
  let head: Buffer = Buffer.alloc(0);
  while (head.length < KNOWN_BY_BYTES) {
    const next = await chunks.next();
    if (next.done === true) break;
    head = head.length === 0 ? next.value : Buffer.concat([head, next.value]);
  }
  async function* all(): AsyncGenerator<Buffer, void, undefined> {
    try {
      if (head.length > 0) yield head;
      yield* chunks;
    } finally {
      await chunks.return();
    }
  }
  return { head, all: all() };
}
