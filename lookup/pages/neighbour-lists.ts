import { u32 } from '../../format/little-endian.ts';
import { RELATIONS, scoreOfByte } from '../../format/neighbour-lists.ts';
import type { ReadMeter } from '../ranges/read-meter.ts';
import { decodeKey, encodeKey } from './item-key.ts';
import { neighbourPlaces } from './page.ts';
import type { PageEntry, PageFile } from './page-file.ts';
import type { PageHeader } from './page-header.ts';
import { readVarint, type VarintCursor, wrongAt } from './varint.ts';

/** A ranked list of an item, the best first: by score, of equal ones the smaller number first. */
export interface NeighbourList {
  relation: (typeof RELATIONS)[number];
  /** Item numbers of the pages. */
  numbers: Uint32Array;
  scores: Float32Array;
  /** What scores are made of, by `scoreOfByte`. */
  scale: number;
  bytes: Uint8Array;
  /** 1 where the two are linked in the corpus itself, else 0. */
  known: Uint8Array;
  /** Empty where keys were not asked for. */
  keys: string[];
}

/** Where the lists of an entry lie: in its page, or in the overflow. */
export interface ListsPlace {
  lists: number;
  inline?: VarintCursor;
  elsewhere?: { offset: number; length: number; crc: number; at: number };
}

/** The lists of the item whose entry this is; large ones cost one more read. */
async function readNeighbourLists(
  file: PageFile,
  entry: PageEntry,
  meter?: ReadMeter,
): Promise<NeighbourList[]> {
  const { header, name } = file;
  const place = listsPlace(name, header, entry.bytes, 0, entry.bytes.length, entry.offset);
  if (place.inline) return parseLists(place.inline, header, place.lists, true);
  const { offset, length, crc, at } = place.elsewhere!;
  const bytes = await file.readOverflow({ offset, length, crc, at }, meter);
  const start = (1 + header.pages) * header.pageBytes + offset;
  return parseLists({ bytes, at: 0, part: name, offset: start }, header, place.lists, true);
}

/**
 * Of a proven page, the entry [start, end) of `bytes`, which begin at `offset` of the part. Throws
 * IndexFormatError.
 */
export function listsPlace(
  part: string,
  header: PageHeader,
  bytes: Uint8Array,
  start: number,
  end: number,
  offset: number,
): ListsPlace {
  const { keyEnd, tail } = neighbourPlaces(header, bytes, start, end);
  const cursor: VarintCursor = { bytes: bytes.subarray(0, tail), at: keyEnd, part, offset };
  const head = readVarint(cursor);
  const lists = Math.floor(head / 2);
  if (lists > RELATIONS.length) throw wrongAt(cursor, `at most ${RELATIONS.length} lists`, lists);
  if (head % 2 === 0) return { lists, inline: cursor };
  const from = readVarint(cursor);
  const length = readVarint(cursor);
  if (tail - cursor.at !== 4)
    throw wrongAt(cursor, 'a checksum of 4 bytes at the end', `${tail - cursor.at} bytes`);
  const crc = u32(bytes, cursor.at);
  return { lists, elsewhere: { offset: from, length, crc, at: offset + start } };
}

/** Lists up to the end of the cursor's bytes, which they must fill. Throws IndexFormatError. */
export function parseLists(
  cursor: VarintCursor,
  header: Pick<PageHeader, 'items' | 'keys'>,
  count: number,
  withKeys: boolean,
): NeighbourList[] {
  const lists: NeighbourList[] = [];
  for (let before = 0; lists.length < count;) {
    const relation = takeByte(cursor, 'a relation');
    if (relation <= before || relation > RELATIONS.length)
      throw wrongAt(cursor, `a relation from ${before + 1} to ${RELATIONS.length}`, relation);
    before = relation;
    lists.push({
      relation: RELATIONS[relation - 1]!,
      ...parseList(cursor, header, relation, withKeys),
    });
  }
  if (cursor.at !== cursor.bytes.length)
    throw wrongAt(cursor, 'the end of the lists', `${cursor.bytes.length - cursor.at} bytes more`);
  return lists;
}

function parseList(
  cursor: VarintCursor,
  { items, keys: kind }: Pick<PageHeader, 'items' | 'keys'>,
  relation: number,
  withKeys: boolean,
): Omit<NeighbourList, 'relation'> {
  const scale = takeScale(cursor);
  const count = readVarint(cursor);
  const left = cursor.bytes.length - cursor.at;
  // Before anything is allocated: a number and a score take a byte each, a key two or an id eight.
  const least = count * (2 + (kind === 'int64' ? 8 : 2)) + Math.ceil(count / 8);
  if (count < 1 || count > items || least > left)
    throw wrongAt(cursor, `a list of 1 to ${items} items within ${left} bytes`, count);
  const numbers = takeNumbers(cursor, count, items);
  const bytes = takeScores(cursor, count);
  const known = takeKnown(cursor, count);
  const keys = kind === 'int64' ? takeIds(cursor, count) : takeWords(cursor, count, withKeys);
  const order = rankOrder(bytes);
  return {
    numbers: Uint32Array.from(order, (k) => numbers[k]!),
    scores: Float32Array.from(order, (k) => scoreOfByte(relation, scale, bytes[k]!)),
    scale,
    bytes: Uint8Array.from(order, (k) => bytes[k]!),
    known: Uint8Array.from(order, (k) => known[k]!),
    keys: withKeys ? Array.from(order, (k) => keys[k]!) : [],
  };
}

/**
 * Places by score byte, the largest first, of equal ones the first. A rank is told by the byte
 * alone: a division may make equal what bytes tell apart. Sorted as numbers, without a comparison
 * of ours, which takes several times as long.
 */
function rankOrder(bytes: Uint8Array): Uint32Array {
  const packed = Float64Array.from(bytes, (byte, k) => (255 - byte) * 0x1_0000_0000 + k).sort();
  return Uint32Array.from(packed, (value) => value % 0x1_0000_0000);
}

function takeByte(cursor: VarintCursor, what: string): number {
  const byte = cursor.bytes[cursor.at];
  if (byte === undefined) throw wrongAt(cursor, what, 'the end');
  cursor.at++;
  return byte;
}

function takeScale(cursor: VarintCursor): number {
  const { bytes, at } = cursor;
  if (bytes.length - at < 4) throw wrongAt(cursor, 'a scale of 4 bytes', 'the end');
  const scale = new DataView(bytes.buffer, bytes.byteOffset).getFloat32(at, true);
  if (!(scale > 0 && scale < Infinity)) throw wrongAt(cursor, 'a scale above 0', scale);
  cursor.at += 4;
  return scale;
}

function takeNumbers(cursor: VarintCursor, count: number, items: number): Uint32Array {
  const numbers = new Uint32Array(count);
  for (let k = 0, number = 0; k < count; k++) {
    const step = readVarint(cursor);
    number += step;
    if (number >= items || (k > 0 && step === 0))
      throw wrongAt(cursor, `item numbers that rise and stay below ${items}`, number);
    numbers[k] = number;
  }
  return numbers;
}

function takeScores(cursor: VarintCursor, count: number): Uint8Array {
  const scores = new Uint8Array(count);
  for (let k = 0; k < count; k++) {
    const score = takeByte(cursor, 'a score');
    if (score === 0) throw wrongAt(cursor, 'a score from 1 to 255', score);
    scores[k] = score;
  }
  return scores;
}

function takeKnown(cursor: VarintCursor, count: number): Uint8Array {
  const known = new Uint8Array(count);
  for (let k = 0; k < count; k += 8) {
    const bits = takeByte(cursor, 'bits of known links');
    if (count - k < 8 && bits >>> (count - k) !== 0)
      throw wrongAt(cursor, `zeros behind ${count} bits`, bits);
    for (let b = 0; b < 8 && k + b < count; b++) known[k + b] = (bits >>> b) & 1;
  }
  return known;
}

function takeIds(cursor: VarintCursor, count: number): string[] {
  const { bytes, at } = cursor;
  if (bytes.length - at < 8 * count)
    throw wrongAt(cursor, `${count} ids of 8 bytes`, `${bytes.length - at} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, 8 * count);
  const ids: string[] = [];
  for (let k = 0, before = 0n; k < count; k++, cursor.at += 8) {
    const id = view.getBigInt64(8 * k, true);
    if (k > 0 && id <= before) throw wrongAt(cursor, `an id above ${before}`, String(id));
    before = id;
    ids.push(String(id));
  }
  return ids;
}

/** Without `texts` keys are walked over and their lengths checked alone. */
function takeWords(cursor: VarintCursor, count: number, texts: boolean): string[] {
  const words: string[] = [];
  let key: Uint8Array = new Uint8Array(0);
  for (let k = 0, length = 0; k < count; k++) {
    const shared = readVarint(cursor);
    if (shared > length) throw wrongAt(cursor, `at most ${length} bytes shared`, shared);
    const rest = readVarint(cursor);
    if (rest > cursor.bytes.length - cursor.at)
      throw wrongAt(cursor, `a key within ${cursor.bytes.length - cursor.at} bytes`, rest);
    length = shared + rest;
    if (texts) {
      const own = new Uint8Array(length);
      own.set(key.subarray(0, shared));
      own.set(cursor.bytes.subarray(cursor.at, cursor.at + rest), shared);
      const word = decodeKey('utf8', own);
      if (word === undefined) throw wrongAt(cursor, 'a key in UTF-8', 'other bytes');
      words.push(word);
      key = own;
    }
    cursor.at += rest;
  }
  return words;
}

/** The entry of a key, or undefined where the pages have none. */
export async function findNeighbours(
  file: PageFile,
  query: string,
  meter?: ReadMeter,
): Promise<NeighbourList[] | undefined> {
  const key = encodeKey(file.header.keys, query);
  const entry = key && (await file.find(key, meter));
  return entry && (await readNeighbourLists(file, entry, meter));
}
