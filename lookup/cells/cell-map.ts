import {
  CELL_AT,
  CELL_MAP_AT,
  CELL_MAP_FORMAT_VERSION,
  CELL_MAP_HEADER_BYTES,
  CELL_MAP_MAGIC,
  cellBytes,
  type CellMapHeader,
  checksumSeed,
  GROUP_AT,
  groupBytes,
} from '../../format/cell-map.ts';
import { crc32c } from '../../format/checksum.ts';
import { strideOf } from '../../format/compact-vectors.ts';
import { u32 } from '../../format/little-endian.ts';
import { KEY_KINDS, MAXIMUM_ITEMS } from '../../format/page-header.ts';
import { checkFileHeader } from '../check-file-header.ts';
import { IndexFormatError } from '../index-errors.ts';
import { hex } from '../pages/page-header.ts';

export const CELL_MAP = 'cells.map';
export const CELL_BIN = 'cells.bin';

/** Means of what lies in a place: (k, stride) bytes, scales, half the squares of their lengths. */
export interface MapCentroids {
  rows: Int8Array;
  scales: Float32Array;
  halfSquares: Float32Array;
}

/** The header of a map, proven. */
export interface ParsedCellMap extends CellMapHeader {
  mapBytes: number;
  stride: number;
  /** What checksums go on from. */
  seed: number;
}

/** A cell as the map has it. */
export interface MapCell {
  /** In `cells.bin`. */
  offset: number;
  bytes: number;
  items: number;
  crc: number;
}

export interface MapGroup {
  offset: number;
  firstCell: number;
  /** Behind its last cell. */
  endCell: number;
  crc: number;
}

export interface ExpectedCellMap {
  items: number;
  mapBytes: number;
  binBytes: number;
  /** 32 hexadecimal digits. */
  identity: string;
  /** The first bytes of the map where they are known without a read. */
  head?: Uint8Array | undefined;
}

/** Parses and proves the first 128 bytes of `cells.map`. Throws IndexFormatError. */
export function parseCellMapHeader(bytes: Uint8Array, expected: ExpectedCellMap): ParsedCellMap {
  const refuse = (offset: number, wanted: string, actual: unknown): never => {
    throw new IndexFormatError(CELL_MAP, offset, wanted, String(actual));
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = { magic: CELL_MAP_MAGIC, version: CELL_MAP_FORMAT_VERSION, at: CELL_MAP_AT };
  checkFileHeader(bytes, header, refuse);
  const identity = bytes.slice(CELL_MAP_AT.identity, CELL_MAP_AT.groupsCrc);
  if (hex(identity) !== expected.identity)
    refuse(CELL_MAP_AT.identity, `identity ${expected.identity}`, hex(identity));
  if (bytes[CELL_MAP_AT.bits] !== 8)
    refuse(CELL_MAP_AT.bits, '8 bits a dimension', bytes[CELL_MAP_AT.bits]);
  const u64 = (at: number) => Number(view.getBigUint64(at, true));
  const map: ParsedCellMap = {
    keys:
      KEY_KINDS[bytes[CELL_MAP_AT.keys]! - 1] ??
      refuse(CELL_MAP_AT.keys, 'keys 1 (UTF-8) or 2 (int64)', bytes[CELL_MAP_AT.keys]),
    dimensions: u32(bytes, CELL_MAP_AT.dimensions),
    groups: u32(bytes, CELL_MAP_AT.groups),
    cells: u32(bytes, CELL_MAP_AT.cells),
    items: u64(CELL_MAP_AT.items),
    mapBytes: u64(CELL_MAP_AT.mapBytes),
    binBytes: u64(CELL_MAP_AT.binBytes),
    identity,
    stride: strideOf(u32(bytes, CELL_MAP_AT.dimensions)),
    seed: checksumSeed(identity),
  };
  const { dimensions, groups, cells } = map;
  for (const field of ['items', 'mapBytes', 'binBytes'] as const)
    if (map[field] !== expected[field])
      refuse(CELL_MAP_AT[field], `${expected[field]} as index.json says`, map[field]);
  if (dimensions < 1 || dimensions > 65_536)
    refuse(CELL_MAP_AT.dimensions, '1 to 65536 dimensions', dimensions);
  if (map.items > MAXIMUM_ITEMS) refuse(CELL_MAP_AT.items, 'at most 2^31 items', map.items);
  if (groups > cells || cells > map.items)
    refuse(CELL_MAP_AT.groups, `groups of ${cells} cells of ${map.items} items`, groups);
  const whole =
    CELL_MAP_HEADER_BYTES + groups * groupBytes(dimensions) + cells * cellBytes(dimensions);
  if (whole !== map.mapBytes) refuse(CELL_MAP_AT.mapBytes, `${whole} bytes`, map.mapBytes);
  return map;
}

/** Where the records of groups end and those of cells begin. */
export const groupsEnd = ({ groups, dimensions }: ParsedCellMap): number =>
  CELL_MAP_HEADER_BYTES + groups * groupBytes(dimensions);

/**
 * The groups of a map, of which the first `groupsEnd` bytes are at hand. Throws IndexFormatError.
 */
export function parseGroups(map: ParsedCellMap, bytes: Uint8Array) {
  const end = groupsEnd(map);
  const crc = crc32c(bytes, CELL_MAP_HEADER_BYTES, end, map.seed);
  const stored = u32(bytes, CELL_MAP_AT.groupsCrc);
  if (crc !== stored)
    throw new IndexFormatError(CELL_MAP, CELL_MAP_AT.groupsCrc, `checksum ${crc}`, `${stored}`);
  const size = groupBytes(map.dimensions);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const groups: MapGroup[] = [];
  for (let g = 0; g < map.groups; g++) {
    const record = CELL_MAP_HEADER_BYTES + g * size;
    const group = {
      offset: Number(view.getBigUint64(record + GROUP_AT.offset, true)),
      firstCell: u32(bytes, record + GROUP_AT.firstCell),
      endCell: map.cells,
      crc: u32(bytes, record + GROUP_AT.crc),
    };
    const before = groups.at(-1);
    if (before) before.endCell = group.firstCell;
    const least = before ? before.firstCell + 1 : 0;
    const isFirst = before === undefined && group.firstCell !== 0;
    if (isFirst || group.firstCell < least || group.firstCell >= map.cells)
      throw new IndexFormatError(
        CELL_MAP,
        record + GROUP_AT.firstCell,
        `a first cell from ${least} to ${map.cells - 1}`,
        String(group.firstCell),
      );
    groups.push(group);
  }
  const first = CELL_MAP_HEADER_BYTES + GROUP_AT.scale;
  return { groups, centroids: readCentroids(map, bytes, { first, size, count: map.groups }) };
}

/** The cells of a group, whose records `bytes` are. Throws IndexFormatError. */
export function parseMapCells(map: ParsedCellMap, group: MapGroup, bytes: Uint8Array) {
  const size = cellBytes(map.dimensions);
  const start = groupsEnd(map) + group.firstCell * size;
  const crc = crc32c(bytes, 0, bytes.length, map.seed);
  if (crc !== group.crc)
    throw new IndexFormatError(CELL_MAP, start, `checksum ${group.crc} of a group`, String(crc));
  const count = group.endCell - group.firstCell;
  const cells: MapCell[] = [];
  let { offset } = group;
  for (let c = 0; c < count; c++) {
    const record = c * size;
    const cell = {
      offset,
      bytes: u32(bytes, record + CELL_AT.bytes),
      items: u32(bytes, record + CELL_AT.items),
      crc: u32(bytes, record + CELL_AT.crc),
    };
    offset += cell.bytes;
    // Before anything is allocated: an item has a number, a scale and its vector at least.
    if (cell.items < 1 || cell.items * (5 + map.dimensions) > cell.bytes || offset > map.binBytes)
      throw new IndexFormatError(
        CELL_MAP,
        start + record,
        `a cell within the ${map.binBytes} bytes of ${CELL_BIN}`,
        `${cell.items} items in bytes ${cell.offset} to ${offset}`,
      );
    cells.push(cell);
  }
  return { cells, centroids: readCentroids(map, bytes, { first: CELL_AT.scale, size, count }) };
}

function readCentroids(
  { dimensions: D, stride }: ParsedCellMap,
  bytes: Uint8Array,
  { first, size, count }: { first: number; size: number; count: number },
): MapCentroids {
  const rows = new Int8Array(count * stride);
  const scales = new Float32Array(count);
  const halfSquares = new Float32Array(count);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const signed = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let c = 0; c < count; c++) {
    const at = first + c * size;
    const scale = view.getFloat32(at, true);
    scales[c] = scale;
    rows.set(signed.subarray(at + 4, at + 4 + D), c * stride);
    let squares = 0;
    for (let k = 0; k < D; k++) squares += rows[c * stride + k]! ** 2;
    halfSquares[c] = (scale * scale * squares) / 2;
  }
  return { rows, scales, halfSquares };
}
