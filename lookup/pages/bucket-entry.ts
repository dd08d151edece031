import { u32 } from '../../format/little-endian.ts';
import { type PageEntry, type PageFile } from './page-file.ts';
import type { ReadMeter } from '../ranges/read-meter.ts';
import { decodeKey } from './item-key.ts';
import { readVarint, type VarintCursor as Cursor, wrongAt as wrong } from './varint.ts';

/** The items of a bucket, by ascending item number. */
export interface Bucket {
  /**
   * What items are ordered by: their numbers, or where keys are int64 the ids, which ascend as the
   * numbers do.
   */
  order: readonly (number | bigint)[];
  keys: string[];
  /** Where the index has payloads. */
  payloads?: readonly string[];
  /**
   * How many items the bucket has, where that is more than the reader gives; then there are no
   * keys.
   */
  tooLarge?: number;
}

/** A bucket of more items than a reader gives. */
export const tooLarge = (items: number): Bucket => ({ order: [], keys: [], tooLarge: items });

/**
 * The items of the bucket whose entry this is; a large bucket costs one more read, one of more than
 * `most` items none. Throws IndexFormatError.
 */
export async function readBucket(
  file: PageFile,
  entry: PageEntry,
  most = Infinity,
  meter?: ReadMeter,
): Promise<Bucket> {
  const { header, name } = file;
  const cursor: Cursor = {
    bytes: entry.bytes,
    at: header.codeBytes,
    part: name,
    offset: entry.offset,
  };
  const head = readVarint(cursor);
  const count = Math.floor(head / 2);
  if (count < 1 || count > header.items) throw wrong(cursor, `1 to ${header.items} items`, count);
  if (count > most) return tooLarge(count);
  if (head % 2 === 0) return readList(file, cursor, count);
  const offset = readVarint(cursor);
  const length = readVarint(cursor);
  if (entry.bytes.length !== cursor.at + 4)
    throw wrong(
      cursor,
      'a checksum of 4 bytes at the end',
      `${entry.bytes.length - cursor.at} bytes`,
    );
  const crc = u32(entry.bytes, cursor.at);
  const bytes = await file.readOverflow({ offset, length, crc, at: entry.offset }, meter);
  return readList(
    file,
    { bytes, at: 0, part: name, offset: (1 + header.pages) * header.pageBytes + offset },
    count,
  );
}

function readList({ header }: PageFile, cursor: Cursor, count: number): Bucket {
  const { keys, items, payloads } = header;
  const left = cursor.bytes.length - cursor.at;
  // Before anything is allocated: an id takes 8 bytes, a word a byte for its number and at least
  // one for its key, a payload at least one.
  const least = count * ((keys === 'int64' ? 8 : 2) + (payloads ? 1 : 0));
  if (least > left) throw wrong(cursor, `a list of ${count} items`, `${left} bytes`);
  const bucket = keys === 'int64' ? readIds(cursor, count) : readWords(cursor, count, items);
  const texts = payloads ? readTexts(cursor, count, 'a payload') : undefined;
  if (cursor.at !== cursor.bytes.length)
    throw wrong(cursor, 'the end of the list', `${cursor.bytes.length - cursor.at} bytes more`);
  return { ...bucket, ...(texts && { payloads: texts }) };
}

function readIds(cursor: Cursor, count: number): Bucket {
  const { bytes, at, part, offset } = cursor;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, 8 * count);
  const order: bigint[] = [];
  for (let i = 0; i < count; i++) {
    const id = view.getBigInt64(8 * i, true);
    if (i > 0 && id <= order[i - 1]!)
      throw wrong(
        { bytes, at: at + 8 * i, part, offset },
        `an id above ${order[i - 1]}`,
        String(id),
      );
    order.push(id);
  }
  cursor.at += 8 * count;
  return { order, keys: order.map(String) };
}

function readWords(cursor: Cursor, count: number, items: number): Bucket {
  const order: number[] = [];
  for (let i = 0, number = 0; i < count; i++) {
    const step = readVarint(cursor);
    number += step;
    if (number >= items || (i > 0 && step === 0))
      throw wrong(cursor, `item numbers that rise and stay below ${items}`, number);
    order.push(number);
  }
  return { order, keys: readTexts(cursor, count, 'a key') };
}

function readTexts(cursor: Cursor, count: number, what: string): string[] {
  const texts: string[] = [];
  for (let i = 0; i < count; i++) {
    const length = readVarint(cursor);
    if (length > cursor.bytes.length - cursor.at)
      throw wrong(cursor, `${what} within ${cursor.bytes.length - cursor.at} bytes`, length);
    const text = decodeKey('utf8', cursor.bytes.subarray(cursor.at, cursor.at + length));
    if (text === undefined) throw wrong(cursor, `${what} in UTF-8`, 'other bytes');
    texts.push(text);
    cursor.at += length;
  }
  return texts;
}
