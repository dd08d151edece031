import { Failure } from '../../schemas/failures.ts';
import { withZstd, type ZstdDecoder, ZstdError } from './zstd-decoder.ts';

/**
 * Any number of frames, in memory of their window. A DataError where the stream is cut off or
 * broken, or where a frame does not decode to the checksum or the size that it gives; what came
 * before in that frame has been given out by then.
 */
export function unzstd(
  file: { uri: string; size: number },
  chunks: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer, void, undefined> {
  return withZstd((decoder) => decodeAll(file, chunks, decoder));
}

async function* decodeAll(
  { uri, size }: { uri: string; size: number },
  chunks: AsyncIterable<Buffer>,
  decoder: ZstdDecoder,
): AsyncGenerator<Buffer, void, undefined> {
  let last = Buffer.alloc(0);
  const broken = (reason: string, cause?: unknown): Failure =>
    new Failure(
      'DataError',
      `${uri}: broken zstd in the frame at byte ${decoder.frameAt()} (${reason}); \`zstd -t\` ` +
        'tells more',
      { cause },
    );
  for await (const chunk of chunks) {
    const ready: Buffer[] = [];
    let failure: unknown;
    try {
      decoder.push(chunk, (piece) => ready.push(piece));
    } catch (error) {
      failure = error;
    }
    yield* ready;
    if (failure instanceof ZstdError) throw broken(failure.message, failure);
    if (failure !== undefined) throw failure;
    last = Buffer.concat([last, chunk.subarray(-MAGIC_BYTES)]).subarray(-MAGIC_BYTES);
  }
  const begun = decoder.taken() - decoder.frameAt();
  if (begun === 0) return;
  if (begun < MAGIC_BYTES && !isStart(last.subarray(-begun))) throw broken('no frame begins there');
  throw new Failure(
    'DataError',
    `${uri}: the zstd stream is cut off: the file ends at byte ${size}, within a frame`,
  );
}

const MAGIC_BYTES = 4;
/** Of a frame, and of those to be skipped. */
const STARTS = [
  Buffer.from([0x28, 0xb5, 0x2f, 0xfd]),
  ...Array.from({ length: 16 }, (_, k) => Buffer.from([0x50 + k, 0x2a, 0x4d, 0x18])),
];

/** Whether these fewer than four bytes may begin a frame. */
function isStart(head: Buffer): boolean {
  return STARTS.some((start) => start.subarray(0, head.length).equals(head));
}
