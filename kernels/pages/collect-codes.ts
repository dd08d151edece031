/**
 * The codes of a range, gathered from items, with what an index says of the items that have them.
 */

import { buildBuckets } from '../codes/build-buckets.ts';
import type { ByteStrings } from './keys.ts';

/** n places by cells of codes, ascending; in a cell by item, and of an item by table. */
export interface CollectedCodes {
  /**
   * Cell c has the places [starts[c], starts[c + 1]): what is sorted together then fits in a cache.
   */
  starts: Uint32Array;
  /** (n, w). */
  codes: Uint8Array;
  /** Item numbers. */
  numbers: Uint32Array;
  /** The table of each place. */
  tables: Uint8Array;
  keys: ByteStrings;
  payloads: ByteStrings | undefined;
}

/** Buckets of places: `items` are places of the collection, ascending. */
export interface PlacedBuckets {
  /** (B, w): distinct codes, ascending. */
  codes: Uint8Array;
  offsets: Uint32Array;
  items: Uint32Array;
}

/** The buckets of all places, whatever their tables. */
export function placedBuckets(
  { starts, codes, numbers }: CollectedCodes,
  codeBytes: number,
): PlacedBuckets {
  const distinct = new Uint8Array(codes.length);
  const offsets = new Uint32Array(numbers.length + 1);
  const items = new Uint32Array(numbers.length);
  let buckets = 0;
  for (let cell = 0; cell + 1 < starts.length; cell++) {
    const first = starts[cell];
    const own = buildBuckets(
      codes.subarray(first * codeBytes, starts[cell + 1] * codeBytes),
      1,
      codeBytes,
      0,
    );
    distinct.set(own.codes, buckets * codeBytes);
    for (let i = 0; i < own.items.length; i++) items[first + i] = first + own.items[i];
    for (let b = 1; b < own.offsets.length; b++) offsets[++buckets] = first + own.offsets[b];
  }
  return {
    codes: distinct.subarray(0, buckets * codeBytes),
    offsets: offsets.subarray(0, buckets + 1),
    items,
  };
}

/**
 * The buckets of all tables in one space of codes, table by table: those of the codes that the
 * table uses, with every item that has the code in any table, once (kernels/codes/shared-buckets.ts
 * says why).
 */
export function* sharedPlacedBuckets(
  collected: CollectedCodes,
  codeBytes: number,
  tables: number,
): Generator<PlacedBuckets, void, undefined> {
  const { codes, offsets, items } = placedBuckets(collected, codeBytes);
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
      if (length === ends[b] || collected.numbers[members[length - 1]] !== collected.numbers[place])
        members[length++] = place;
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
      for (let k = 0; k < codeBytes; k++)
        ownCodes[count * codeBytes + k] = codes[b * codeBytes + k];
      for (let at = ends[b]; at < ends[b + 1]; at++) own[filled++] = members[at];
      chosen[++count] = filled;
    }
    yield {
      codes: ownCodes.slice(0, count * codeBytes),
      offsets: chosen.slice(0, count + 1),
      items: own.slice(0, filled),
    };
  }
}

/**
 * The item of every place whose code is that of more than `maximum` items: an item that is here
 * once for each table is in no smaller bucket.
 */
export function numbersOverCap(
  collected: CollectedCodes,
  codeBytes: number,
  maximum: number,
): Uint32Array {
  const { offsets, items } = placedBuckets(collected, codeBytes);
  const { numbers } = collected;
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
  for (let k = 0; k < bound.length; k++)
    if (codes[at + k] !== bound[k]) return codes[at + k] - bound[k];
  return 0;
}
