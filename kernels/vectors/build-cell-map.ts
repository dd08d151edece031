import {
  CELL_AT,
  CELL_MAP_HEADER_BYTES,
  cellBytes,
  type CellMapHeader,
  checksumSeed,
  GROUP_AT,
  groupBytes,
  writeCellMapHeader,
} from '../../format/cell-map.ts';
import { crc32c } from '../../format/checksum.ts';
import { writeU32 } from '../../format/little-endian.ts';
import type { Centroids } from './centroids.ts';
import type { Cells } from './learn-cells.ts';

/** A cell that was written, in the order of `cells.bin`. */
export interface WrittenCell {
  /** The cell whose centroid it has; a large one is written in several. */
  cell: number;
  bytes: number;
  items: number;
  crc: number;
}

/** `cells.map`: groups without a written cell are left out. */
export function buildCellMap(
  cells: Cells,
  written: readonly WrittenCell[],
  { keys, identity }: Pick<CellMapHeader, 'keys' | 'identity'>,
): Uint8Array {
  const { dimensions } = cells.cells;
  const groups = groupsOf(cells, written);
  const [groupSize, cellSize] = [groupBytes(dimensions), cellBytes(dimensions)];
  const cellsAt = CELL_MAP_HEADER_BYTES + groups.length * groupSize;
  const map = new Uint8Array(cellsAt + written.length * cellSize);
  const view = new DataView(map.buffer);
  const seed = checksumSeed(identity);
  let binBytes = 0;
  let items = 0;
  for (const [at, { group, first, end }] of groups.entries()) {
    const record = CELL_MAP_HEADER_BYTES + at * groupSize;
    view.setBigUint64(record + GROUP_AT.offset, BigInt(binBytes), true);
    writeU32(map, record + GROUP_AT.firstCell, first);
    writeCentroid(map, record + GROUP_AT.scale, cells.groups, group);
    for (let number = first; number < end; number++) {
      const { cell, bytes, items: own, crc } = written[number];
      const place = cellsAt + number * cellSize;
      writeU32(map, place + CELL_AT.bytes, bytes);
      writeU32(map, place + CELL_AT.items, own);
      writeU32(map, place + CELL_AT.crc, crc);
      writeCentroid(map, place + CELL_AT.scale, cells.cells, cell);
      binBytes += bytes;
      items += own;
    }
    const crc = crc32c(map, cellsAt + first * cellSize, cellsAt + end * cellSize, seed);
    writeU32(map, record + GROUP_AT.crc, crc);
  }
  writeCellMapHeader(map, {
    keys,
    identity,
    dimensions,
    groups: groups.length,
    cells: written.length,
    items,
    binBytes,
  });
  return map;
}

/** Written cells [first, end) by their group. */
function groupsOf({ firstCells }: Cells, written: readonly WrittenCell[]) {
  const groups: { group: number; first: number; end: number }[] = [];
  let group = 0;
  for (const [number, { cell }] of written.entries()) {
    while (cell >= firstCells[group + 1]) group++;
    const last = groups.at(-1);
    if (last?.group === group) last.end = number + 1;
    else groups.push({ group, first: number, end: number + 1 });
  }
  return groups;
}

function writeCentroid(out: Uint8Array, at: number, { dimensions, compact }: Centroids, c: number) {
  const stride = compact.rows.length / compact.scales.length;
  new DataView(out.buffer).setFloat32(at, compact.scales[c], true);
  new Int8Array(out.buffer).set(compact.rows.subarray(c * stride, c * stride + dimensions), at + 4);
}
