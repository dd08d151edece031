/**
 * `fields.bin` (docs/reference/index-format.md): a header of 64 bytes, a directory in JSON, a
 * column a field. A column is the list of its distinct values in JSON, then for each item the place
 * of its value in that list and one more, 0 where it has none.
 */

import { crc32c } from './checksum.ts';
import { checksumSeed } from './cell-map.ts';
import { writeU32 } from './little-endian.ts';

/** A field in the directory; columns lie one after the other in its order. */
export interface FieldColumnEntry {
  name: string;
  /** Of its values in JSON, at most MAXIMUM_VALUES_BYTES. */
  valuesBytes: number;
  /** Of the place of an item's value: 1, 2 or 4. */
  placeBytes: number;
  /** CRC-32C of the column, begun as those of cells are. */
  crc: number;
}

export interface FieldColumnsHeader {
  items: number;
  columns: readonly FieldColumnEntry[];
  /** 16 bytes: the key of the export artifact. */
  identity: Uint8Array;
}

/** Header and directory. */
export function fieldColumnsHead({ items, columns, identity }: FieldColumnsHeader): Uint8Array {
  const directory = new TextEncoder().encode(JSON.stringify(columns));
  const head = new Uint8Array(FIELDS_HEADER_BYTES + directory.length);
  const view = new DataView(head.buffer);
  head.set(FIELDS_MAGIC, FIELDS_AT.magic);
  view.setUint16(FIELDS_AT.version, FIELDS_FORMAT_VERSION, true);
  writeU32(head, FIELDS_AT.directoryBytes, directory.length);
  view.setBigUint64(FIELDS_AT.items, BigInt(items), true);
  head.set(identity, FIELDS_AT.identity);
  head.set(directory, FIELDS_HEADER_BYTES);
  const seed = checksumSeed(identity);
  writeU32(head, FIELDS_AT.directoryCrc, crc32c(head, FIELDS_HEADER_BYTES, head.length, seed));
  writeU32(head, FIELDS_AT.crc, crc32c(head, 0, FIELDS_AT.crc));
  return head;
}

/** The bytes of a column. */
export const columnBytes = (
  { valuesBytes, placeBytes }: Pick<FieldColumnEntry, 'valuesBytes' | 'placeBytes'>,
  items: number,
): number => valuesBytes + placeBytes * items;

export const FIELDS_HEADER_BYTES = 64;
export const FIELDS_MAGIC = [0x89, 0x48, 0x4c, 0x46, 0x0d, 0x0a, 0x1a, 0x0a] as const;
export const FIELDS_FORMAT_VERSION = 1;
/** A field whose values take more has no column: a title, a URL. */
export const MAXIMUM_VALUES_BYTES = 4 * 2 ** 20;

/** Byte at which each field of the header begins. */
export const FIELDS_AT = {
  magic: 0,
  version: 8,
  directoryBytes: 12,
  items: 16,
  identity: 24,
  directoryCrc: 40,
  reserved: 44,
  crc: 60,
} as const;
