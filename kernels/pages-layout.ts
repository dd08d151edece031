/**
 * Fixed-size pages addressed by hash: the container of docs/index-format.md.
 *
 * An entry's home page is floor(hash * homePages / 2^32). Entries lie in ascending order of (hash, key) over the whole
 * file; one that does not fit its home page goes to the next, at most `reach` pages on, so that one read of 1 + reach
 * pages holds the entry or proves that there is none. Overflow follows the pages.
 */

import { crc32c } from './pages-checksum.ts';

export const HEADER_BYTES = 128;
export const DEFAULT_PAGE_BYTES = 1024;
const MAGIC = [0x89, 0x48, 0x4c, 0x50, 0x0d, 0x0a, 0x1a, 0x0a];
const FORMAT_VERSION = 1;
const PAGE_HEADER_BYTES = 12;
const SLOT_BYTES = 2;
/** Shares of the pages to be filled, in percent: the densest first that keeps a read of pages small. */
const LOADS = [98, 97, 96, 95, 94, 93, 92, 91, 90, 89, 88, 87, 86, 85, 84, 82, 80, 75, 70, 60, 50, 40, 30, 20, 10];
/** Bytes of one read of pages, unless two pages are more: more small pages fill better than fewer large ones (10M ids: 1.34 against 1.36 of the raw bytes). */
const READ_BYTES = 4096;
const MAXIMUM_REACH = 15;
const CHUNK_BYTES = 262_144;

/** What a page file says of itself; sizes follow from the entries. */
export interface PageFileFacts {
  part: 'items' | 'buckets';
  keys: 'utf8' | 'int64';
  tables: number;
  table: number;
  codeBytes: number;
  pageBytes: number;
  items: number;
  /** 16 bytes that all parts of one version share: the key of the export artifact. */
  identity: Uint8Array;
}

/** Entries in ascending order of (hash, key), written on demand. */
export interface PageEntries {
  hashes: Uint32Array;
  /** Bytes of each entry without its slot. */
  sizes: Uint16Array;
  /** Writes entry i at `at` of `page`; `headerCrc` seeds the checksums of overflow. */
  write(i: number, page: Uint8Array, at: number, headerCrc: number): void;
  overflowBytes: number;
  overflow(): Iterable<Uint8Array>;
}

export interface PageFile {
  totalBytes: number;
  pageBytes: number;
  pages: number;
  /** Pages that an entry can lie beyond its home page. */
  reach: number;
  entries: number;
  overflowBytes: number;
  /** The file from its start, in pieces of at most about 256 KiB (a large bucket is a piece of its own). */
  chunks(): Generator<Uint8Array, void, undefined>;
}

/** Largest entry that a page takes. */
export function largestEntry(pageBytes: number): number {
  return pageBytes - PAGE_HEADER_BYTES - SLOT_BYTES;
}

/** Lays the entries out. Throws RangeError on a page size or identity that cannot be, and where too many keys share a hash. */
export function layPages(facts: PageFileFacts, entries: PageEntries): PageFile {
  const { pageBytes, identity } = facts;
  if (!isPageSize(pageBytes)) throw new RangeError(`page size: expected a power of two from 512 to 32768, got ${pageBytes}`);
  if (identity.length !== 16) throw new RangeError(`identity: expected 16 bytes, got ${identity.length}`);
  const { homePages, pages, reach } = spread(entries, pageBytes);
  const totalBytes = (1 + pages) * pageBytes + entries.overflowBytes;
  const header = writeHeader(facts, entries, { homePages, pages, reach, totalBytes });
  const headerCrc = readU32(header, HEADER_BYTES - 4);
  return {
    totalBytes,
    pageBytes,
    pages,
    reach,
    entries: entries.hashes.length,
    overflowBytes: entries.overflowBytes,
    *chunks() {
      yield header;
      yield* pageChunks(entries, pageBytes, homePages, pages, headerCrc);
      yield* entries.overflow();
    },
  };
}

export function isPageSize(pageBytes: number): boolean {
  return pageBytes >= 512 && pageBytes <= 32_768 && Number.isInteger(Math.log2(pageBytes));
}

interface Spread {
  homePages: number;
  pages: number;
  reach: number;
}

function spread(entries: PageEntries, pageBytes: number): Spread {
  let bytes = 0;
  for (const size of entries.sizes) bytes += size + SLOT_BYTES;
  const wantedReach = Math.max(1, READ_BYTES / pageBytes - 1);
  let best: Spread | undefined;
  for (const load of LOADS) {
    const homePages = Math.max(1, Math.ceil((100 * bytes) / (load * (pageBytes - PAGE_HEADER_BYTES))));
    const found = place(entries, pageBytes, homePages);
    if (found.reach <= wantedReach) return found;
    if (!best || found.reach < best.reach) best = found;
  }
  if (!best || best.reach > MAXIMUM_REACH) throw new RangeError(`pages: too many keys share a hash, they reach ${best?.reach} pages; expected at most ${MAXIMUM_REACH}`);
  return best;
}

function place({ hashes, sizes }: PageEntries, pageBytes: number, homePages: number): Spread {
  let page = 0;
  let used = PAGE_HEADER_BYTES;
  let reach = 0;
  for (let i = 0; i < hashes.length; i++) {
    const home = homePage(hashes[i], homePages);
    const size = sizes[i] + SLOT_BYTES;
    if (home > page) {
      page = home;
      used = PAGE_HEADER_BYTES;
    }
    if (used + size > pageBytes) {
      page++;
      used = PAGE_HEADER_BYTES;
    }
    used += size;
    if (page - home > reach) reach = page - home;
  }
  return { homePages, pages: Math.max(homePages, page + 1), reach };
}

function* pageChunks(entries: PageEntries, pageBytes: number, homePages: number, pages: number, headerCrc: number): Generator<Uint8Array, void, undefined> {
  const { hashes, sizes } = entries;
  const perChunk = Math.max(1, Math.floor(CHUNK_BYTES / pageBytes));
  let next = 0;
  for (let first = 0; first < pages; first += perChunk) {
    const count = Math.min(perChunk, pages - first);
    const chunk = new Uint8Array(count * pageBytes);
    for (let k = 0; k < count; k++) {
      const page = chunk.subarray(k * pageBytes, (k + 1) * pageBytes);
      let end = next;
      let used = PAGE_HEADER_BYTES;
      while (end < hashes.length && homePage(hashes[end], homePages) <= first + k && used + sizes[end] + SLOT_BYTES <= pageBytes) used += sizes[end++] + SLOT_BYTES;
      let at = PAGE_HEADER_BYTES + SLOT_BYTES * (end - next);
      for (let i = next; i < end; i++) {
        entries.write(i, page, at, headerCrc);
        at += sizes[i];
        writeU16(page, PAGE_HEADER_BYTES + SLOT_BYTES * (i - next), at);
      }
      writeU32(page, 4, first + k);
      writeU16(page, 8, end - next);
      writeU32(page, 0, boundCrc(page, 4, pageBytes, headerCrc));
      next = end;
    }
    yield chunk;
  }
}

/** CRC-32C that begins with the header's checksum, so that a page or a list is proof of its own file alone. */
export function boundCrc(bytes: Uint8Array, start: number, end: number, headerCrc: number): number {
  const seed = new Uint8Array(4);
  writeU32(seed, 0, headerCrc);
  return crc32c(bytes, start, end, crc32c(seed, 0, 4));
}

function writeHeader(facts: PageFileFacts, entries: PageEntries, { homePages, pages, reach, totalBytes }: Spread & { totalBytes: number }): Uint8Array {
  const block = new Uint8Array(facts.pageBytes);
  const view = new DataView(block.buffer);
  block.set(MAGIC, 0);
  view.setUint16(8, FORMAT_VERSION, true);
  view.setUint8(10, facts.part === 'items' ? 1 : 2);
  view.setUint8(11, facts.keys === 'utf8' ? 1 : 2);
  view.setUint8(12, facts.tables);
  view.setUint8(13, facts.table);
  view.setUint8(14, facts.codeBytes);
  view.setUint32(16, facts.pageBytes, true);
  view.setUint32(20, reach, true);
  view.setUint32(24, homePages, true);
  view.setUint32(28, pages, true);
  view.setBigUint64(32, BigInt(facts.items), true);
  view.setBigUint64(40, BigInt(entries.hashes.length), true);
  view.setBigUint64(48, BigInt(entries.overflowBytes), true);
  view.setBigUint64(56, BigInt(totalBytes), true);
  block.set(facts.identity, 64);
  view.setUint32(HEADER_BYTES - 4, crc32c(block, 0, HEADER_BYTES - 4), true);
  return block;
}

/** floor(hash * homePages / 2^32), exact for every 32-bit factor. */
function homePage(hash: number, homePages: number): number {
  const low = (hash & 0xffff) * homePages;
  return Math.floor(((hash >>> 16) * homePages + Math.floor(low / 0x10000)) / 0x10000);
}

function writeU16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
}

export function writeU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

function readU32(bytes: Uint8Array, at: number): number {
  return (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0;
}
