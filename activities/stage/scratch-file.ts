import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** A local file of pieces as they come. */
export async function writeFileOf(
  file: string,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  await pipeline(
    Readable.from(chunks, { objectMode: true, highWaterMark: 2 }),
    createWriteStream(file),
  );
}
