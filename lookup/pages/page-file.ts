import { boundCrc, xxh32 } from '../../format/checksum.ts';
import { homePage } from '../../format/home-page.ts';
import { HEADER_AT, HEADER_BYTES } from '../../format/page-header.ts';
import { IndexFormatError } from '../index-errors.ts';
import { checkPage, searchPage } from './page.ts';
import { type PageHeader, parseHeader } from './page-header.ts';
import { type IsWanted, type RangeReader, readExactly } from '../ranges/range-reader.ts';
import type { ReadMeter } from '../ranges/read-meter.ts';
import { sharedReads } from '../ranges/shared-reads.ts';

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
  find(key: Uint8Array, meter?: ReadMeter): Promise<PageEntry | undefined>;
  /** Every page, proven, in runs of a few MiB; for those who want the whole part. */
  runsOfPages(meter?: ReadMeter): AsyncGenerator<PageRun, void, undefined>;
  /** A list of the overflow, proven by its checksum; those on their way are shared. */
  readOverflow(place: OverflowPlace, meter?: ReadMeter): Promise<Uint8Array>;
}

/** Where a list lies in the overflow, and at which byte of the part that is said. */
export interface OverflowPlace {
  offset: number;
  length: number;
  crc: number;
  at: number;
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

/** Where a part is, and its first bytes where they are known without a read. */
interface PartSource {
  reader: RangeReader;
  head: Uint8Array | undefined;
}

/**
 * Reads the header of a part, where it is not known, and checks it. `keep` is how many reads of
 * pages are kept for later queries.
 */
export async function openPageFile(
  name: string,
  { reader, head }: PartSource,
  expected: ExpectedPart,
  keep: number,
  meter?: ReadMeter,
): Promise<PageFile> {
  const start =
    head && head.length >= HEADER_BYTES
      ? head.subarray(0, HEADER_BYTES)
      : await readExactly(reader, name, 0, HEADER_BYTES, meter);
  const header = parseHeader(name, start);
  checkExpected(name, header, expected, reader.size);
  const { pageBytes, reach, pages } = header;
  const kept = new Map<number, Uint8Array>();
  const pagesComing = sharedReads<number, Uint8Array>();
  const listsComing = sharedReads<string, Uint8Array>();

  async function readPages(
    first: number,
    count: number,
    meter?: ReadMeter,
    isWanted?: IsWanted,
  ): Promise<Uint8Array> {
    const start = (1 + first) * pageBytes;
    const end = start + count * pageBytes;
    const bytes = await readExactly(reader, name, start, end, meter, isWanted);
    for (let k = 0; k < count; k++)
      checkPage(name, header, bytes.subarray(k * pageBytes, (k + 1) * pageBytes), first + k);
    return bytes;
  }

  async function keptPages(first: number, meter?: ReadMeter): Promise<Uint8Array> {
    const known = kept.get(first);
    if (!known) return await (pagesComing.join(first, meter) ?? comingPages(first, meter));
    if (meter) meter.cached++;
    keepPages(first, known);
    return known;
  }

  function keepPages(first: number, bytes: Uint8Array): void {
    kept.delete(first);
    kept.set(first, bytes);
    if (kept.size > keep) kept.delete(kept.keys().next().value!);
  }

  function comingPages(first: number, meter: ReadMeter | undefined): Promise<Uint8Array> {
    const count = Math.min(reach + 1, pages - first);
    const [coming] = pagesComing.start([first], meter, async (isWanted) => {
      const bytes = await readPages(first, count, meter, isWanted);
      keepPages(first, bytes);
      return [bytes];
    });
    return coming!;
  }

  async function readList(
    { offset, length, crc }: OverflowPlace,
    meter: ReadMeter | undefined,
    isWanted: IsWanted,
  ): Promise<Uint8Array> {
    const start = (1 + pages) * pageBytes + offset;
    const bytes = await readExactly(reader, name, start, start + length, meter, isWanted);
    const actual = boundCrc(bytes, 0, length, header.crc);
    if (actual !== crc)
      throw new IndexFormatError(name, start, `a list with checksum ${crc}`, String(actual));
    return bytes;
  }

  return {
    name,
    header,
    async find(key, meter) {
      const hash = xxh32(key, 0, key.length);
      const first = homePage(hash, header.homePages);
      const bytes = await keptPages(first, meter);
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
    async *runsOfPages(meter) {
      const perRun = Math.max(1, Math.floor(RUN_BYTES / pageBytes));
      // The next run is on its way while this one is taken in.
      let next = pages > 0 ? readPages(0, Math.min(perRun, pages), meter) : undefined;
      for (let first = 0; next; first += perRun) {
        const bytes = await next;
        const left = pages - first - perRun;
        next = left > 0 ? readPages(first + perRun, Math.min(perRun, left), meter) : undefined;
        // Whoever stops early leaves a read behind that nobody waits for.
        next?.catch(() => undefined);
        yield { bytes, offset: (1 + first) * pageBytes };
      }
    },
    async readOverflow(place, meter) {
      const { offset, length, crc, at } = place;
      if (offset + length > header.overflowBytes) {
        throw new IndexFormatError(
          name,
          at,
          `a list within ${header.overflowBytes} bytes of overflow`,
          `bytes ${offset} to ${offset + length}`,
        );
      }
      const key = `${offset} ${length} ${crc}`;
      const start = () =>
        listsComing.start([key], meter, async (isWanted) => [
          await readList(place, meter, isWanted),
        ])[0]!;
      return await (listsComing.join(key, meter) ?? start());
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
