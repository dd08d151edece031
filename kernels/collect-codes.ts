/** The codes of a range, gathered from items as they pass by, with what an index says of the items that have them. */

import { buildBuckets } from './build-buckets.ts';
import type { ByteStrings } from './pages-keys.ts';

/** n places in the order in which they came: by item, and of an item by table. */
export interface CollectedCodes {
  count: number;
  /** (n, w). */
  codes: Uint8Array;
  /** Item numbers. */
  numbers: Uint32Array;
  /** The table of each place, where one collection holds several. */
  tables: Uint8Array;
  keys: ByteStrings;
  payloads: ByteStrings | undefined;
}

export interface CodeCollector {
  /** Takes the code at `at` of `codes` for item `place` of a block that begins with item `first`. */
  add(codes: Uint8Array, at: number, table: number, first: number, place: number, keys: ByteStrings, payloads: ByteStrings | undefined): void;
  finish(): CollectedCodes;
}

const FIRST_ROWS = 4096;

export function collectCodes(codeBytes: number, hasPayloads: boolean): CodeCollector {
  let codes = new Uint8Array(FIRST_ROWS * codeBytes);
  let numbers = new Uint32Array(FIRST_ROWS);
  let tables = new Uint8Array(FIRST_ROWS);
  let count = 0;
  const keys = growingStrings();
  const payloads = hasPayloads ? growingStrings() : undefined;
  return {
    add(from, at, table, first, place, ownKeys, ownPayloads) {
      if (count === numbers.length) {
        codes = grown(codes, 2 * codes.length);
        tables = grown(tables, 2 * count);
        const more = new Uint32Array(2 * count);
        more.set(numbers);
        numbers = more;
      }
      for (let k = 0; k < codeBytes; k++) codes[count * codeBytes + k] = from[at + k];
      numbers[count] = first + place;
      tables[count++] = table;
      keys.add(ownKeys, place);
      if (payloads && ownPayloads) payloads.add(ownPayloads, place);
    },
    finish: () => ({ count, codes: codes.subarray(0, count * codeBytes), numbers: numbers.subarray(0, count), tables: tables.subarray(0, count), keys: keys.finish(), payloads: payloads?.finish() }),
  };
}

/** Buckets of places: `items` are places of the collection, ascending. */
export interface PlacedBuckets {
  /** (B, w): distinct codes, ascending. */
  codes: Uint8Array;
  offsets: Uint32Array;
  items: Uint32Array;
}

/** The buckets of a collection of one table. */
export function placedBuckets({ codes }: CollectedCodes, codeBytes: number): PlacedBuckets {
  return buildBuckets(codes, 1, codeBytes, 0);
}

/**
 * The buckets of all tables in one space of codes, table by table: those of the codes that the table uses, with every item that has the code in any table, once
 * (kernels/shared-buckets.ts says why).
 */
export function* sharedPlacedBuckets(collected: CollectedCodes, codeBytes: number, tables: number): Generator<PlacedBuckets, void, undefined> {
  const { codes, offsets, items } = buildBuckets(collected.codes, 1, codeBytes, 0);
  const buckets = offsets.length - 1;
  const usedIn = new Uint8Array(buckets);
  const members = new Uint32Array(items.length);
  const ends = new Uint32Array(buckets + 1);
  let length = 0;
  for (let b = 0; b < buckets; b++) {
    for (let at = offsets[b]; at < offsets[b + 1]; at++) {
      const place = items[at];
      usedIn[b] |= 1 << collected.tables[place];
      // Places of an item follow one another.
      if (length === ends[b] || collected.numbers[members[length - 1]] !== collected.numbers[place]) members[length++] = place;
    }
    ends[b + 1] = length;
  }
  for (let table = 0; table < tables; table++) {
    const chosen = new Uint32Array(buckets + 1);
    const own = new Uint32Array(length);
    const ownCodes = new Uint8Array(codes.length);
    let count = 0;
    let filled = 0;
    for (let b = 0; b < buckets; b++) {
      if (((usedIn[b] >>> table) & 1) === 0) continue;
      for (let k = 0; k < codeBytes; k++) ownCodes[count * codeBytes + k] = codes[b * codeBytes + k];
      for (let at = ends[b]; at < ends[b + 1]; at++) own[filled++] = members[at];
      chosen[++count] = filled;
    }
    yield { codes: ownCodes.slice(0, count * codeBytes), offsets: chosen.slice(0, count + 1), items: own.slice(0, filled) };
  }
}

/** The item of every place whose code is that of more than `maximum` items: an item that is here once for each table is in no smaller bucket. */
export function numbersOverCap({ codes, numbers }: CollectedCodes, codeBytes: number, maximum: number): Uint32Array {
  const { offsets, items } = buildBuckets(codes, 1, codeBytes, 0);
  const over = new Uint32Array(items.length);
  let count = 0;
  for (let b = 0; b + 1 < offsets.length; b++) {
    let size = 0;
    for (let at = offsets[b]; at < offsets[b + 1]; at++) {
      const number = numbers[items[at]];
      over[count + at - offsets[b]] = number;
      if (at === offsets[b] || number !== numbers[items[at - 1]]) size++;
    }
    if (size > maximum) count += offsets[b + 1] - offsets[b];
  }
  return over.slice(0, count);
}

/** Negative, zero or positive as the code at `at` comes before, equals or follows `bound`. */
export function compareCode(codes: Uint8Array, at: number, bound: Uint8Array): number {
  for (let k = 0; k < bound.length; k++) if (codes[at + k] !== bound[k]) return codes[at + k] - bound[k];
  return 0;
}

function growingStrings() {
  let bytes = new Uint8Array(16 * FIRST_ROWS);
  let offsets = new Uint32Array(FIRST_ROWS + 1);
  let count = 0;
  let filled = 0;
  return {
    add({ bytes: from, offsets: ends }: ByteStrings, place: number): void {
      const start = ends[place];
      const end = ends[place + 1];
      if (filled + end - start > 0xffff_ffff) throw new RangeError('keys of a range beyond 4 GiB; lower export.memoryMiB');
      if (filled + end - start > bytes.length) bytes = grown(bytes, 2 * (bytes.length + end - start));
      if (count + 1 === offsets.length) {
        const more = new Uint32Array(2 * count + 1);
        more.set(offsets);
        offsets = more;
      }
      for (let k = start; k < end; k++) bytes[filled++] = from[k];
      offsets[++count] = filled;
    },
    finish: (): ByteStrings => ({ bytes: bytes.subarray(0, filled), offsets: offsets.subarray(0, count + 1) }),
  };
}

function grown(bytes: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const more = new Uint8Array(length);
  more.set(bytes);
  return more;
}
