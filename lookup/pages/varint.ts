import { IndexFormatError } from '../index-errors.ts';

/** A place in bytes that are read forwards. */
export interface VarintCursor {
  bytes: Uint8Array;
  at: number;
  part: string;
  /** Of `bytes` in the part. */
  offset: number;
}

/** A LEB128 number below 2^53. Throws IndexFormatError. */
export function readVarint(cursor: VarintCursor): number {
  let value = 0;
  for (let scale = 1; ; scale *= 128) {
    const byte = cursor.bytes[cursor.at];
    if (byte === undefined) throw wrongAt(cursor, 'a number', 'the end');
    cursor.at++;
    value += (byte & 127) * scale;
    if (!Number.isSafeInteger(value)) throw wrongAt(cursor, 'a number below 2^53', 'a larger one');
    if (byte < 128) return value;
  }
}

export function wrongAt(
  cursor: VarintCursor,
  expected: string,
  actual: string | number,
): IndexFormatError {
  return new IndexFormatError(cursor.part, cursor.offset + cursor.at, expected, String(actual));
}
