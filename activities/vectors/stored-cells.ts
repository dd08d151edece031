import {
  type Cell,
  type ExpectedCellMap,
  groupsEnd,
  type MapCell,
  parseCell,
  parseCellMapHeader,
  parseGroups,
  parseMapCells,
} from '@hashloom/lookup/internal';
import { cellBytes } from '../../format/cell-map.ts';
import type { Centroids } from '../../kernels/vectors/centroids.ts';
import type { CellPlaces } from '../../kernels/vectors/near-cells.ts';
import type { NearItems } from '../../kernels/vectors/near-lists.ts';

/** The cells that a stage has written, of which some are in memory. */
export interface StoredCells {
  places: CellPlaces;
  /** Bytes of a vector in memory. */
  stride: number;
  /** The items of some cells; neighbouring ones are read together. */
  itemsOf(cells: readonly number[]): Promise<NearItems[]>;
}

interface CellSource {
  /** The whole of `cells.map`. */
  map: Uint8Array;
  expected: ExpectedCellMap;
  /** Bytes [start, end) of `cells.bin`. */
  read: (start: number, end: number) => Promise<Uint8Array>;
}

/** Of `cells.bin`, read at once. */
const PIECE_BYTES = 4 * 2 ** 20;
/** Of pieces that stay in memory. */
const BYTES_IN_MEMORY = 256 * 2 ** 20;

/** Throws IndexFormatError on cells that are damaged. */
export function storedCells({ map, expected, read }: CellSource): StoredCells {
  const parsed = parseCellMapHeader(map, expected);
  const { groups, centroids } = parseGroups(parsed, map);
  const size = cellBytes(parsed.dimensions);
  const first = groupsEnd(parsed);
  const ofGroups = groups.map((group) =>
    parseMapCells(
      parsed,
      group,
      map.subarray(first + group.firstCell * size, first + group.endCell * size),
    ),
  );
  const cells = ofGroups.flatMap((group) => group.cells);
  const pieces = piecesOf(cells);
  const pieceOf = new Uint32Array(cells.length);
  for (const [piece, { from, to }] of pieces.entries()) pieceOf.fill(piece, from, to);
  const held = new Map<number, Promise<NearItems[]>>();

  async function readPiece(piece: number): Promise<NearItems[]> {
    const { from, to } = pieces[piece]!;
    const start = cells[from]!.offset;
    const bytes = await read(start, cells[to - 1]!.offset + cells[to - 1]!.bytes);
    return cells.slice(from, to).map((place) => {
      const at = place.offset - start;
      const cell = parseCell(parsed, place, bytes.subarray(at, at + place.bytes));
      return inMemory(cell, parsed);
    });
  }

  /** The piece that nobody has asked for longest leaves for it. */
  function hold(piece: number): Promise<NearItems[]> {
    const items = held.get(piece) ?? readPiece(piece);
    held.delete(piece);
    held.set(piece, items);
    if (held.size > Math.max(1, BYTES_IN_MEMORY / PIECE_BYTES)) {
      const [oldest] = held.keys();
      held.delete(oldest!);
    }
    return items;
  }

  return {
    places: {
      groups: joined([centroids], parsed.dimensions),
      firstCells: Uint32Array.from([...groups.map(({ firstCell }) => firstCell), cells.length]),
      cells: joined(
        ofGroups.map((group) => group.centroids),
        parsed.dimensions,
      ),
      items: Uint32Array.from(cells, (cell) => cell.items),
    },
    stride: parsed.stride,
    async itemsOf(wanted) {
      const items: NearItems[] = [];
      for (const cell of wanted) {
        const piece = pieceOf[cell]!;
        items.push((await hold(piece))[cell - pieces[piece]!.from]!);
      }
      return items;
    },
  };
}

/** Neighbouring cells [from, to) of about as many bytes as are read at once. */
function piecesOf(cells: readonly MapCell[]): { from: number; to: number }[] {
  const pieces: { from: number; to: number }[] = [];
  for (let from = 0, to = 0; from < cells.length; from = to) {
    const { offset } = cells[from]!;
    do to++;
    while (to < cells.length && cells[to]!.offset + cells[to]!.bytes - offset <= PIECE_BYTES);
    pieces.push({ from, to });
  }
  return pieces;
}

function inMemory(
  { numbers, scales, bytes, vectorsAt }: Cell,
  { dimensions: D, stride }: ReturnType<typeof parseCellMapHeader>,
): NearItems {
  const n = numbers.length;
  const from = new Int8Array(bytes.buffer, bytes.byteOffset + vectorsAt, n * D);
  const rows = new Int8Array(n * stride);
  for (let i = 0; i < n; i++) rows.set(from.subarray(i * D, (i + 1) * D), i * stride);
  return { rows, scales, numbers };
}

function joined(
  parts: readonly ReturnType<typeof parseGroups>['centroids'][],
  dimensions: number,
): Centroids {
  const count = parts.reduce((sum, { scales }) => sum + scales.length, 0);
  const bytes = parts.reduce((sum, { rows }) => sum + rows.length, 0);
  const rows = new Int8Array(bytes);
  const scales = new Float32Array(count);
  const halfSquares = new Float64Array(count);
  let at = 0;
  for (const part of parts) {
    rows.set(part.rows, (at * bytes) / Math.max(1, count));
    scales.set(part.scales, at);
    halfSquares.set(part.halfSquares, at);
    at += part.scales.length;
  }
  return { dimensions, compact: { rows, scales }, halfSquares };
}
