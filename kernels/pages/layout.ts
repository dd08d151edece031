/**
 * Fixed-size pages addressed by hash: the container of docs/reference/index-format.md.
 *
 * An entry's home page is floor(hash * homePages / 2^32). Entries lie in ascending order of (hash,
 * key) over the whole file; one that does not fit its home page goes to the next, at most `reach`
 * pages on, so that one read of 1 + reach pages holds the entry or proves that there is none.
 * Overflow follows the pages.
 */

import {
  isPageSize,
  PAGE_HEADER_BYTES,
  type PageFileHeader,
  SLOT_BYTES,
  writePageHeader,
} from '../../format/page-header.ts';
import { type Spread, TURNS, trySpreads, writePages } from './stream.ts';

export const DEFAULT_PAGE_BYTES = 1024;

/** What is known of a page file before its entries: sizes follow from them. */
export type PageFileFacts = Omit<
  PageFileHeader,
  'reach' | 'homePages' | 'pages' | 'entries' | 'overflowBytes' | 'fileBytes'
>;

/** Entries in ascending order of (hash, key), written on demand. */
interface PageEntries {
  hashes: Uint32Array;
  /** Bytes of each entry without its slot. */
  sizes: Uint16Array;
  /** Writes entry i at `at` of `page`; `headerCrc` seeds the checksums of overflow. */
  write(i: number, page: Uint8Array, at: number, headerCrc: number): void;
  overflowBytes: number;
  overflow(): Iterable<Uint8Array>;
  /** What one read of pages should have at most; that of items and buckets when absent. */
  readBytes?: number;
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
function checkFacts({ pageBytes, identity }: Pick<PageFileFacts, 'pageBytes' | 'identity'>): void {
  if (!isPageSize(pageBytes))
    throw new RangeError(`page size: expected a power of two from 512 to 32768, got ${pageBytes}`);
  if (identity.length !== 16)
    throw new RangeError(`identity: expected 16 bytes, got ${identity.length}`);
}

function chooseSpread({ hashes, sizes, readBytes }: PageEntries, pageBytes: number): Spread {
  let bytes = 0;
  for (const size of sizes) bytes += size + SLOT_BYTES;
  const trial = trySpreads(bytes, pageBytes, readBytes);
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
  const headerCrc = writePageHeader(header, {
    ...facts,
    ...content,
    homePages,
    pages,
    reach,
    fileBytes: totalBytes,
  });
  return { header, headerCrc, totalBytes };
}
