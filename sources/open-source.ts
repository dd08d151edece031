import { Failure } from '../schemas/failures.ts';
import type { ExpectedFile } from './compression/decompress.ts';
import type { Store } from '../store/store.ts';
import { parseSourceUri, placeOf } from './source-uri.ts';

/** A file, or the lines of it that begin in bytes [start, end). */
export interface FileRange {
  uri: string;
  /** Bytes of the whole file. */
  size: number;
  etag: string;
  start: number;
  end: number;
}

export interface OpenedSource {
  /** All bytes of the file, or of the range's lines. */
  stream(): AsyncGenerator<Uint8Array, void, undefined>;
  /** Bytes [from, to) of the file. */
  range: (from: number, to: number) => Promise<Uint8Array>;
  /**
   * A DataError where the file is not the one that was listed. Call it when all is read: then what
   * was read is the listed file.
   */
  checkUnchanged(): Promise<void>;
}

/** Read at once: a stream costs more than a small file. */
const SMALL_BYTES = 8 * 1024 * 1024;
const STEP_BYTES = 4 * 1024 * 1024;
const NEWLINE = 0x0a;

/** A listed file; a DataError where it is no longer there. */
export function openSource(file: FileRange, openStore: (uri: string) => Store): OpenedSource {
  const { store: place, name } = placeOf(parseSourceUri(file.uri));
  const store = openStore(place);
  const gone = () =>
    new Failure(
      'DataError',
      `${file.uri} is gone: it was there when the corpus was listed; run again to list it anew`,
    );

  /** A small file that was begun as a stream and turns out to be read by ranges is there. */
  let small: Uint8Array | undefined;

  async function range(from: number, to: number): Promise<Uint8Array> {
    if (small) return small.subarray(from, to);
    const bytes = await store.getRange(name, from, to);
    if (bytes === undefined) throw gone();
    return bytes;
  }

  async function* whole(): AsyncGenerator<Uint8Array, void, undefined> {
    if (file.size <= SMALL_BYTES) {
      const bytes = await store.get(name);
      if (bytes === undefined) throw gone();
      small = bytes;
      yield bytes;
      return;
    }
    const stream = await store.stream(name);
    if (stream === undefined) throw gone();
    yield* stream as AsyncIterable<Uint8Array>;
  }

  return {
    stream: () =>
      file.start === 0 && file.end === file.size ? whole() : linesOfRange(file, range),
    range,
    async checkUnchanged() {
      const head = await store.head(name);
      if (head === undefined) throw gone();
      if (head.etag === file.etag) return;
      throw new Failure(
        'DataError',
        `${file.uri} changed while it was read: ${file.size} bytes when it was listed, ` +
          `${head.size} now, written at ${new Date(head.modifiedMs).toISOString()}; run again ` +
          'when nothing writes to it',
      );
    },
  };
}

/**
 * What of a file a stream of it gives; a range has neither a known length nor the file's own lines,
 * so messages name where it begins.
 */
export function expectedFile(file: FileRange): ExpectedFile {
  if (file.start === 0 && file.end === file.size) return { uri: file.uri, size: file.size };
  const { uri, start } = file;
  return { uri: `${uri} (counted from byte ${start})`, size: Number.POSITIVE_INFINITY, start };
}

/**
 * A line belongs to the range that its first byte lies in: neighbouring ranges share no line and
 * leave none out.
 */
async function* linesOfRange(
  { start, end, size }: FileRange,
  range: OpenedSource['range'],
): AsyncGenerator<Uint8Array, void, undefined> {
  let within = start === 0;
  for (let from = start === 0 ? 0 : start - 1; from < size; from += STEP_BYTES) {
    let bytes = await range(from, Math.min(from + STEP_BYTES, size));
    let at = from;
    if (!within) {
      const before = bytes.indexOf(NEWLINE);
      if (before === -1 || from + before + 1 >= end) {
        if (before !== -1 || from + bytes.length >= end) return;
        continue;
      }
      within = true;
      at += before + 1;
      bytes = bytes.subarray(before + 1);
    }
    if (at + bytes.length >= end) {
      const last = bytes.indexOf(NEWLINE, Math.max(0, end - 1 - at));
      if (last !== -1) {
        yield bytes.subarray(0, last + 1);
        return;
      }
    }
    yield bytes;
  }
}
