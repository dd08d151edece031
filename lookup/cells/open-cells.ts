import { CELL_MAP_HEADER_BYTES, cellBytes } from '../../format/cell-map.ts';
import { askedVector } from '../../format/compact-vectors.ts';
import { type RangeReader, readExactly } from '../ranges/range-reader.ts';
import type { ReadMeter } from '../ranges/read-meter.ts';
import { bestMatches } from './best-matches.ts';
import { type Cell, copyVectors, idOf } from './cell.ts';
import {
  CELL_BIN,
  CELL_MAP,
  type ExpectedCellMap,
  groupsEnd,
  type MapCell,
  type MapCentroids,
  type MapGroup,
  type ParsedCellMap,
  parseCellMapHeader,
  parseGroups,
  parseMapCells,
} from './cell-map.ts';
import { type CellMatches, type CellQuery, placesByValue } from './cell-search.ts';
import { mergeRanges } from './merge-ranges.ts';
import { chosenCellsReader } from './chosen-cells.ts';
import { readCells } from './read-cells.ts';
import { type ResidentCells, residentCells } from './resident-cells.ts';
import { plainMemory } from './open-rows.ts';

/** The cells of an index of vectors, where they lie. */
export interface CellIndex {
  /** Reads the head of the map, once; gives the dimensions of vectors. */
  dimensions(meter?: ReadMeter): Promise<number>;
  /** At most two rounds of reads after the head, and about `maxBytes` of them. */
  search(query: CellQuery, meter?: ReadMeter, maxBytes?: number): Promise<CellMatches>;
  /** Reads all of it, for whoever asks: searches go on as before. */
  readAll(meter?: ReadMeter): Promise<ResidentCells>;
  /** The same, once, for all searches from then on. */
  load(meter?: ReadMeter): Promise<ResidentCells>;
  /** What was loaded. */
  readonly loaded: ResidentCells | undefined;
}

export interface CellParts {
  /** A part by its name; called by the first read of it. */
  open: (name: string) => RangeReader;
  expected: ExpectedCellMap;
}

/** What one search reads in all, the head of the map counted in. */
const MAX_SEARCH_BYTES = 256 * 1024;
/** A map that is no larger is read whole with its head, else this much of it. */
const WHOLE_MAP_BYTES = 32_768;
const HEAD_BYTES = 16_384;
/** Of what may be read, for the cells of groups: the rest is for items. */
const MAP_SHARE = 0.25;

/** Reads nothing before the first call. */
export function openCells({ open, expected }: CellParts): CellIndex {
  let opened: Promise<Head> | undefined;
  let loading: Promise<ResidentCells> | undefined;
  let loaded: ResidentCells | undefined;
  const known = new Map<MapGroup, Promise<GroupCells>>();
  const chosenCells = chosenCellsReader(() => open(CELL_BIN));

  function head(meter?: ReadMeter): Promise<Head> {
    if (!opened) {
      opened = readHead(open(CELL_MAP), expected, meter);
      // A network that was down is tried again by the next query.
      opened.catch(() => (opened = undefined));
    }
    return opened;
  }

  /** Cells of groups, those that are not known by one read for neighbours. */
  async function cellsOf(
    { map, start }: Head,
    groups: readonly MapGroup[],
    meter: ReadMeter | undefined,
  ): Promise<GroupCells[]> {
    const size = cellBytes(map.dimensions);
    const first = groupsEnd(map);
    const ranges = groups
      .filter((group) => !known.has(group))
      .map((group) => ({
        start: first + group.firstCell * size,
        end: first + group.endCell * size,
        of: group,
      }));
    for (const { start: from, end, of } of mergeRanges(ranges, 0)) {
      const bytes =
        end <= start.length
          ? Promise.resolve(start.subarray(from, end))
          : readExactly(open(CELL_MAP), CELL_MAP, from, end, meter);
      for (const range of of) {
        const cells = bytes.then((all) =>
          parseMapCells(map, range.of, all.subarray(range.start - from, range.end - from)),
        );
        known.set(range.of, cells);
        cells.catch(() => known.delete(range.of));
      }
    }
    return await Promise.all(groups.map((group) => known.get(group)!));
  }

  async function readAll(meter: ReadMeter | undefined): Promise<ResidentCells> {
    const start = await head(meter);
    const groups = await cellsOf(start, start.groups, meter);
    const cells = groups.flatMap((group) => group.cells);
    return await residentCells({
      map: start.map,
      cells,
      centroids: groups.map((group) => group.centroids),
      read: readCells(open(CELL_BIN), cells, meter),
    });
  }

  async function loadAll(meter: ReadMeter | undefined): Promise<ResidentCells> {
    loaded = await readAll(meter);
    return loaded;
  }

  return {
    dimensions: async (meter) => (await head(meter)).map.dimensions,
    async search(query, meter, maxBytes = MAX_SEARCH_BYTES) {
      const { vector, topK, candidates = Infinity, selected } = query;
      const start = await head(meter);
      const { map } = start;
      const asked = askedVector(vector, map.dimensions, map.stride);
      let left = Math.max(0, maxBytes - Math.min(map.mapBytes, HEAD_BYTES));
      const near: MapGroup[] = [];
      const size = cellBytes(map.dimensions);
      let mapLeft = MAP_SHARE * maxBytes;
      for (const g of placesByValue(nearness(map, start.centroids, asked))) {
        const group = start.groups[g]!;
        mapLeft -= (group.endCell - group.firstCell) * size;
        if (near.length > 0 && mapLeft < 0) break;
        near.push(group);
        left -= (group.endCell - group.firstCell) * size;
      }
      const groups = await cellsOf(start, near, meter);
      const cells = groups.flatMap((group) => group.cells);
      const values = Float32Array.from(
        groups.flatMap((group) => [...nearness(map, group.centroids, asked)]),
      );
      const chosen: MapCell[] = [];
      let items = 0;
      for (const c of placesByValue(values)) {
        const cell = cells[c]!;
        if (chosen.length > 0 && (cell.bytes > left || items >= candidates)) break;
        chosen.push(cell);
        items += cell.items;
        left -= cell.bytes;
      }
      return bestOf(map, await chosenCells(map, chosen, meter), asked, { topK, selected });
    },
    readAll,
    load(meter) {
      if (!loading) {
        loading = loadAll(meter);
        loading.catch(() => (loading = undefined));
      }
      return loading;
    },
    get loaded() {
      return loaded;
    },
  };
}

interface Head {
  map: ParsedCellMap;
  groups: MapGroup[];
  centroids: MapCentroids;
  /** Bytes from the start of the map on. */
  start: Uint8Array;
}

interface GroupCells {
  cells: MapCell[];
  centroids: MapCentroids;
}

async function readHead(
  reader: RangeReader,
  expected: ExpectedCellMap,
  meter: ReadMeter | undefined,
): Promise<Head> {
  const { mapBytes, head } = expected;
  const length = mapBytes <= WHOLE_MAP_BYTES ? mapBytes : HEAD_BYTES;
  const known = head && head.length >= CELL_MAP_HEADER_BYTES ? head : undefined;
  let start = known ?? (await readExactly(reader, CELL_MAP, 0, length, meter));
  if (start.length < CELL_MAP_HEADER_BYTES)
    start = await readExactly(reader, CELL_MAP, 0, CELL_MAP_HEADER_BYTES, meter);
  const map = parseCellMapHeader(start, expected);
  if (groupsEnd(map) > start.length)
    start = await readExactly(reader, CELL_MAP, 0, groupsEnd(map), meter);
  return { map, start, ...parseGroups(map, start) };
}

function nearness(
  { stride }: ParsedCellMap,
  { rows, scales, halfSquares }: MapCentroids,
  { values, scale }: ReturnType<typeof askedVector>,
): Float32Array {
  const memory = plainMemory(scales.length, stride, { rows, scales });
  const out = new Float32Array(scales.length);
  memory.scores(values, scale, 0, scales.length, out);
  for (let c = 0; c < out.length; c++) out[c]! -= halfSquares[c]!;
  return out;
}

/** The best of some cells, in plain code: they are few. */
function bestOf(
  map: ParsedCellMap,
  cells: readonly Cell[],
  { values, scale }: ReturnType<typeof askedVector>,
  { topK, selected }: Pick<CellQuery, 'topK' | 'selected'>,
): CellMatches {
  const best = bestMatches(topK);
  let seen = 0;
  let looked = 0;
  const starts: number[] = [];
  for (const cell of cells) {
    const n = cell.numbers.length;
    const memory = plainMemory(n, map.stride);
    copyVectors(cell, map, memory, 0);
    const scores = new Float32Array(n);
    memory.scores(values, scale, 0, n, scores);
    for (let i = 0; i < n; i++) {
      if (selected && selected.flags[cell.numbers[i]!] === 0) continue;
      looked++;
      best.add(scores[i]!, cell.numbers[i]!, seen + i);
    }
    starts.push(seen);
    seen += n;
  }
  const found = best.sorted();
  return {
    ids: found.map(({ place }) => {
      const at = starts.findLastIndex((start) => start <= place);
      const { bytes, keyStarts, keyEnds } = cells[at]!;
      const i = place - starts[at]!;
      return idOf(map, bytes.subarray(keyStarts[i], keyEnds[i]));
    }),
    numbers: found.map(({ number }) => number),
    scores: found.map(({ score }) => score),
    candidates: looked,
    all: looked === (selected?.count ?? map.items),
  };
}
