import { askedVector } from '../../format/compact-vectors.ts';
import { bestMatches } from './best-matches.ts';
import { type Cell, copyVectors, idOf, parseCell } from './cell.ts';
import type { MapCell, MapCentroids, ParsedCellMap } from './cell-map.ts';
import { type CellMatches, type CellQuery, enoughOf, placesByValue } from './cell-search.ts';
import { rowMemory } from './open-rows.ts';
import type { RowMemory } from './row-memory.ts';

/** All cells in memory, for many vectors; one thread. */
export interface ResidentCells {
  readonly dimensions: number;
  /** Of memory, about. */
  readonly heldBytes: number;
  search(query: CellQuery): CellMatches;
  /** The item of a row, 0 to items - 1, in the order of cells: D values of its rounded vector. */
  itemAt(row: number): { id: string; vector: Int8Array };
}

interface CellsInMemory {
  map: ParsedCellMap;
  /** Of all groups, in the order of `cells.bin`. */
  cells: readonly MapCell[];
  centroids: readonly MapCentroids[];
  /** Gives the bytes of each cell, in order. */
  read: AsyncIterable<Uint8Array>;
}

/** Of a cell of which fewer items may be found, these are looked at one by one. */
const FEW = 0.125;

/** Throws IndexFormatError on cells that are damaged. */
export async function residentCells(input: CellsInMemory): Promise<ResidentCells> {
  const { map, cells, read } = input;
  const { items, stride } = map;
  const vectors = rowMemory(items, stride);
  const numbers = new Uint32Array(items);
  const keys = new KeyColumn();
  const starts = new Uint32Array(cells.length + 1);
  let at = 0;
  for await (const bytes of read) {
    const place = cells[at]!;
    const cell = parseCell(map, place, bytes);
    const first = starts[at]!;
    numbers.set(cell.numbers, first);
    copyVectors(cell, map, vectors, first);
    keys.add(cell);
    starts[++at] = first + place.items;
  }
  const { centroids, halfSquares } = joined(input);
  const largest = cells.reduce((most, cell) => Math.max(most, cell.items), 1);
  const scores = new Float32Array(largest);
  const near = new Float32Array(cells.length);

  const rowsOf = (flags: Uint8Array, first: number, end: number): number[] => {
    const rows: number[] = [];
    for (let row = first; row < end; row++) if (flags[numbers[row]!] === 1) rows.push(row);
    return rows;
  };

  return {
    dimensions: map.dimensions,
    itemAt: (row) => ({
      id: keys.id(map, row),
      vector: vectors.get(row).subarray(0, map.dimensions),
    }),
    heldBytes: items * (stride + 8) + cells.length * (stride + 12) + keys.bytes,
    search({ vector, topK, candidates, selected }) {
      const { values, scale } = askedVector(vector, map.dimensions, stride);
      const wanted = candidates ?? enoughOf(selected?.count ?? items);
      const most = Math.min(wanted, selected?.count ?? items);
      const best = bestMatches(topK);
      centroids.scores(values, scale, 0, cells.length, near);
      for (let c = 0; c < near.length; c++) near[c]! -= halfSquares[c]!;
      let seen = 0;
      for (const c of placesByValue(near)) {
        if (seen >= most) break;
        const [first, end] = [starts[c]!, starts[c + 1]!];
        const rows = selected && rowsOf(selected.flags, first, end);
        if (rows && rows.length < FEW * (end - first)) {
          seen += rows.length;
          for (const row of rows) {
            vectors.scores(values, scale, row, row + 1, scores);
            best.add(scores[0]!, numbers[row]!, row);
          }
          continue;
        }
        vectors.scores(values, scale, first, end, scores);
        for (let i = 0, { least } = best; i < end - first; i++) {
          if (scores[i]! < least) continue;
          if (selected && selected.flags[numbers[first + i]!] === 0) continue;
          best.add(scores[i]!, numbers[first + i]!, first + i);
          ({ least } = best);
        }
        seen += rows?.length ?? end - first;
      }
      const found = best.sorted();
      return {
        ids: found.map(({ place }) => keys.id(map, place)),
        numbers: found.map(({ number }) => number),
        scores: found.map(({ score }) => score),
        candidates: seen,
        all: seen === (selected?.count ?? items),
      };
    },
  };
}

function joined({ map, cells, centroids }: CellsInMemory): {
  centroids: RowMemory;
  halfSquares: Float32Array;
} {
  const all = rowMemory(cells.length, map.stride);
  const halfSquares = new Float32Array(cells.length);
  let at = 0;
  for (const part of centroids) {
    all.scales.set(part.scales, at);
    halfSquares.set(part.halfSquares, at);
    for (let c = 0; c < part.scales.length; c++)
      all.put(at++, part.rows, c * map.stride, map.stride);
  }
  return { centroids: all, halfSquares };
}

/** Keys as they were read, so that no text is made before it is an answer. */
class KeyColumn {
  readonly #pieces: { first: number; bytes: Uint8Array; starts: Uint32Array; ends: Uint32Array }[] =
    [];
  #rows = 0;
  bytes = 0;

  add({ bytes, keyStarts, keyEnds }: Cell): void {
    const start = keyStarts[0]!;
    this.#pieces.push({
      first: this.#rows,
      // A copy: the cell's own bytes hold its vectors too.
      bytes: bytes.slice(start, keyEnds.at(-1)),
      starts: keyStarts.map((each) => each - start),
      ends: keyEnds.map((each) => each - start),
    });
    this.#rows += keyEnds.length;
    this.bytes += keyEnds.at(-1)! - start + 8 * keyEnds.length;
  }

  id(map: ParsedCellMap, row: number): string {
    let [low, high] = [0, this.#pieces.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#pieces[middle]!.first <= row) low = middle;
      else high = middle - 1;
    }
    const { first, bytes, starts, ends } = this.#pieces[low]!;
    return idOf(map, bytes.subarray(starts[row - first], ends[row - first]));
  }
}
