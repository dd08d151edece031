import { pipeline } from 'node:stream';
import { createGunzip, gunzipSync } from 'node:zlib';
import { Failure } from '../../schemas/failures.ts';
import { unzstd } from './unzstd.ts';

/** What is known of a file before its bytes are read. */
export interface ExpectedFile {
  uri: string;
  /** Bytes, as they lie there; infinite where only a range is read. */
  size: number;
  /** Of a range, where it begins. */
  start?: number;
}

type Compression = 'gzip' | 'zstd' | 'none';

/**
 * Files that are compressed to fewer bytes are decompressed at once, which is three times as fast
 * as in chunks.
 */
const SMALL_FILE_BYTES = 8 * 1024 * 1024;
const SMALL_TEXT_BYTES = 64 * 1024 * 1024;
const OUTPUT_CHUNK_BYTES = 64 * 1024;
/** So much comes out of any file before its ratio is looked at. */
const ALWAYS_ALLOWED_BYTES = 1024 * 1024;

/**
 * By the first four bytes: gzip begins 1f 8b 08, a frame of zstd 28 b5 2f fd, one to be skipped 5x
 * 2a 4d 18.
 */
export function compressionOf(head: Uint8Array): Compression {
  const [a, b, c, d] = head;
  if (a === 0x1f && b === 0x8b && c === 0x08) return 'gzip';
  if (b === 0xb5 && a === 0x28 && c === 0x2f && d === 0xfd) return 'zstd';
  return a !== undefined && (a & 0xf0) === 0x50 && b === 0x2a && c === 0x4d && d === 0x18
    ? 'zstd'
    : 'none';
}

/**
 * The bytes of a file in chunks, decompressed where they begin as gzip (any number of members) or
 * zstd (any number of frames) does. A DataError where the file is not as long as it was listed,
 * where what is compressed is broken or cut off (with the byte of the compressed file), or where it
 * grows to more than `maximumRatio` times its size.
 */
export async function* decompress(
  file: ExpectedFile,
  stream: AsyncIterable<Uint8Array>,
  maximumRatio: number,
): AsyncGenerator<Buffer, void, undefined> {
  const chunks = countedChunks(file, stream);
  try {
    const head = await takeHead(chunks);
    const compression = compressionOf(head);
    if (compression === 'none') {
      if (head.length > 0) yield head;
      yield* chunks;
    } else if (compression === 'zstd') {
      yield* limited(unzstd(file, rejoined(head, chunks)), file, maximumRatio);
    } else if (file.size > SMALL_FILE_BYTES) {
      yield* limited(gunzip(file, rejoined(head, chunks)), file, maximumRatio);
    } else {
      const parts = [head];
      for await (const chunk of chunks) parts.push(chunk);
      const whole = parts.length === 1 ? head : Buffer.concat(parts);
      const text = gunzipSmall(whole, maximumRatio);
      if (text) yield text;
      else yield* limited(gunzip(file, inChunks(whole)), file, maximumRatio);
    }
  } finally {
    await chunks.return();
  }
}

/** Undefined where anything is out of the ordinary: in chunks it is told apart. */
function gunzipSmall(whole: Buffer, maximumRatio: number): Buffer | undefined {
  const maxOutputLength = Math.min(
    SMALL_TEXT_BYTES,
    Math.max(ALWAYS_ALLOWED_BYTES, Math.floor(whole.length * maximumRatio)),
  );
  // The last four bytes are the length of the (last) member, so that it comes out in one piece.
  const stated = whole.length < 4 ? 0 : whole.readUInt32LE(whole.length - 4);
  const chunkSize = Math.max(OUTPUT_CHUNK_BYTES, Math.min(stated, maxOutputLength) + 1);
  try {
    const { buffer, engine } = gunzipSync(whole, {
      maxOutputLength,
      chunkSize,
      info: true,
    }) as unknown as { buffer: Buffer; engine: { bytesWritten: number } };
    return engine.bytesWritten === whole.length ? buffer : undefined;
  } catch {
    return undefined;
  }
}

async function* gunzip(
  file: ExpectedFile,
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
): AsyncGenerator<Buffer, void, undefined> {
  const inflate = createGunzip({ chunkSize: OUTPUT_CHUNK_BYTES });
  // Errors of both sides come out of the iteration below.
  pipeline(chunks, inflate, () => undefined);
  try {
    for await (const chunk of inflate) yield chunk as Buffer;
  } catch (error) {
    throw gzipFailure(error, file, inflate.bytesWritten);
  }
  // zlib takes a zero byte after a member for padding and says nothing of what follows.
  if (Number.isFinite(file.size) && inflate.bytesWritten < file.size) {
    throw new Failure(
      'DataError',
      `${file.uri}: broken gzip: at byte ${inflate.bytesWritten} of ${file.size} expected ` +
        'another member or the end, found zeros',
    );
  }
}

/** A few bytes may stand for gigabytes of zeros; a corpus never does. */
async function* limited(
  chunks: AsyncIterable<Buffer>,
  { uri, size }: ExpectedFile,
  maximumRatio: number,
): AsyncGenerator<Buffer, void, undefined> {
  const most = Math.max(ALWAYS_ALLOWED_BYTES, size * maximumRatio);
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > most) {
      throw new Failure(
        'DataError',
        `${uri}: ${size} bytes decompress to more than ${Math.floor(most)}, ${maximumRatio} ` +
          'times as many; if that is meant, raise source.maximumRatio',
      );
    }
    yield chunk;
  }
}

async function* countedChunks(
  { uri, size }: ExpectedFile,
  stream: AsyncIterable<Uint8Array>,
): AsyncGenerator<Buffer, void, undefined> {
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    if (bytes > size) throw changed(uri, size, `at least ${bytes}`);
    if (chunk.length > 0) yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
  }
  if (bytes !== size && Number.isFinite(size)) throw changed(uri, size, `${bytes}`);
}

function changed(uri: string, size: number, found: string): Failure {
  return new Failure(
    'DataError',
    `${uri} changed while it was read: ${size} bytes when it was listed, ${found} now; run ` +
      'again when nothing writes to it',
  );
}

/** The first four bytes or more; fewer only where the file has no more. */
async function takeHead(chunks: AsyncGenerator<Buffer, void, undefined>): Promise<Buffer> {
  let head: Buffer = Buffer.alloc(0);
  while (head.length < 4) {
    const { value, done } = await chunks.next();
    if (done === true) break;
    head = head.length === 0 ? value : Buffer.concat([head, value]);
  }
  return head;
}

async function* rejoined(
  head: Buffer,
  chunks: AsyncGenerator<Buffer, void, undefined>,
): AsyncGenerator<Buffer, void, undefined> {
  yield head;
  yield* chunks;
}

function* inChunks(whole: Buffer): Generator<Buffer, void, undefined> {
  for (let at = 0; at < whole.length; at += OUTPUT_CHUNK_BYTES)
    yield whole.subarray(at, at + OUTPUT_CHUNK_BYTES);
}

function gzipFailure(error: unknown, { uri, size }: ExpectedFile, position: number): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'Z_BUF_ERROR') {
    return new Failure(
      'DataError',
      `${uri}: the gzip stream is cut off: the file ends at byte ${size}, within a member`,
      { cause: error },
    );
  }
  if (code?.startsWith('Z_') === true) {
    return new Failure(
      'DataError',
      `${uri}: broken gzip in the ${OUTPUT_CHUNK_BYTES} bytes from byte ${position} ` +
        `(${message}); \`gzip -t\` tells more`,
      { cause: error },
    );
  }
  return error;
}
