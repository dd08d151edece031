import { IndexFormatError } from '../index-errors.ts';
import type { ReadMeter } from './read-meter.ts';

/** Reads byte ranges of one immutable object. */
export interface RangeReader {
  /** Bytes of the object, where it is known without reading. */
  readonly size?: number | undefined;
  /** Changes when the object changes, where it is known. */
  readonly etag?: string | undefined;
  /** Bytes [start, end); shorter at the object's end. */
  read(start: number, end: number): Promise<Uint8Array>;
  /** Gives back what it holds; a later read opens it again. */
  close?(): Promise<void>;
}

/** Where an index lies: objects by their path relative to a folder. */
export interface IndexLocation {
  readonly uri: string;
  /** The whole of a small object; undefined where there is none. */
  readObject(path: string): Promise<Uint8Array | undefined>;
  /** The same with its ETag, or `unchanged` where it still has this one. */
  readIfChanged?(
    path: string,
    etag: string | undefined,
  ): Promise<{ bytes: Uint8Array; etag: string | undefined } | 'unchanged' | undefined>;
  openRange(path: string): RangeReader;
}

/** Tells whether anybody still waits for a read whose turn has come. */
export type IsWanted = () => boolean;

/** Bytes [start, end), all of them. Throws IndexFormatError when the object ends before. */
export async function readExactly(
  reader: { read(start: number, end: number, isWanted?: IsWanted): Promise<Uint8Array> },
  part: string,
  start: number,
  end: number,
  meter?: ReadMeter,
  isWanted?: IsWanted,
): Promise<Uint8Array> {
  const ended = meter?.begin();
  const bytes = await reader.read(start, end, isWanted);
  ended?.(bytes.length);
  if (bytes.length !== end - start)
    throw new IndexFormatError(
      part,
      start,
      `${end - start} bytes`,
      `${bytes.length}: the part is truncated`,
    );
  return bytes;
}
