import { IndexFormatError } from '../index-errors.ts';
import { crc32c } from './page-checksum.ts';

export const HEADER_BYTES = 128;
const MAGIC = '89484c500d0a1a0a';
const FORMAT_VERSION = 1;
const MAXIMUM_REACH = 15;
const MAXIMUM_ITEMS = 0x8000_0000;

/** The header of a page file, as docs/index-format.md lays it out. */
export interface PageHeader {
  part: 'items' | 'buckets';
  keys: 'utf8' | 'int64';
  tables: number;
  table: number;
  codeBytes: number;
  /** Whether items have payloads. */
  payloads: boolean;
  pageBytes: number;
  reach: number;
  homePages: number;
  pages: number;
  items: number;
  entries: number;
  overflowBytes: number;
  fileBytes: number;
  /** 32 hexadecimal digits. */
  identity: string;
  crc: number;
}

/** Parses and checks the first 128 bytes of a part. Throws IndexFormatError. */
export function parseHeader(part: string, bytes: Uint8Array): PageHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const refuse = (offset: number, expected: string, actual: unknown): never => {
    throw new IndexFormatError(part, offset, expected, String(actual));
  };
  const magic = hex(bytes.subarray(0, 8));
  if (magic !== MAGIC) refuse(0, `the magic bytes ${MAGIC}`, magic);
  const crc = view.getUint32(HEADER_BYTES - 4, true);
  const actualCrc = crc32c(bytes, 0, HEADER_BYTES - 4);
  const version = view.getUint16(8, true);
  // A header from the future may keep its checksum elsewhere: the version is told apart first.
  if (version !== FORMAT_VERSION)
    refuse(8, `format version ${FORMAT_VERSION}`, `${version}; a newer reader may know it`);
  if (crc !== actualCrc) refuse(HEADER_BYTES - 4, `header checksum ${actualCrc}`, crc);
  const u64 = (offset: number): number => {
    const value = view.getUint32(offset, true) + view.getUint32(offset + 4, true) * 0x1_0000_0000;
    return Number.isSafeInteger(value) ? value : refuse(offset, 'a number below 2^53', value);
  };
  const header: PageHeader = {
    part:
      ([undefined, 'items', 'buckets'] as const)[bytes[10]!] ??
      refuse(10, 'part 1 (items) or 2 (buckets)', bytes[10]),
    keys:
      ([undefined, 'utf8', 'int64'] as const)[bytes[11]!] ??
      refuse(11, 'keys 1 (UTF-8) or 2 (int64)', bytes[11]),
    tables: bytes[12]!,
    table: bytes[13]!,
    codeBytes: bytes[14]!,
    payloads: bytes[15] === 1,
    pageBytes: view.getUint32(16, true),
    reach: view.getUint32(20, true),
    homePages: view.getUint32(24, true),
    pages: view.getUint32(28, true),
    items: u64(32),
    entries: u64(40),
    overflowBytes: u64(48),
    fileBytes: u64(56),
    identity: hex(bytes.subarray(64, 80)),
    crc,
  };
  const {
    tables,
    table,
    codeBytes,
    pageBytes,
    reach,
    homePages,
    pages,
    items,
    entries,
    overflowBytes,
    fileBytes,
  } = header;
  if (tables < 1 || tables > 8) refuse(12, '1 to 8 tables', tables);
  if (table >= tables) refuse(13, `a table below ${tables}`, table);
  if (codeBytes < 1 || codeBytes > 32) refuse(14, '1 to 32 bytes a code', codeBytes);
  if (pageBytes < 512 || pageBytes > 32_768 || !Number.isInteger(Math.log2(pageBytes)))
    refuse(16, 'a page size from 512 to 32768, a power of two', pageBytes);
  if (reach > MAXIMUM_REACH) refuse(20, `a reach of at most ${MAXIMUM_REACH}`, reach);
  if (homePages < 1 || pages < homePages || pages > homePages + reach)
    refuse(28, `${homePages} to ${homePages + reach} pages, at least 1`, pages);
  if (items > MAXIMUM_ITEMS) refuse(32, 'at most 2^31 items', items);
  if (header.part === 'items' ? entries !== items : entries > items)
    refuse(40, `entries for ${items} items`, entries);
  if (fileBytes !== (1 + pages) * pageBytes + overflowBytes)
    refuse(56, `${(1 + pages) * pageBytes + overflowBytes} bytes in the file`, fileBytes);
  if (bytes[15]! > 1) refuse(15, 'payloads 0 or 1', bytes[15]);
  const reserved = bytes.subarray(80, HEADER_BYTES - 4).reduce((any, byte) => any | byte, 0);
  if (reserved !== 0) refuse(80, 'zeros in the reserved bytes', 'others');
  return header;
}

export function hex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += (byte < 16 ? '0' : '') + byte.toString(16);
  return text;
}
