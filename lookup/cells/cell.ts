import { crc32c } from '../../format/checksum.ts';
import { IndexFormatError } from '../index-errors.ts';
import { decodeKey } from '../pages/item-key.ts';
import { readVarint, type VarintCursor, wrongAt } from '../pages/varint.ts';
import { CELL_BIN, type MapCell, type ParsedCellMap } from './cell-map.ts';
import type { RowMemory } from './row-memory.ts';

/** The items of a cell, proven. */
export interface Cell {
  numbers: Uint32Array;
  /** Ends of the keys in `bytes`: key i is bytes [starts[i], ends[i]). */
  keyStarts: Uint32Array;
  keyEnds: Uint32Array;
  bytes: Uint8Array;
  scales: Float32Array;
  /** Where the vectors begin, D bytes each. */
  vectorsAt: number;
}

/** Parses a cell from its bytes. Throws IndexFormatError. */
export function parseCell(map: ParsedCellMap, place: MapCell, bytes: Uint8Array): Cell {
  const { items: n, offset } = place;
  const crc = crc32c(bytes, 0, bytes.length, map.seed);
  if (crc !== place.crc)
    throw new IndexFormatError(CELL_BIN, offset, `checksum ${place.crc} of a cell`, String(crc));
  const cursor: VarintCursor = { bytes, at: 0, part: CELL_BIN, offset };
  const numbers = new Uint32Array(n);
  for (let i = 0, number = 0; i < n; i++) {
    const step = readVarint(cursor);
    number += step;
    if (number >= map.items || (i > 0 && step === 0))
      throw wrongAt(cursor, `item numbers that rise and stay below ${map.items}`, number);
    numbers[i] = number;
  }
  const keyStarts = new Uint32Array(n);
  const keyEnds = new Uint32Array(n);
  for (let i = 0; i < n; i++) {
    const length = map.keys === 'int64' ? 8 : readVarint(cursor);
    if (length > bytes.length - cursor.at)
      throw wrongAt(cursor, `a key within ${bytes.length - cursor.at} bytes`, length);
    keyStarts[i] = cursor.at;
    cursor.at += length;
    keyEnds[i] = cursor.at;
  }
  if (bytes.length - cursor.at !== n * (4 + map.dimensions))
    throw wrongAt(
      cursor,
      `${n} scales and vectors of ${map.dimensions} bytes`,
      `${bytes.length - cursor.at} bytes`,
    );
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const scales = new Float32Array(n);
  for (let i = 0; i < n; i++) scales[i] = view.getFloat32(cursor.at + 4 * i, true);
  return { numbers, keyStarts, keyEnds, bytes, scales, vectorsAt: cursor.at + 4 * n };
}

/** Copies the vectors of a cell, and their scales, to rows from row `to` on. */
export function copyVectors(
  { bytes, vectorsAt, numbers, scales }: Cell,
  { dimensions: D }: ParsedCellMap,
  memory: RowMemory,
  to: number,
): void {
  const from = new Int8Array(bytes.buffer, bytes.byteOffset + vectorsAt, numbers.length * D);
  for (let i = 0; i < numbers.length; i++) memory.put(to + i, from, i * D, D);
  memory.scales.set(scales, to);
}

/** A key as a person writes it. Throws IndexFormatError on bytes that are none. */
export function idOf(map: ParsedCellMap, key: Uint8Array): string {
  const id = decodeKey(map.keys, key);
  if (id === undefined)
    throw new IndexFormatError(CELL_BIN, undefined, 'keys in UTF-8', 'other bytes');
  return id;
}
