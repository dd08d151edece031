import { Decompress, ZstdErrorCode } from 'fzstd';
import { Failure } from '../schemas/failures.ts';

const CUT_OFF: number = ZstdErrorCode.UnexpectedEOF;
/** Taken at once, so that what comes out of one step stays small. */
const STEP_BYTES = 16 * 1024;

/** Any number of frames, in memory of their window. What a checksum would find alone is not found: the library passes over checksums. */
export async function* unzstd({ uri, size }: { uri: string; size: number }, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  let ready: Buffer[] = [];
  let position = 0;
  // The library keeps what it gives out as its window and writes there again.
  const decoder = new Decompress((chunk) => void ready.push(Buffer.from(chunk)));
  const push = (bytes: Uint8Array, isLast: boolean): Buffer[] => {
    ready = [];
    try {
      decoder.push(bytes, isLast);
    } catch (error) {
      throw zstdFailure(error, uri, size, position);
    }
    position += bytes.length;
    return ready;
  };
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += STEP_BYTES) yield* push(chunk.subarray(at, at + STEP_BYTES), false);
  }
  yield* push(new Uint8Array(0), true);
}

function zstdFailure(error: unknown, uri: string, size: number, position: number): unknown {
  const { code, message } = error as { code?: unknown; message: string };
  if (code === CUT_OFF) return new Failure('DataError', `${uri}: the zstd stream is cut off: the file ends at byte ${size}, within a frame`, { cause: error });
  return new Failure('DataError', `${uri}: broken zstd in the ${STEP_BYTES} bytes from byte ${position} (${message}); \`zstd -t\` tells more`, { cause: error });
}
