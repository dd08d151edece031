/**
 * Lookup pages of an index (docs/reference/index-format.md): `items.pages` leads from a key to its
 * item number and codes, one `buckets-T.pages` a table from a code to the numbers and keys of its
 * items.
 *
 * codes: (V, L, w) row-major bytes; item numbers are row numbers. V items, L tables, w = d / 8
 * bytes a code.
 */

import { boundCrc } from '../../format/checksum.ts';
import { writeU32 } from '../../format/little-endian.ts';
import { isPageSize } from '../../format/page-header.ts';
import { varintBytes, writeVarint } from '../../format/varint.ts';
import { LimitError } from '../limit-error.ts';
import { checkCodeShape } from '../numbers/binarize.ts';
import type { TableBuckets } from '../codes/build-buckets.ts';
import { listBytes, type ListSource, writeList } from './bucket-list.ts';
import {
  type ByteStrings,
  checkPayloads,
  evenOffsets,
  hashOrder,
  type KeyColumn,
  storedKeys,
} from './keys.ts';
import { DEFAULT_PAGE_BYTES, largestEntry, layPages, type PageFile } from './layout.ts';
import { type ItemBlock, itemEntryBytes, writeItemEntry } from './run.ts';

interface PagesOptions {
  keys: KeyColumn;
  /** L, of the whole index. */
  tables: number;
  /** A text an item, where the index has payloads. */
  payloads?: ByteStrings;
  /** 16 bytes that all parts of a version share: the key of the export artifact. */
  identity: Uint8Array;
  /**
   * A power of two from 512 to 32768. When absent 1024, for items more where an entry is so large
   * that few would fit.
   */
  pageBytes?: number;
}

/**
 * Bytes of a list that leaves its page for the overflow when it is longer, so that pages fill
 * evenly.
 */
export const longestInline = (pageBytes: number): number =>
  Math.max(pageBytes / 4, Math.min(512, pageBytes / 2));

/**
 * `items.pages`. The same input gives the same bytes. Throws RangeError on shapes that do not fit,
 * LimitError on equal keys.
 */
export function buildItemPages(
  codes: Uint8Array,
  codeBytes: number,
  options: PagesOptions,
): PageFile {
  const { tables, identity, payloads } = options;
  checkCodeShape(tables, codeBytes * 8);
  const keys = storedKeys(options.keys);
  const items = keys.offsets.length - 1;
  const rowBytes = tables * codeBytes;
  if (codes.length !== items * rowBytes)
    throw new RangeError(
      `codes: expected ${items} x ${tables} x ${codeBytes} bytes, got ${codes.length}`,
    );
  if (payloads) checkPayloads(payloads, items);
  const block: ItemBlock = { first: 0, codes, rowBytes, keys, ...(payloads && { payloads }) };
  const { hashes, order } = hashOrder(keys);
  const sizes = new Uint16Array(items);
  for (let i = 0; i < items; i++) sizes[i] = itemEntryBytes(block, order[i]);
  const largest = sizes.reduce((most, size) => Math.max(most, size), 0);
  const pageBytes =
    options.pageBytes ?? itemPageBytes(rowBytes, payloadBytes(payloads), items, largest);
  if (largest > largestEntry(pageBytes))
    throw new LimitError(
      `items: an entry of ${largest} bytes does not fit a page of ${pageBytes}; take larger pages`,
    );
  const facts = {
    part: 'items',
    keys: options.keys.kind,
    tables,
    table: 0,
    codeBytes,
    payloads: payloads !== undefined,
    pageBytes,
    items,
    identity,
  } as const;
  return layPages(facts, {
    hashes,
    sizes,
    write: (i, page, at) => writeItemEntry(block, order[i], page, at),
    overflowBytes: 0,
    overflow: () => [],
  });
}

/**
 * `buckets-T.pages` of one table. The same input gives the same bytes. Throws RangeError on shapes
 * that do not fit.
 */
export function buildBucketPages(buckets: TableBuckets, options: PagesOptions): PageFile {
  const { tables, identity, payloads, pageBytes = DEFAULT_PAGE_BYTES } = options;
  const { codeBytes, codes, table } = buckets;
  checkCodeShape(tables, codeBytes * 8);
  if (!isPageSize(pageBytes))
    throw new RangeError(`page size: expected a power of two from 512 to 32768, got ${pageBytes}`);
  const keys = storedKeys(options.keys);
  const items = keys.offsets.length - 1;
  // More where a bucket also holds items that have its code in another table.
  if (buckets.items.length < items)
    throw new RangeError(
      `buckets of table ${table}: expected at least ${items} items, got ${buckets.items.length}`,
    );
  if (payloads) checkPayloads(payloads, items);
  const source: ListSource = {
    buckets,
    keys,
    ...(payloads && { payloads }),
    idsAlone: options.keys.kind === 'int64',
  };
  const large = findLarge(source, pageBytes);
  const { hashes, order } = hashOrder({
    bytes: codes,
    offsets: evenOffsets(codes.length / codeBytes, codeBytes),
  });
  const sizes = new Uint16Array(order.length);
  for (let i = 0; i < order.length; i++)
    sizes[i] = codeBytes + headBytes(source, order[i], large.get(order[i]));
  const facts = {
    part: 'buckets',
    keys: options.keys.kind,
    tables,
    table,
    codeBytes,
    payloads: payloads !== undefined,
    pageBytes,
    items,
    identity,
  } as const;
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

/**
 * Pages of `items.pages` for entries of L w bytes of codes and payloads of `payloads` bytes
 * together. Few large entries fill pages unevenly: with 7 a page the file more than doubles, with
 * 15 it grows by 43%, with 30 by 15%. `largest`: bytes of the largest entry.
 */
export function itemPageBytes(
  rowBytes: number,
  payloads: number,
  items: number,
  largest: number,
): number {
  const mean = rowBytes + 4 + Math.floor(payloads / Math.max(1, items));
  let bytes = DEFAULT_PAGE_BYTES;
  while (bytes < 32_768 && (bytes < 30 * mean || largest > largestEntry(bytes))) bytes *= 2;
  return bytes;
}

function payloadBytes(payloads: ByteStrings | undefined): number {
  return payloads ? payloads.offsets[payloads.offsets.length - 1] - payloads.offsets[0] : 0;
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
  return (
    head +
    (elsewhere
      ? varintBytes(elsewhere.offset) + varintBytes(elsewhere.bytes) + 4
      : listBytes(source, b))
  );
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
