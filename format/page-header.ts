/**
 * The first 128 bytes of a page file, and the fixed sizes within its pages
 * (docs/reference/index-format.md).
 */

import { crc32c } from './checksum.ts';
import { writeU32 } from './little-endian.ts';

/** What a page file says of itself. */
export interface PageFileHeader {
  part: (typeof PAGE_PARTS)[number];
  keys: (typeof KEY_KINDS)[number];
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
  /** 16 bytes that all parts of one version share: the key of the export artifact. */
  identity: Uint8Array;
}

/**
 * Writes the header at the start of `page` and returns its checksum, which seeds those of pages and
 * lists.
 */
export function writePageHeader(page: Uint8Array, header: PageFileHeader): number {
  const view = new DataView(page.buffer, page.byteOffset, HEADER_BYTES);
  page.set(PAGE_MAGIC, 0);
  view.setUint16(HEADER_AT.version, PAGE_FORMAT_VERSION, true);
  page[HEADER_AT.part] = 1 + PAGE_PARTS.indexOf(header.part);
  page[HEADER_AT.keys] = 1 + KEY_KINDS.indexOf(header.keys);
  page[HEADER_AT.tables] = header.tables;
  page[HEADER_AT.table] = header.table;
  page[HEADER_AT.codeBytes] = header.codeBytes;
  page[HEADER_AT.payloads] = header.payloads ? 1 : 0;
  for (const field of ['pageBytes', 'reach', 'homePages', 'pages'] as const)
    view.setUint32(HEADER_AT[field], header[field], true);
  for (const field of ['items', 'entries', 'overflowBytes', 'fileBytes'] as const)
    view.setBigUint64(HEADER_AT[field], BigInt(header[field]), true);
  page.set(header.identity, HEADER_AT.identity);
  const crc = crc32c(page, 0, HEADER_AT.crc);
  writeU32(page, HEADER_AT.crc, crc);
  return crc;
}

/** Whether pages may have this many bytes. */
export function isPageSize(pageBytes: number): boolean {
  return pageBytes >= 512 && pageBytes <= 32_768 && Number.isInteger(Math.log2(pageBytes));
}

export const HEADER_BYTES = 128;
export const PAGE_MAGIC = [0x89, 0x48, 0x4c, 0x50, 0x0d, 0x0a, 0x1a, 0x0a] as const;
export const PAGE_FORMAT_VERSION = 1;
/** In the order of their numbers, which begin at 1. */
export const PAGE_PARTS = ['items', 'buckets', 'neighbours'] as const;
export const KEY_KINDS = ['utf8', 'int64'] as const;

/** Byte at which each field begins. */
export const HEADER_AT = {
  magic: 0,
  version: 8,
  part: 10,
  keys: 11,
  tables: 12,
  table: 13,
  codeBytes: 14,
  payloads: 15,
  pageBytes: 16,
  reach: 20,
  homePages: 24,
  pages: 28,
  items: 32,
  entries: 40,
  overflowBytes: 48,
  fileBytes: 56,
  identity: 64,
  reserved: 80,
  crc: 124,
} as const;

/** Pages beyond its home page that an entry can lie at most. */
export const MAXIMUM_REACH = 15;
export const MAXIMUM_ITEMS = 0x8000_0000;
/** Of a page: its checksum, its number, how many entries it has. */
export const PAGE_HEADER_BYTES = 12;
/** Of an entry: where it ends. */
export const SLOT_BYTES = 2;
