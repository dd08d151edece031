/**
 * Lookup pages of an index (docs/index-format.md): `items.pages` leads from a key to its item number and codes, one
 * `buckets-T.pages` a table from a code to the numbers and keys of its items.
 *
 * codes: (V, L, w) row-major bytes; item numbers are row numbers. V items, L tables, w = d / 8 bytes a code.
 */

import { checkCodeShape } from './binarize.ts';
import type { TableBuckets } from './build-buckets.ts';
import { listBytes, type ListSource, varintBytes, writeList, writeVarint } from './pages-bucket-list.ts';
import { evenOffsets, hashOrder, type KeyColumn, storedKeys } from './pages-keys.ts';
import { boundCrc, DEFAULT_PAGE_BYTES, isPageSize, largestEntry, layPages, type PageFile, writeU32 } from './pages-layout.ts';

export interface PagesOptions {
  keys: KeyColumn;
  /** L, of the whole index. */
  tables: number;
  /** 16 bytes that all parts of a version share: the key of the export artifact. */
  identity: Uint8Array;
  /** A power of two from 512 to 32768. When absent 1024, for items more where an entry is so large that few would fit. */
  pageBytes?: number;
}

/** Bytes of a list that leaves its page for the overflow when it is longer, so that pages fill evenly. */
const longestInline = (pageBytes: number): number => Math.max(pageBytes / 4, Math.min(512, pageBytes / 2));

/** `items.pages`. The same input gives the same bytes. Throws RangeError on shapes that do not fit and on equal keys. */
export function buildItemPages(codes: Uint8Array, codeBytes: number, options: PagesOptions): PageFile {
  const { tables, identity, pageBytes = itemPageBytes(tables * codeBytes) } = options;
  checkCodeShape(tables, codeBytes * 8);
  const keys = storedKeys(options.keys);
  const items = keys.offsets.length - 1;
  const rowBytes = tables * codeBytes;
  if (codes.length !== items * rowBytes) throw new RangeError(`codes: expected ${items} x ${tables} x ${codeBytes} bytes, got ${codes.length}`);
  const { hashes, order } = hashOrder(keys);
  const sizes = new Uint16Array(items);
  for (let i = 0; i < items; i++) {
    const size = keys.offsets[order[i] + 1] - keys.offsets[order[i]] + 4 + rowBytes;
    if (size > largestEntry(pageBytes)) throw new RangeError(`item ${order[i]}: its entry of ${size} bytes does not fit a page of ${pageBytes}; take larger pages`);
    sizes[i] = size;
  }
  const facts = { part: 'items', keys: options.keys.kind, tables, table: 0, codeBytes, pageBytes, items, identity } as const;
  return layPages(facts, {
    hashes,
    sizes,
    write(i, page, at) {
      const item = order[i];
      for (let k = keys.offsets[item]; k < keys.offsets[item + 1]; k++) page[at++] = keys.bytes[k];
      writeU32(page, at, item);
      at += 4;
      for (let k = item * rowBytes; k < (item + 1) * rowBytes; k++) page[at++] = codes[k];
    },
    overflowBytes: 0,
    overflow: () => [],
  });
}

/** `buckets-T.pages` of one table. The same input gives the same bytes. Throws RangeError on shapes that do not fit. */
export function buildBucketPages(buckets: TableBuckets, options: PagesOptions): PageFile {
  const { tables, identity, pageBytes = DEFAULT_PAGE_BYTES } = options;
  const { codeBytes, codes, table } = buckets;
  checkCodeShape(tables, codeBytes * 8);
  if (!isPageSize(pageBytes)) throw new RangeError(`page size: expected a power of two from 512 to 32768, got ${pageBytes}`);
  const keys = storedKeys(options.keys);
  const items = keys.offsets.length - 1;
  // More where a bucket also holds items that have its code in another table.
  if (buckets.items.length < items) throw new RangeError(`buckets of table ${table}: expected at least ${items} items, got ${buckets.items.length}`);
  const source: ListSource = { buckets, keys, idsAlone: options.keys.kind === 'int64' };
  const large = findLarge(source, pageBytes);
  const { hashes, order } = hashOrder({ bytes: codes, offsets: evenOffsets(codes.length / codeBytes, codeBytes) });
  const sizes = new Uint16Array(order.length);
  for (let i = 0; i < order.length; i++) sizes[i] = codeBytes + headBytes(source, order[i], large.get(order[i]));
  const facts = { part: 'buckets', keys: options.keys.kind, tables, table, codeBytes, pageBytes, items, identity } as const;
  return layPages(facts, {
    hashes,
    sizes,
    write(i, page, at, headerCrc) {
      const b = order[i];
      for (let k = b * codeBytes; k < (b + 1) * codeBytes; k++) page[at++] = codes[k];
      const count = buckets.offsets[b + 1] - buckets.offsets[b];
      const elsewhere = large.get(b);
      at = writeVarint(page, at, 2 * count + (elsewhere ? 1 : 0));
      if (!elsewhere) {
        writeList(source, b, page, at);
        return;
      }
      at = writeVarint(page, at, elsewhere.offset);
      at = writeVarint(page, at, elsewhere.bytes);
      writeU32(page, at, boundCrc(largeList(source, b, elsewhere), 0, elsewhere.bytes, headerCrc));
    },
    overflowBytes: overflowBytes(large),
    *overflow() {
      for (const [b, place] of large) yield largeList(source, b, place);
    },
  });
}

/** Few large entries fill pages unevenly: with 7 a page the file more than doubles, with 15 it grows by 43%, with 30 by 15%. */
function itemPageBytes(rowBytes: number): number {
  let bytes = DEFAULT_PAGE_BYTES;
  while (bytes < 30 * (rowBytes + 4)) bytes *= 2;
  return bytes;
}

interface OverflowPlace {
  /** From the start of the overflow. */
  offset: number;
  bytes: number;
}

/** The buckets whose list leaves its page, in the order of their codes. */
function findLarge(source: ListSource, pageBytes: number): Map<number, OverflowPlace> {
  const large = new Map<number, OverflowPlace>();
  const buckets = source.buckets.offsets.length - 1;
  let offset = 0;
  for (let b = 0; b < buckets; b++) {
    const bytes = listBytes(source, b);
    if (bytes <= longestInline(pageBytes)) continue;
    large.set(b, { offset, bytes });
    offset += bytes;
  }
  return large;
}

function headBytes(source: ListSource, b: number, elsewhere: OverflowPlace | undefined): number {
  const count = source.buckets.offsets[b + 1] - source.buckets.offsets[b];
  const head = varintBytes(2 * count + (elsewhere ? 1 : 0));
  return head + (elsewhere ? varintBytes(elsewhere.offset) + varintBytes(elsewhere.bytes) + 4 : listBytes(source, b));
}

function largeList(source: ListSource, b: number, { bytes }: OverflowPlace): Uint8Array {
  const list = new Uint8Array(bytes);
  writeList(source, b, list, 0);
  return list;
}

function overflowBytes(large: Map<number, OverflowPlace>): number {
  let bytes = 0;
  for (const place of large.values()) bytes += place.bytes;
  return bytes;
}
