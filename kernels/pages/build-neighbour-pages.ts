/**
 * `neighbours.pages` (docs/reference/index-format.md): from the key of an item to its ranked lists
 * of neighbours, keys inline, so that one read answers.
 */

import { seedOf } from '../../format/checksum.ts';
import type { PageFileHeader } from '../../format/page-header.ts';
import { hashOrder, type KeyColumn, storedKeys } from './keys.ts';
import { layPages, type PageFile } from './layout.ts';
import { keyLengthBytes, type ListColumns, neighbourEntries } from './neighbour-entries.ts';
import { IS_LARGE } from './record-head.ts';
import { finalBytes, writeLargeEntry } from './run.ts';

interface NeighbourPagesOptions extends Pick<
  PageFileHeader,
  'tables' | 'codeBytes' | 'payloads' | 'identity'
> {
  keys: KeyColumn;
  /** What follows from the number of entries when absent. */
  pageBytes?: number;
}

/** About what a neighbour takes with its key, and an entry beside its lists. */
const NEIGHBOUR_BYTES = 11;
const ENTRY_BYTES = 24;
/** Fewer fill pages unevenly, more make each read longer. */
const ENTRIES_A_PAGE = 6;
/** Smaller ones do not take the longest key. */
const MIN_PAGE_BYTES = 2048;
const MAX_PAGE_BYTES = 16_384;

/**
 * What one read of pages has at most. Its transfer takes about a millisecond; with half of it a
 * third of each page would be empty.
 */
export const NEIGHBOUR_READ_BYTES = 49_152;

/** Pages for so many entries of lists, of all items together. */
export function neighbourPageBytes(entries: number, items: number): number {
  const mean = ENTRY_BYTES + (NEIGHBOUR_BYTES * entries) / Math.max(1, items);
  let bytes = MIN_PAGE_BYTES;
  while (bytes < MAX_PAGE_BYTES && bytes < ENTRIES_A_PAGE * mean) bytes *= 2;
  return bytes;
}

/** Lists of more bytes leave their page for the overflow, so that pages fill evenly. */
export const longestInlineLists = (pageBytes: number): number => pageBytes / 4;

/**
 * The file of the lists of all items. The same input gives the same bytes. Throws RangeError on
 * shapes that do not fit, LimitError on equal keys.
 */
export function buildNeighbourPages(lists: ListColumns, options: NeighbourPagesOptions): PageFile {
  const { tables, codeBytes, payloads, identity } = options;
  const keys = storedKeys(options.keys);
  const items = keys.offsets.length - 1;
  if (lists.first !== 0 || lists.end !== items)
    throw new RangeError(`lists: expected items 0 to ${items}, got ${lists.first} to ${lists.end}`);
  const pageBytes = options.pageBytes ?? neighbourPageBytes(lists.neighbours.length, items);
  const idsAlone = options.keys.kind === 'int64';
  const tail = keyLengthBytes(idsAlone);
  const entries = neighbourEntries(lists, { ...keys, idsAlone }, longestInlineLists(pageBytes), 0);
  const { hashes, order } = hashOrder(keys);
  const sizes = new Uint16Array(items);
  const isLarge = (item: number): boolean => entries.sizes[item] >= IS_LARGE;
  for (let i = 0; i < items; i++) {
    const item = order[i];
    const end = entries.starts[item + 1];
    sizes[i] = finalBytes(entries.bytes, entries.starts[item], end - tail, isLarge(item), 0) + tail;
  }
  const facts = {
    part: 'neighbours',
    keys: options.keys.kind,
    tables,
    table: 0,
    codeBytes,
    payloads,
    pageBytes,
    items,
    identity,
  } as const;
  return layPages(facts, {
    hashes,
    sizes,
    readBytes: NEIGHBOUR_READ_BYTES,
    write(i, page, at, headerCrc) {
      const item = order[i];
      const start = entries.starts[item];
      const end = entries.starts[item + 1];
      if (!isLarge(item)) page.set(entries.bytes.subarray(start, end), at);
      else writeLargeNeighbours(entries.bytes, start, end, tail, seedOf(headerCrc), page, at);
    },
    overflowBytes: entries.largeBytes,
    overflow: () => entries.large,
  });
}

/** The entry of a record whose lists lie elsewhere, as it is in its page; returns its end. */
export function writeLargeNeighbours(
  record: Uint8Array,
  start: number,
  end: number,
  tail: number,
  seed: number,
  out: Uint8Array,
  at: number,
): number {
  at += writeLargeEntry(record, start, end - tail, 0, seed, out.subarray(at));
  for (let k = end - tail; k < end; k++) out[at++] = record[k];
  return at;
}
