/**
 * `cells.map` (docs/reference/index-format.md): a header, a record a group of cells, a record a
 * cell. A record ends with a centroid: a scale and D bytes, whose product is near the mean of what
 * is in it.
 */

import { crc32c } from './checksum.ts';
import { writeU32 } from './little-endian.ts';
import { KEY_KINDS } from './page-header.ts';

export interface CellMapHeader {
  keys: (typeof KEY_KINDS)[number];
  dimensions: number;
  groups: number;
  cells: number;
  items: number;
  /** Of `cells.bin`. */
  binBytes: number;
  /** 16 bytes: the key of the artifact of cells. */
  identity: Uint8Array;
}

/** Writes the header at the start of a map whose groups and cells are written. */
export function writeCellMapHeader(map: Uint8Array, header: CellMapHeader): void {
  const { keys, dimensions, groups, cells, items, binBytes, identity } = header;
  const view = new DataView(map.buffer, map.byteOffset, CELL_MAP_HEADER_BYTES);
  map.set(CELL_MAP_MAGIC, CELL_MAP_AT.magic);
  view.setUint16(CELL_MAP_AT.version, CELL_MAP_FORMAT_VERSION, true);
  map[CELL_MAP_AT.keys] = 1 + KEY_KINDS.indexOf(keys);
  map[CELL_MAP_AT.bits] = 8;
  view.setUint32(CELL_MAP_AT.dimensions, dimensions, true);
  view.setUint32(CELL_MAP_AT.groups, groups, true);
  view.setUint32(CELL_MAP_AT.cells, cells, true);
  view.setBigUint64(CELL_MAP_AT.items, BigInt(items), true);
  view.setBigUint64(CELL_MAP_AT.mapBytes, BigInt(map.length), true);
  view.setBigUint64(CELL_MAP_AT.binBytes, BigInt(binBytes), true);
  map.set(identity, CELL_MAP_AT.identity);
  const groupsEnd = CELL_MAP_HEADER_BYTES + groups * groupBytes(dimensions);
  const seed = checksumSeed(identity);
  writeU32(map, CELL_MAP_AT.groupsCrc, crc32c(map, CELL_MAP_HEADER_BYTES, groupsEnd, seed));
  writeU32(map, CELL_MAP_AT.crc, crc32c(map, 0, CELL_MAP_AT.crc));
}

/**
 * Checksums begin with the identity, so that no part of another version is taken for one of this.
 */
export const checksumSeed = (identity: Uint8Array): number => crc32c(identity, 0, identity.length);

export const CELL_MAP_HEADER_BYTES = 128;
export const CELL_MAP_MAGIC = [0x89, 0x48, 0x4c, 0x43, 0x0d, 0x0a, 0x1a, 0x0a] as const;
export const CELL_MAP_FORMAT_VERSION = 1;

/** Byte at which each field begins. */
export const CELL_MAP_AT = {
  magic: 0,
  version: 8,
  keys: 10,
  bits: 11,
  dimensions: 12,
  groups: 16,
  cells: 20,
  items: 24,
  mapBytes: 32,
  binBytes: 40,
  identity: 48,
  groupsCrc: 64,
  reserved: 68,
  crc: 124,
} as const;

/** Of a group: where its first cell begins in `cells.bin`, its number, a checksum, the centroid. */
export const GROUP_AT = { offset: 0, firstCell: 8, crc: 12, scale: 16, values: 20 } as const;
/** Of a cell: its bytes, its items, its checksum, the centroid. */
export const CELL_AT = { bytes: 0, items: 4, crc: 8, scale: 12, values: 16 } as const;

export const groupBytes = (dimensions: number): number => GROUP_AT.values + dimensions;
export const cellBytes = (dimensions: number): number => CELL_AT.values + dimensions;
