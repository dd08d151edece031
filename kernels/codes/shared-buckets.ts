/**
 * The buckets of all tables in one space of codes: two items meet where any code of one is any code
 * of the other, which is what the largest of the L x L cosines trains for (paper 1, section 4.3: "a
 * query word is mapped to its L hashes").
 *
 * codes: (V, L, w) row-major bytes. Entry e = i L + t is code t of item i. Buckets are a CSR over
 * entries, codes ascending.
 */

import { buildBuckets, type TableBuckets } from './build-buckets.ts';

export interface SharedBuckets {
  /** V. */
  items: number;
  /** L. */
  tables: number;
  codeBytes: number;
  /** (B, w): distinct codes, ascending. */
  codes: Uint8Array;
  /** B + 1 ends of buckets in `entries`. */
  offsets: Uint32Array;
  /** V L entries, ascending within a bucket. */
  entries: Uint32Array;
  /** (V, L): the bucket of every entry. */
  bucketOf: Uint32Array;
}

/** Throws RangeError on a shape that cannot be. */
export function sharedBuckets(codes: Uint8Array, tables: number, codeBytes: number): SharedBuckets {
  const { codes: distinct, offsets, items: entries } = buildBuckets(codes, 1, codeBytes, 0);
  const bucketOf = new Uint32Array(entries.length);
  for (let b = 0; b + 1 < offsets.length; b++)
    for (let at = offsets[b]; at < offsets[b + 1]; at++) bucketOf[entries[at]] = b;
  return {
    items: entries.length / tables,
    tables,
    codeBytes,
    codes: distinct,
    offsets,
    entries,
    bucketOf,
  };
}

/**
 * The buckets by item: one that has a code twice is there once. With `table`, only those of codes
 * that the table uses.
 */
export function bucketsOfItems(
  { items, tables, codeBytes, codes, offsets, entries, bucketOf }: SharedBuckets,
  table?: number,
): TableBuckets {
  const isUsed = new Uint8Array(offsets.length - 1);
  if (table === undefined) isUsed.fill(1);
  else for (let item = 0; item < items; item++) isUsed[bucketOf[item * tables + table]] = 1;
  const members = new Uint32Array(entries.length);
  const ends = new Uint32Array(offsets.length);
  const used = new Uint8Array(codes.length);
  let length = 0;
  let count = 0;
  for (let b = 0; b + 1 < offsets.length; b++) {
    if (isUsed[b] === 0) continue;
    used.set(codes.subarray(b * codeBytes, (b + 1) * codeBytes), count * codeBytes);
    for (let at = offsets[b]; at < offsets[b + 1]; at++) {
      const item = Math.floor(entries[at] / tables);
      // Entries rise within a bucket, so an item that is there twice follows itself.
      if (length === ends[count] || members[length - 1] !== item) members[length++] = item;
    }
    ends[++count] = length;
  }
  return {
    table: table ?? 0,
    codeBytes,
    codes: used.slice(0, count * codeBytes),
    offsets: ends.slice(0, count + 1),
    items: members.slice(0, length),
  };
}
