import { type RangeReader, readExactly } from '../ranges/range-reader.ts';
import type { ReadMeter } from '../ranges/read-meter.ts';
import { sharedReads } from '../ranges/shared-reads.ts';
import { type Cell, parseCell } from './cell.ts';
import { CELL_BIN, type MapCell, type ParsedCellMap } from './cell-map.ts';
import { mergeRanges } from './merge-ranges.ts';

/** Reads some cells, in the order in which they lie; gives them proven. */
type ChosenCells = (
  map: ParsedCellMap,
  chosen: readonly MapCell[],
  meter?: ReadMeter,
) => Promise<Cell[]>;

/** Cells that lie side by side are one read, and a cell that is on its way is not read again. */
export function chosenCellsReader(open: () => RangeReader): ChosenCells {
  const coming = sharedReads<number, Cell>();
  return async (map, chosen, meter) => {
    const cells = chosen.toSorted((a, b) => a.offset - b.offset);
    const found = new Map<number, Promise<Cell>>();
    const unread: MapCell[] = [];
    for (const cell of cells) {
      const shared = coming.join(cell.offset, meter);
      if (shared) found.set(cell.offset, shared);
      else unread.push(cell);
    }
    const ranges = unread.map((cell) => ({
      start: cell.offset,
      end: cell.offset + cell.bytes,
      of: cell,
    }));
    for (const { start, end, of } of mergeRanges(ranges, 0)) {
      const offsets = of.map((range) => range.start);
      const started = coming.start(offsets, meter, async (isWanted) => {
        const bytes = await readExactly(open(), CELL_BIN, start, end, meter, isWanted);
        return of.map((range) =>
          parseCell(map, range.of, bytes.subarray(range.start - start, range.end - start)),
        );
      });
      started.forEach((cell, at) => found.set(offsets[at]!, cell));
    }
    return await Promise.all(cells.map(({ offset }) => found.get(offset)!));
  };
}
