import { boundCrc, xxh32 } from '../../format/checksum.ts';
import { homePage } from '../../format/home-page.ts';
import { u16, u32 } from '../../format/little-endian.ts';
import {
  HEADER_AT,
  HEADER_BYTES,
  PAGE_HEADER_BYTES,
  SLOT_BYTES,
} from '../../format/page-header.ts';
import { IndexFormatError } from '../index-errors.ts';
import { decodeKey } from './item-key.ts';
import { type PageHeader, parseHeader } from './page-header.ts';
import { type RangeReader, readExactly } from '../ranges/range-reader.ts';

const RUN_BYTES = 4 * 1024 * 1024;

/** Bytes of an entry and where they lie in the part. */
export interface PageEntry {
  bytes: Uint8Array;
  offset: number;
}

export interface PageFile {
  name: string;
  header: PageHeader;
  /**
   * The entry of a key, or undefined where the index has none: one ranged read, or none where the
   * pages are kept.
   */
  find(key: Uint8Array): Promise<PageEntry | undefined>;
  /** Every page, proven, in runs of a few MiB; for those who want the whole part. */
  runsOfPages(): AsyncGenerator<PageRun, void, undefined>;
  /** `length` bytes of the overflow, proven by their checksum. */
  readOverflow(offset: number, length: number, crc: number, at: number): Promise<Uint8Array>;
}

/** Whole pages, one after the other. */
export interface PageRun {
  bytes: Uint8Array;
  /** Of the run in the part. */
  offset: number;
}

/** What the rest of the index says of a part. */
export interface ExpectedPart {
  part: PageHeader['part'];
  tables: number;
  table: number;
  codeBytes: number;
  payloads: boolean;
  items: number;
  bytes: number;
  identity: string;
}

/**
 * Reads and checks the header of a part. `keep` is how many reads of pages are kept for later
 * queries.
 */
export async function openPageFile(
  name: string,
  reader: RangeReader,
  expected: ExpectedPart,
  keep: number,
): Promise<PageFile> {
  const header = parseHeader(name, await readExactly(reader, name, 0, HEADER_BYTES));
  checkExpected(name, header, expected, reader.size);
  const { pageBytes, reach, pages } = header;
  const kept = new Map<number, Promise<Uint8Array>>();

  async function readPages(first: number, count: number): Promise<Uint8Array> {
    const start = (1 + first) * pageBytes;
    const bytes = await readExactly(reader, name, start, start + count * pageBytes);
    for (let k = 0; k < count; k++)
      checkPage(name, header, bytes.subarray(k * pageBytes, (k + 1) * pageBytes), first + k);
    return bytes;
  }

  function keptPages(first: number): Promise<Uint8Array> {
    const known = kept.get(first);
    const bytes = known ?? readPages(first, Math.min(reach + 1, pages - first));
    kept.delete(first);
    kept.set(first, bytes);
    if (!known) {
      bytes.catch(() => kept.delete(first));
      if (kept.size > keep) kept.delete(kept.keys().next().value!);
    }
    return bytes;
  }

  return {
    name,
    header,
    async find(key) {
      const hash = xxh32(key, 0, key.length);
      const first = homePage(hash, header.homePages);
      const bytes = await keptPages(first);
      for (let at = 0; at < bytes.length; at += pageBytes) {
        const entry = searchPage(header, bytes.subarray(at, at + pageBytes), key, hash);
        if (entry)
          return {
            bytes: entry,
            offset: (1 + first) * pageBytes + entry.byteOffset - bytes.byteOffset,
          };
      }
      return undefined;
    },
    async *runsOfPages() {
      const perRun = Math.max(1, Math.floor(RUN_BYTES / pageBytes));
      // The next run is on its way while this one is taken in.
      let next = pages > 0 ? readPages(0, Math.min(perRun, pages)) : undefined;
      for (let first = 0; next; first += perRun) {
        const bytes = await next;
        const left = pages - first - perRun;
        next = left > 0 ? readPages(first + perRun, Math.min(perRun, left)) : undefined;
        // Whoever stops early leaves a read behind that nobody waits for.
        next?.catch(() => undefined);
        yield { bytes, offset: (1 + first) * pageBytes };
      }
    },
    async readOverflow(offset, length, crc, at) {
      if (offset + length > header.overflowBytes) {
        throw new IndexFormatError(
          name,
          at,
          `a list within ${header.overflowBytes} bytes of overflow`,
          `bytes ${offset} to ${offset + length}`,
        );
      }
      const start = (1 + pages) * pageBytes + offset;
      const bytes = await readExactly(reader, name, start, start + length);
      const actual = boundCrc(bytes, 0, length, header.crc);
      if (actual !== crc)
        throw new IndexFormatError(name, start, `a list with checksum ${crc}`, String(actual));
      return bytes;
    },
  };
}

/** What index.json says of a part beside its size. */
const EXPECTED_FIELDS = [
  'part',
  'tables',
  'table',
  'codeBytes',
  'payloads',
  'items',
  'identity',
] as const;

function checkExpected(
  name: string,
  header: PageHeader,
  expected: ExpectedPart,
  size: number | undefined,
): void {
  for (const field of EXPECTED_FIELDS) {
    if (header[field] !== expected[field])
      throw new IndexFormatError(
        name,
        HEADER_AT[field],
        `${field} ${expected[field]} as index.json says`,
        String(header[field]),
      );
  }
  if (header.fileBytes !== expected.bytes)
    throw new IndexFormatError(
      name,
      HEADER_AT.fileBytes,
      `${expected.bytes} bytes as index.json says`,
      String(header.fileBytes),
    );
  if (size !== undefined && size !== expected.bytes)
    throw new IndexFormatError(
      name,
      undefined,
      `${expected.bytes} bytes as index.json says`,
      `a file of ${size}`,
    );
}

/** Proves a page: its checksum, its number, and that its slots stay within it. */
function checkPage(name: string, header: PageHeader, page: Uint8Array, number: number): void {
  const offset = (1 + number) * header.pageBytes;
  const crc = u32(page, 0);
  const actual = boundCrc(page, 4, page.length, header.crc);
  if (crc !== actual)
    throw new IndexFormatError(name, offset, `a page with checksum ${crc}`, String(actual));
  if (u32(page, 4) !== number)
    throw new IndexFormatError(name, offset + 4, `page ${number}`, `page ${u32(page, 4)}`);
  const entries = u16(page, 8);
  if (u16(page, 10) !== 0)
    throw new IndexFormatError(name, offset + 10, 'zeros in the reserved bytes', 'others');
  const least = leastEntryBytes(header);
  let end = PAGE_HEADER_BYTES + SLOT_BYTES * entries;
  for (let i = 0; i < entries; i++) {
    // More entries than the page holds end here too: their slots or ends leave the page.
    const next =
      end + least <= page.length ? u16(page, PAGE_HEADER_BYTES + SLOT_BYTES * i) : page.length + 1;
    if (next < end + least || next > page.length) {
      throw new IndexFormatError(
        name,
        offset + PAGE_HEADER_BYTES + SLOT_BYTES * i,
        `the end of an entry from ${end + least} to ${page.length}`,
        String(next),
      );
    }
    if (header.part === 'items' && header.payloads) {
      const at = next - itemTail(header);
      if (u16(page, at) > next - end - least)
        throw new IndexFormatError(
          name,
          offset + at,
          `a payload of at most ${next - end - least} bytes`,
          String(u16(page, at)),
        );
    }
    end = next;
  }
}

function leastEntryBytes(header: PageHeader): number {
  return header.part === 'items'
    ? (header.keys === 'int64' ? 8 : 0) + itemTail(header)
    : header.codeBytes + 1;
}

/** Bytes behind the key and the payload of an item's entry. */
function itemTail({ tables, codeBytes, payloads }: PageHeader): number {
  return (payloads ? 2 : 0) + 4 + tables * codeBytes;
}

/**
 * Where the key of an item's entry ends, and with it its payload begins; the payload ends where the
 * tail begins. Of a proven page.
 */
export function itemPlaces(
  header: PageHeader,
  bytes: Uint8Array,
  end: number,
): { keyEnd: number; tail: number; number: number } {
  const tail = end - itemTail(header);
  return {
    keyEnd: header.payloads ? tail - u16(bytes, tail) : tail,
    tail,
    number: header.payloads ? tail + 2 : tail,
  };
}

/** The payload of an item's entry as text. Throws IndexFormatError where it is no UTF-8. */
export function payloadText(name: string, bytes: Uint8Array, offset: number): string {
  const text = decodeKey('utf8', bytes);
  if (text === undefined)
    throw new IndexFormatError(name, offset, 'a payload in UTF-8', 'other bytes');
  return text;
}

/**
 * Of the proven page at `page`: its entries, where the first begins in it, and where the u16 ends
 * of all lie in `bytes`.
 */
export function pageEntries(
  bytes: Uint8Array,
  page: number,
): { count: number; first: number; ends: number } {
  const count = u16(bytes, page + 8);
  return { count, first: PAGE_HEADER_BYTES + SLOT_BYTES * count, ends: page + PAGE_HEADER_BYTES };
}

/** The first entry whose key is `key`; entries ascend by (hash, key). */
function searchPage(
  header: PageHeader,
  page: Uint8Array,
  key: Uint8Array,
  hash: number,
): Uint8Array | undefined {
  const entries = u16(page, 8);
  const start = (i: number): number =>
    i === 0
      ? PAGE_HEADER_BYTES + SLOT_BYTES * entries
      : u16(page, PAGE_HEADER_BYTES + SLOT_BYTES * (i - 1));
  const keyEnd = (i: number): number =>
    header.part === 'items'
      ? itemPlaces(header, page, start(i + 1)).keyEnd
      : start(i) + header.codeBytes;
  let low = 0;
  let high = entries;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (xxh32(page, start(middle), keyEnd(middle)) < hash) low = middle + 1;
    else high = middle;
  }
  for (; low < entries; low++) {
    const from = start(low);
    const to = keyEnd(low);
    if (to - from === key.length && key.every((byte, k) => page[from + k] === byte))
      return page.subarray(from, start(low + 1));
    if (xxh32(page, from, to) !== hash) break;
  }
  return undefined;
}
