import { Decompress } from 'fzstd';
import { Failure } from '../../schemas/failures.ts';
import { byteReader, type ByteReader } from './byte-reader.ts';
import { xxh64 } from './xxh64.ts';

/*
 * Frames are taken apart here (RFC 8878, 3.1), so that what a frame says of itself can be held
 * against what came out of it: the library decodes, and passes over checksums and content sizes.
 */
const MAGIC = 0xfd2fb528;
/** Of a frame to be skipped, without its last four bits. */
const SKIPPED = 0x184d2a50;
const BLOCK = { rle: 1 } as const;
/** Taken at once of what is skipped. */
const STEP_BYTES = 64 * 1024;

/**
 * Any number of frames, in memory of their window and a block. A DataError where the stream is cut
 * off or broken, or where a frame does not decode to the checksum or the size that it gives; what
 * came before in that frame has been given out by then.
 */
export async function* unzstd(
  { uri, size }: { uri: string; size: number },
  chunks: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer, void, undefined> {
  const iterator = chunks[Symbol.asyncIterator]() as AsyncIterator<Buffer, void, undefined>;
  const reader = byteReader(iterator);
  const file: ZstdFile = {
    reader,
    async take(length) {
      const bytes = await reader.take(length);
      if (bytes.length === length) return bytes;
      throw new Failure(
        'DataError',
        `${uri}: the zstd stream is cut off: the file ends at byte ${size}, within a frame`,
      );
    },
    broken: (from, reason, cause) =>
      new Failure(
        'DataError',
        `${uri}: broken zstd in the frame at byte ${from} (${reason}); \`zstd -t\` tells more`,
        { cause },
      ),
  };
  try {
    for (;;) {
      const from = reader.position();
      const head = await reader.take(4);
      if (head.length === 0) return;
      const magic = head.length < 4 ? undefined : head.readUInt32LE();
      if (magic === undefined && !isStart(head)) throw file.broken(from, 'no frame begins there');
      if (magic === undefined) await file.take(4);
      else if (magic === MAGIC) yield* frame(file, from, head);
      else if ((magic & ~0xf) >>> 0 === SKIPPED) await skip(file);
      else throw file.broken(from, 'no frame begins there');
    }
  } finally {
    await iterator.return?.();
  }
}

interface ZstdFile {
  reader: ByteReader;
  /** So many bytes, or a DataError. */
  take: (length: number) => Promise<Buffer>;
  broken: (from: number, reason: string, cause?: unknown) => Failure;
}

async function* frame(
  { reader, take, broken }: ZstdFile,
  from: number,
  magic: Buffer,
): AsyncGenerator<Buffer, void, undefined> {
  let ready: Buffer[] = [];
  // The library keeps what it gives out as its window and writes there again.
  const decoder = new Decompress(
    (chunk) => void (chunk.length > 0 && ready.push(Buffer.from(chunk))),
  );
  const push = (bytes: Uint8Array, isLast: boolean): Buffer[] => {
    ready = [];
    try {
      decoder.push(bytes, isLast);
    } catch (error) {
      throw broken(from, (error as Error).message, error);
    }
    return ready;
  };
  const descriptor = Buffer.from(await take(1));
  const flags = descriptor[0]!;
  const isSingle = (flags & 0x20) !== 0;
  const sizeBytes = [isSingle ? 1 : 0, 2, 4, 8][flags >> 6]!;
  const fields = Buffer.from(await take((isSingle ? 0 : 1) + [0, 1, 2, 4][flags & 3]! + sizeBytes));
  const promised = contentSize(fields.subarray(fields.length - sizeBytes));
  const hash = (flags & 4) === 0 ? undefined : xxh64();
  let length = 0;
  let waiting = Buffer.concat([magic, descriptor, fields]);
  for (let isLast = false; !isLast;) {
    const head = Buffer.from(await take(3));
    const block = head.readUIntLE(0, 3);
    isLast = (block & 1) === 1;
    const body = await take(((block >> 1) & 3) === BLOCK.rle ? 1 : block >> 3);
    waiting = Buffer.concat([waiting, head, body]);
    const checksum = isLast && hash ? Buffer.from(await take(4)) : undefined;
    for (const chunk of push(checksum ? Buffer.concat([waiting, checksum]) : waiting, isLast)) {
      hash?.update(chunk);
      length += chunk.length;
      yield chunk;
    }
    waiting = Buffer.alloc(0);
    if (checksum && Number(BigInt.asUintN(32, hash!.digest())) !== checksum.readUInt32LE())
      throw broken(from, `its content does not have its checksum, up to byte ${reader.position()}`);
  }
  if (promised !== undefined && promised !== length)
    throw broken(from, `it has ${length} bytes of content and says ${promised}`);
}

/** Of a frame's header; undefined where it does not say. */
function contentSize(field: Buffer): number | undefined {
  if (field.length === 0) return undefined;
  return field.length === 8
    ? Number(field.readBigUInt64LE())
    : field.readUIntLE(0, field.length) + (field.length === 2 ? 256 : 0);
}

async function skip({ take }: ZstdFile): Promise<void> {
  for (let left = (await take(4)).readUInt32LE(); left > 0; left -= Math.min(left, STEP_BYTES))
    await take(Math.min(left, STEP_BYTES));
}

/** Whether these fewer than four bytes may begin a frame. */
function isStart(head: Buffer): boolean {
  const starts = [
    Buffer.from([0x28, 0xb5, 0x2f, 0xfd]),
    ...Array.from({ length: 16 }, (_, k) => Buffer.from([0x50 + k, 0x2a, 0x4d, 0x18])),
  ];
  return starts.some((start) => start.subarray(0, head.length).equals(head));
}
