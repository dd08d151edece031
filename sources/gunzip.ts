import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Failure } from '../schemas/failures.ts';

/** What is known of a file before its bytes are read. */
export interface ExpectedFile {
  uri: string;
  /** Bytes, as they lie there. */
  size: number;
}

const OUTPUT_CHUNK_BYTES = 64 * 1024;

/**
 * The bytes of a file in chunks, decompressed where they begin as gzip does (1f 8b 08; any number of members).
 * A DataError where the file is not as long as it was listed, or the gzip is broken (with the byte of the compressed file).
 */
export async function* decompress(file: ExpectedFile, stream: Readable): AsyncGenerator<Buffer, void, undefined> {
  const chunks = countedChunks(file, stream);
  const head = await takeHead(chunks);
  if (!(head.length >= 3 && head[0] === 0x1f && head[1] === 0x8b && head[2] === 0x08)) {
    if (head.length > 0) yield head;
    yield* chunks;
    return;
  }
  const gunzip = createGunzip({ chunkSize: OUTPUT_CHUNK_BYTES });
  // Errors of both sides come out of the iteration below.
  pipeline(rejoined(head, chunks), gunzip, () => undefined);
  try {
    for await (const chunk of gunzip) yield chunk as Buffer;
  } catch (error) {
    throw gzipFailure(error, file, gunzip.bytesWritten);
  } finally {
    stream.destroy();
  }
  // zlib takes a zero byte after a member for padding and says nothing of what follows.
  if (gunzip.bytesWritten < file.size) {
    throw new Failure('DataError', `${file.uri}: broken gzip: at byte ${gunzip.bytesWritten} of ${file.size} expected another member or the end, found zeros`);
  }
}

async function* countedChunks({ uri, size }: ExpectedFile, stream: Readable): AsyncGenerator<Buffer, void, undefined> {
  let bytes = 0;
  for await (const chunk of stream) {
    const buffer = chunk as Buffer;
    bytes += buffer.length;
    if (bytes > size) throw changed(uri, size, `at least ${bytes}`);
    if (buffer.length > 0) yield buffer;
  }
  if (bytes !== size) throw changed(uri, size, `${bytes}`);
}

function changed(uri: string, size: number, found: string): Failure {
  return new Failure('DataError', `${uri} changed while it was read: ${size} bytes when it was listed, ${found} now; run again when nothing writes to it`);
}

/** The first three bytes or more; fewer only where the file has no more. */
async function takeHead(chunks: AsyncGenerator<Buffer, void, undefined>): Promise<Buffer> {
  let head: Buffer = Buffer.alloc(0);
  while (head.length < 3) {
    const { value, done } = await chunks.next();
    if (done === true) break;
    head = head.length === 0 ? value : Buffer.concat([head, value]);
  }
  return head;
}

async function* rejoined(head: Buffer, chunks: AsyncGenerator<Buffer, void, undefined>): AsyncGenerator<Buffer, void, undefined> {
  yield head;
  yield* chunks;
}

function gzipFailure(error: unknown, { uri, size }: ExpectedFile, position: number): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'Z_BUF_ERROR') {
    return new Failure('DataError', `${uri}: the gzip stream is cut off: the file ends at byte ${size}, within a member`, { cause: error });
  }
  if (code?.startsWith('Z_') === true) {
    return new Failure('DataError', `${uri}: broken gzip in the ${OUTPUT_CHUNK_BYTES} bytes from byte ${position} (${message}); \`gzip -t\` tells more`, { cause: error });
  }
  return error;
}
