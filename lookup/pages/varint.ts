import { type ByteCursor, readVarint as decodeVarint } from '../../format/varint.ts';
import { IndexFormatError } from '../index-errors.ts';

/** A place in bytes that are read forwards, and where they lie. */
export interface VarintCursor extends ByteCursor {
  part: string;
  /** Of `bytes` in the part. */
  offset: number;
}

/** A number below 2^53. Throws IndexFormatError. */
export function readVarint(cursor: VarintCursor): number {
  const value = decodeVarint(cursor);
  if (value === undefined) throw wrongAt(cursor, 'a number', 'the end');
  if (!Number.isSafeInteger(value)) throw wrongAt(cursor, 'a number below 2^53', 'a larger one');
  return value;
}

/** What is thrown where the cursor stands. */
export function wrongAt(
  cursor: VarintCursor,
  expected: string,
  actual: string | number,
): IndexFormatError {
  return new IndexFormatError(cursor.part, cursor.offset + cursor.at, expected, String(actual));
}
