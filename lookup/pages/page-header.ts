import { crc32c } from '../../format/checksum.ts';
import {
  HEADER_AT,
  isPageSize,
  KEY_KINDS,
  MAXIMUM_ITEMS,
  MAXIMUM_REACH,
  PAGE_FORMAT_VERSION,
  PAGE_MAGIC,
  PAGE_PARTS,
  type PageFileHeader,
} from '../../format/page-header.ts';
import { IndexFormatError } from '../index-errors.ts';

/** The header of a page file as its bytes have it, proven. */
export interface PageHeader extends Omit<PageFileHeader, 'identity'> {
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
  const magic = hex(bytes.subarray(HEADER_AT.magic, HEADER_AT.version));
  const expectedMagic = hex(Uint8Array.from(PAGE_MAGIC));
  if (magic !== expectedMagic) refuse(HEADER_AT.magic, `the magic bytes ${expectedMagic}`, magic);
  const crc = view.getUint32(HEADER_AT.crc, true);
  const actualCrc = crc32c(bytes, 0, HEADER_AT.crc);
  const version = view.getUint16(HEADER_AT.version, true);
  // A header from the future may keep its checksum elsewhere: the version is told apart first.
  if (version !== PAGE_FORMAT_VERSION)
    refuse(
      HEADER_AT.version,
      `format version ${PAGE_FORMAT_VERSION}`,
      `${version}; a newer reader may know it`,
    );
  if (crc !== actualCrc) refuse(HEADER_AT.crc, `header checksum ${actualCrc}`, crc);
  const u64 = (offset: number): number => {
    const value = view.getUint32(offset, true) + view.getUint32(offset + 4, true) * 0x1_0000_0000;
    return Number.isSafeInteger(value) ? value : refuse(offset, 'a number below 2^53', value);
  };
  const header: PageHeader = {
    part:
      PAGE_PARTS[bytes[HEADER_AT.part]! - 1] ??
      refuse(
        HEADER_AT.part,
        'part 1 (items), 2 (buckets) or 3 (neighbours)',
        bytes[HEADER_AT.part],
      ),
    keys:
      KEY_KINDS[bytes[HEADER_AT.keys]! - 1] ??
      refuse(HEADER_AT.keys, 'keys 1 (UTF-8) or 2 (int64)', bytes[HEADER_AT.keys]),
    tables: bytes[HEADER_AT.tables]!,
    table: bytes[HEADER_AT.table]!,
    codeBytes: bytes[HEADER_AT.codeBytes]!,
    payloads: bytes[HEADER_AT.payloads] === 1,
    pageBytes: view.getUint32(HEADER_AT.pageBytes, true),
    reach: view.getUint32(HEADER_AT.reach, true),
    homePages: view.getUint32(HEADER_AT.homePages, true),
    pages: view.getUint32(HEADER_AT.pages, true),
    items: u64(HEADER_AT.items),
    entries: u64(HEADER_AT.entries),
    overflowBytes: u64(HEADER_AT.overflowBytes),
    fileBytes: u64(HEADER_AT.fileBytes),
    identity: hex(bytes.subarray(HEADER_AT.identity, HEADER_AT.reserved)),
    crc,
  };
  checkFields(header, (field, expected) => refuse(HEADER_AT[field], expected, header[field]));
  if (bytes[HEADER_AT.payloads]! > 1)
    refuse(HEADER_AT.payloads, 'payloads 0 or 1', bytes[HEADER_AT.payloads]);
  const reserved = bytes
    .subarray(HEADER_AT.reserved, HEADER_AT.crc)
    .reduce((any, byte) => any | byte, 0);
  if (reserved !== 0) refuse(HEADER_AT.reserved, 'zeros in the reserved bytes', 'others');
  return header;
}

function checkFields(
  header: PageHeader,
  refuse: (field: Exclude<keyof PageHeader, 'crc'>, expected: string) => void,
): void {
  const { tables, table, codeBytes, pageBytes, reach, homePages, pages } = header;
  const { part, items, entries, overflowBytes, fileBytes } = header;
  if (tables < 1 || tables > 8) refuse('tables', '1 to 8 tables');
  if (table >= tables) refuse('table', `a table below ${tables}`);
  if (codeBytes < 1 || codeBytes > 32) refuse('codeBytes', '1 to 32 bytes a code');
  if (!isPageSize(pageBytes)) refuse('pageBytes', 'a page size from 512 to 32768, a power of two');
  if (reach > MAXIMUM_REACH) refuse('reach', `a reach of at most ${MAXIMUM_REACH}`);
  if (homePages < 1 || pages < homePages || pages > homePages + reach)
    refuse('pages', `${homePages} to ${homePages + reach} pages, at least 1`);
  if (items > MAXIMUM_ITEMS) refuse('items', 'at most 2^31 items');
  if (part === 'buckets' ? entries > items : entries !== items)
    refuse('entries', `entries for ${items} items`);
  if (fileBytes !== (1 + pages) * pageBytes + overflowBytes)
    refuse('fileBytes', `${(1 + pages) * pageBytes + overflowBytes} bytes in the file`);
}

/** Bytes as hexadecimal digits in lower case. */
export function hex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += (byte < 16 ? '0' : '') + byte.toString(16);
  return text;
}
