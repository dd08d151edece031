import { crc32c } from '../format/checksum.ts';
import {
  DELTA_AT,
  DELTA_FORMAT_VERSION,
  DELTA_HEADER_BYTES,
  DELTA_MAGIC,
  MAXIMUM_DELTA_BYTES,
} from '../format/delta-header.ts';
import { u16, u32 } from '../format/little-endian.ts';
import { KEY_KINDS } from '../format/page-header.ts';
import { checkFileHeader } from './check-file-header.ts';
import type { DeltaFacts } from './check-manifest.ts';
import { IndexFormatError } from './index-errors.ts';
import { decodeKey } from './pages/item-key.ts';
import { hex, type PageHeader } from './pages/page-header.ts';
import { type RangeReader, readExactly } from './ranges/range-reader.ts';
import type { ReadMeter } from './ranges/read-meter.ts';
import { readVarint, type VarintCursor } from './pages/varint.ts';

export const DELTA_PART = 'delta.items';

/**
 * What changed since the base of a version was made: items that are gone, and items with codes of
 * their own.
 */
export interface Delta {
  keysKind: PageHeader['keys'];
  /** Items of the base. */
  base: number;
  /** Base item numbers that are gone, ascending, with their keys. */
  removed: Uint32Array;
  removedKeys: readonly string[];
  /**
   * Keys of the items that came, in the order of keys; one that the base has too is among the
   * removed.
   */
  addedKeys: readonly string[];
  /** For each added item how many base keys lie before its own. */
  places: Uint32Array;
  /** (A, L, w). */
  codes: Uint8Array;
  /** For each added item, where the index has payloads. */
  payloads: readonly string[] | undefined;
}

interface ExpectedDelta {
  facts: DeltaFacts;
  tables: number;
  codeBytes: number;
  payloads: boolean;
  items: number;
  bytes: number;
  /** Of the base's pages, and of the append itself. */
  identity: string;
  own: string;
}

/** Reads the delta of a version, one read, and proves it. Throws IndexFormatError. */
export async function readDelta(
  reader: RangeReader,
  expected: ExpectedDelta,
  meter?: ReadMeter,
): Promise<Delta> {
  if (expected.bytes > MAXIMUM_DELTA_BYTES)
    throw new IndexFormatError(
      DELTA_PART,
      undefined,
      `at most ${MAXIMUM_DELTA_BYTES} bytes`,
      String(expected.bytes),
    );
  const bytes = await readExactly(reader, DELTA_PART, 0, expected.bytes, meter);
  if (reader.size !== undefined && reader.size !== expected.bytes)
    throw new IndexFormatError(
      DELTA_PART,
      undefined,
      `${expected.bytes} bytes as index.json says`,
      `a file of ${reader.size}`,
    );
  return parseDelta(bytes, expected);
}

/** Parses and proves the bytes of a delta. Throws IndexFormatError. */
export function parseDelta(bytes: Uint8Array, expected: ExpectedDelta): Delta {
  const keysKind = checkHeader(bytes, expected);
  const { facts, tables, codeBytes, payloads } = expected;
  const { base, added, removed } = facts;
  const cursor: VarintCursor = { bytes, at: DELTA_HEADER_BYTES, part: DELTA_PART, offset: 0 };
  const left = bytes.length - DELTA_HEADER_BYTES;
  const keyBytes = keysKind === 'int64' ? 8 : 1;
  // Before anything is allocated.
  const least =
    (removed + added) * (1 + keyBytes) + added * (tables * codeBytes + (payloads ? 1 : 0));
  if (least > left)
    throw new IndexFormatError(
      DELTA_PART,
      DELTA_AT.removed,
      `${removed} removed and ${added} added items in ${left} bytes`,
      `at least ${least} bytes of them`,
    );
  const numbers = readRising(cursor, removed, base - 1, 1);
  const removedKeys = readKeys(cursor, keysKind, removed);
  const places = readRising(cursor, added, base, 0);
  const addedKeys = readKeys(cursor, keysKind, added);
  const codeEnd = cursor.at + added * tables * codeBytes;
  if (codeEnd > bytes.length)
    throw new IndexFormatError(
      DELTA_PART,
      cursor.at,
      `${added} x ${tables} codes`,
      `${bytes.length - cursor.at} bytes`,
    );
  const codes = bytes.subarray(cursor.at, codeEnd);
  cursor.at = codeEnd;
  const texts = payloads ? readTexts(cursor, added) : undefined;
  if (cursor.at !== bytes.length)
    throw new IndexFormatError(
      DELTA_PART,
      cursor.at,
      'the end of the delta',
      `${bytes.length - cursor.at} bytes more`,
    );
  return {
    keysKind,
    base,
    removed: numbers,
    removedKeys,
    addedKeys,
    places,
    codes,
    payloads: texts,
  };
}

function checkHeader(
  bytes: Uint8Array,
  { facts, tables, codeBytes, payloads, items, identity, own }: ExpectedDelta,
): PageHeader['keys'] {
  const refuse = (offset: number, expected: string, actual: unknown): never => {
    throw new IndexFormatError(DELTA_PART, offset, expected, String(actual));
  };
  if (bytes.length < DELTA_HEADER_BYTES)
    refuse(0, `a header of ${DELTA_HEADER_BYTES} bytes`, `${bytes.length} bytes`);
  const header = { magic: DELTA_MAGIC, version: DELTA_FORMAT_VERSION, at: DELTA_AT };
  checkFileHeader(bytes, header, refuse);
  const body = crc32c(bytes, DELTA_HEADER_BYTES, bytes.length);
  if (u32(bytes, DELTA_AT.bodyCrc) !== body)
    refuse(DELTA_AT.bodyCrc, `body checksum ${body}`, u32(bytes, DELTA_AT.bodyCrc));
  const keysKind =
    KEY_KINDS[bytes[DELTA_AT.keys]! - 1] ??
    refuse(DELTA_AT.keys, 'keys 1 (UTF-8) or 2 (int64)', bytes[DELTA_AT.keys]);
  const stated = [
    ['tables', tables, bytes[DELTA_AT.tables]!, `${tables} tables`],
    ['codeBytes', codeBytes, bytes[DELTA_AT.codeBytes]!, `${codeBytes} bytes a code`],
    ['payloads', Number(payloads), bytes[DELTA_AT.payloads]!, `payloads ${Number(payloads)}`],
    ['base', facts.base, u32(bytes, DELTA_AT.base), `base ${facts.base}`],
    ['added', facts.added, u32(bytes, DELTA_AT.added), `added ${facts.added}`],
    ['removed', facts.removed, u32(bytes, DELTA_AT.removed), `removed ${facts.removed}`],
  ] as const;
  for (const [field, wanted, actual, what] of stated)
    if (actual !== wanted) refuse(DELTA_AT[field], `${what} as index.json says`, actual);
  if (facts.base - facts.removed + facts.added !== items)
    refuse(
      DELTA_AT.base,
      `${items} items as index.json says`,
      facts.base - facts.removed + facts.added,
    );
  if (u32(bytes, DELTA_AT.fileBytes) !== bytes.length)
    refuse(DELTA_AT.fileBytes, `${bytes.length} bytes in the file`, u32(bytes, DELTA_AT.fileBytes));
  const ofBase = hex(bytes.subarray(DELTA_AT.baseIdentity, DELTA_AT.identity));
  if (ofBase !== identity)
    refuse(DELTA_AT.baseIdentity, `identity ${identity} of the base as index.json says`, ofBase);
  const ofAppend = hex(bytes.subarray(DELTA_AT.identity, DELTA_AT.reservedTail));
  if (ofAppend !== own) refuse(DELTA_AT.identity, `identity ${own} as index.json says`, ofAppend);
  const reserved =
    u16(bytes, DELTA_AT.reserved) |
    bytes.subarray(DELTA_AT.reservedTail, DELTA_AT.bodyCrc).reduce((any, byte) => any | byte, 0);
  if (reserved !== 0) refuse(DELTA_AT.reservedTail, 'zeros in the reserved bytes', 'others');
  return keysKind;
}

/** `count` numbers up to `most`, each at least `step` above the one before. */
function readRising(cursor: VarintCursor, count: number, most: number, step: number): Uint32Array {
  const numbers = new Uint32Array(count);
  for (let i = 0, number = 0; i < count; i++) {
    const more = readVarint(cursor);
    number += more;
    if (number > most || (i > 0 && more < step))
      throw new IndexFormatError(
        DELTA_PART,
        cursor.at,
        `numbers that rise and stay at most ${most}`,
        String(number),
      );
    numbers[i] = number;
  }
  return numbers;
}

/** Keys in strictly ascending order of their stored form. */
function readKeys(cursor: VarintCursor, kind: PageHeader['keys'], count: number): string[] {
  const keys: string[] = [];
  let previous: Uint8Array | undefined;
  for (let i = 0; i < count; i++) {
    const length = kind === 'int64' ? 8 : readVarint(cursor);
    if (length > cursor.bytes.length - cursor.at)
      throw new IndexFormatError(
        DELTA_PART,
        cursor.at,
        `a key within ${cursor.bytes.length - cursor.at} bytes`,
        String(length),
      );
    const bytes = cursor.bytes.subarray(cursor.at, cursor.at + length);
    const key = decodeKey(kind, bytes);
    if (key === undefined)
      throw new IndexFormatError(DELTA_PART, cursor.at, 'a key in UTF-8', 'other bytes');
    if (previous && compareKeys(kind, previous, bytes) >= 0)
      throw new IndexFormatError(DELTA_PART, cursor.at, `a key after ${keys[i - 1]}`, key);
    previous = bytes;
    keys.push(key);
    cursor.at += length;
  }
  return keys;
}

function readTexts(cursor: VarintCursor, count: number): string[] {
  const texts: string[] = [];
  for (let i = 0; i < count; i++) {
    const length = readVarint(cursor);
    const text =
      length > cursor.bytes.length - cursor.at
        ? undefined
        : decodeKey('utf8', cursor.bytes.subarray(cursor.at, cursor.at + length));
    if (text === undefined)
      throw new IndexFormatError(
        DELTA_PART,
        cursor.at,
        'a payload in UTF-8',
        `${length} other bytes`,
      );
    texts.push(text);
    cursor.at += length;
  }
  return texts;
}

/**
 * Negative, zero or positive as stored key a comes before, equals or follows b: bytes unsigned, or
 * numbers signed.
 */
export function compareKeys(kind: PageHeader['keys'], a: Uint8Array, b: Uint8Array): number {
  if (kind === 'int64') {
    for (let k = 7; k >= 0; k--) {
      // The sign is in the top bit of the last byte.
      const difference = k === 7 ? (a[7]! ^ 128) - (b[7]! ^ 128) : a[k]! - b[k]!;
      if (difference !== 0) return difference;
    }
    return 0;
  }
  for (let k = 0; k < a.length && k < b.length; k++) if (a[k] !== b[k]) return a[k]! - b[k]!;
  return a.length - b.length;
}
