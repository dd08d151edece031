import { type RangeReader, readExactly } from '../ranges/range-reader.ts';
import type { ReadMeter } from '../ranges/read-meter.ts';
import { CELL_BIN, type MapCell } from './cell-map.ts';

/** Bytes of one read; a cell is never larger by much. */
const PIECE_BYTES = 8 * 2 ** 20;

/** The bytes of neighbouring cells one after the other, a piece of some MiB at a time. */
export async function* readCells(
  bin: RangeReader,
  cells: readonly MapCell[],
  meter?: ReadMeter,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let first = 0, next = 0; first < cells.length; first = next) {
    const { offset } = cells[first]!;
    let end = offset;
    while (next < cells.length && (next === first || end - offset < PIECE_BYTES))
      end += cells[next++]!.bytes;
    const bytes = await readExactly(bin, CELL_BIN, offset, end, meter);
    for (let c = first, at = 0; c < next; at += cells[c++]!.bytes)
      yield bytes.subarray(at, at + cells[c]!.bytes);
  }
}
