/**
 * Fixed-size pages addressed by hash: the container of docs/index-format.md.
 *
 * An entry's home page is floor(hash * homePages / 2^32). Entries lie in ascending order of (hash,
 * key) over the whole file; one that does not fit its home page goes to the next, at most `reach`
 * pages on, so that one read of 1 + reach pages holds the entry or proves that there is none.
 * Overflow follows the pages.
 */

import { crc32c } from './checksum.ts';
import {
  PAGE_HEADER_BYTES,
  SLOT_BYTES,
  type Spread,
  TURNS,
  trySpreads,
  writePages,
  writeU32,
} from './stream.ts';

export const HEADER_BYTES = 128;
export const DEFAULT_PAGE_BYTES = 1024;
const MAGIC = [0x89, 0x48, 0x4c, 0x50, 0x0d, 0x0a, 0x1a, 0x0a];
const FORMAT_VERSION = 1;

/** What a page file says of itself; sizes follow from the entries. */
export interface PageFileFacts {
  part: 'items' | 'buckets';
  keys: 'utf8' | 'int64';
  tables: number;
  table: number;
  codeBytes: number;
  /** Whether items have payloads. */
  payloads: boolean;
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
  /**
   * The file from its start, in pieces of at most about 256 KiB (a large bucket is a piece of its
   * own).
   */
  chunks(): Generator<Uint8Array, void, undefined>;
}

/** Largest entry that a page takes. */
export function largestEntry(pageBytes: number): number {
  return pageBytes - PAGE_HEADER_BYTES - SLOT_BYTES;
}

/**
 * Lays the entries out. Throws RangeError on a page size or identity that cannot be, and where too
 * many keys share a hash.
 */
export function layPages(facts: PageFileFacts, entries: PageEntries): PageFile {
  const { pageBytes } = facts;
  checkFacts(facts);
  const { hashes, sizes, overflowBytes } = entries;
  const spread = chooseSpread(entries, pageBytes);
  const { header, headerCrc, totalBytes } = pageHeader(facts, spread, {
    entries: hashes.length,
    overflowBytes,
  });
  return {
    totalBytes,
    pageBytes,
    pages: spread.pages,
    reach: spread.reach,
    entries: hashes.length,
    overflowBytes,
    *chunks() {
      yield header;
      const writer = writePages(pageBytes, spread, headerCrc);
      const entry = new Uint8Array(pageBytes);
      for (let i = 0; i < hashes.length; i++) {
        entries.write(i, entry, 0, headerCrc);
        writer.add(hashes[i], entry, 0, sizes[i]);
        yield* writer.take();
      }
      writer.end();
      yield* writer.take();
      yield* entries.overflow();
    },
  };
}

/** Throws RangeError on a page size or an identity that cannot be. */
export function checkFacts({
  pageBytes,
  identity,
}: Pick<PageFileFacts, 'pageBytes' | 'identity'>): void {
  if (!isPageSize(pageBytes))
    throw new RangeError(`page size: expected a power of two from 512 to 32768, got ${pageBytes}`);
  if (identity.length !== 16)
    throw new RangeError(`identity: expected 16 bytes, got ${identity.length}`);
}

export function isPageSize(pageBytes: number): boolean {
  return pageBytes >= 512 && pageBytes <= 32_768 && Number.isInteger(Math.log2(pageBytes));
}

function chooseSpread({ hashes, sizes }: PageEntries, pageBytes: number): Spread {
  let bytes = 0;
  for (const size of sizes) bytes += size + SLOT_BYTES;
  const trial = trySpreads(bytes, pageBytes);
  for (let turn = 1; turn < TURNS; turn++) {
    for (let i = 0; i < hashes.length; i++) trial.add(hashes[i], sizes[i]);
    const found = trial.end();
    if (found) return found;
  }
  for (let i = 0; i < hashes.length; i++) trial.add(hashes[i], sizes[i]);
  return trial.end()!;
}

/** The first page of a file, its checksum, and the bytes of the file. */
export function pageHeader(
  facts: PageFileFacts,
  { homePages, pages, reach }: Spread,
  content: { entries: number; overflowBytes: number },
): { header: Uint8Array; headerCrc: number; totalBytes: number } {
  const totalBytes = (1 + pages) * facts.pageBytes + content.overflowBytes;
  const header = new Uint8Array(facts.pageBytes);
  const view = new DataView(header.buffer);
  header.set(MAGIC, 0);
  view.setUint16(8, FORMAT_VERSION, true);
  view.setUint8(10, facts.part === 'items' ? 1 : 2);
  view.setUint8(11, facts.keys === 'utf8' ? 1 : 2);
  view.setUint8(12, facts.tables);
  view.setUint8(13, facts.table);
  view.setUint8(14, facts.codeBytes);
  view.setUint8(15, facts.payloads ? 1 : 0);
  view.setUint32(16, facts.pageBytes, true);
  view.setUint32(20, reach, true);
  view.setUint32(24, homePages, true);
  view.setUint32(28, pages, true);
  view.setBigUint64(32, BigInt(facts.items), true);
  view.setBigUint64(40, BigInt(content.entries), true);
  view.setBigUint64(48, BigInt(content.overflowBytes), true);
  view.setBigUint64(56, BigInt(totalBytes), true);
  header.set(facts.identity, 64);
  const headerCrc = crc32c(header, 0, HEADER_BYTES - 4);
  writeU32(header, HEADER_BYTES - 4, headerCrc);
  return { header, headerCrc, totalBytes };
}
