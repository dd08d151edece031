import { appendFileSync, closeSync, openSync, readSync, rmSync } from 'node:fs';
import {
  type Entries,
  partitionRows,
  type PlacedRows,
  placeRows,
} from '../../kernels/affinity/place-rows.ts';

/**
 * Entries on their way to rows, within a budget: those of the first range of rows are placed at
 * once, those of each other one wait in a local file.
 */
interface RowSpill {
  /** The first `count` of these entries, of any rows; they are copied. */
  add(entries: Entries, count: number): void;
  /**
   * The rows, range by range, in order; views that are good until the next range. No entry may come
   * any more.
   */
  ranges(): Generator<PlacedRows, void, undefined>;
}

interface SpillOptions {
  /**
   * Half of them are for a range of rows, a quarter for what is on its way to files. Some 20 bytes
   * a row come beside, and a single row whatever it has.
   */
  bytes: number;
  /** Prefix of the local files, none of which may be there. */
  path: string;
  /** Entries have sums. */
  weighed: boolean;
}

/** Of an entry in a file, with and without its sum. */
const ENTRY_BYTES = { weighed: 16, bare: 8 };
/** Of an entry in its place. */
const PLACED_BYTES = { weighed: 12, bare: 4 };
/** Entries that go to a file at once. */
const MIN_CHUNK = 64;
const MAX_CHUNK = 65_536;

/**
 * degrees: (V), how many entries of each row will come. One file is open at a time, however many
 * there are.
 */
export function spillRows(degrees: Uint32Array, { bytes, path, weighed }: SpillOptions): RowSpill {
  const kind = weighed ? 'weighed' : 'bare';
  const bounds = partitionRows(degrees, Math.max(1, Math.floor(bytes / 2 / PLACED_BYTES[kind])));
  const parts = bounds.length - 1;
  const chunk = Math.min(
    MAX_CHUNK,
    Math.max(MIN_CHUNK, Math.floor(bytes / 4 / parts / ENTRY_BYTES[kind])),
  );
  const places = placeRows(degrees, bounds, weighed);
  places.begin(0, bounds[1]!);
  const partOf = parts > 1 ? partsOf(bounds) : undefined;
  const waiting = parts > 1 ? Array.from({ length: parts }, () => createChunk(chunk, weighed)) : [];
  /** Chunks in each file, of which the last may be a part of one. */
  const files = new Map<number, { chunks: number; rest: number }>();
  const fileOf = (part: number) => `${path}-${part}`;

  function flush(part: number): void {
    const { entries, buffer, count } = waiting[part]!;
    if (count === 0) return;
    if (part === 0) {
      places.add(entries, count);
    } else {
      const file = files.get(part) ?? { chunks: 0, rest: 0 };
      appendFileSync(fileOf(part), new Uint8Array(buffer), {
        flag: file.chunks === 0 ? 'wx' : 'a',
      });
      files.set(part, { chunks: file.chunks + 1, rest: count });
    }
    waiting[part]!.count = 0;
  }

  /** Brings what waits in a file to its rows. */
  function place(part: number): void {
    const { chunks, rest } = files.get(part) ?? { chunks: 0, rest: 0 };
    if (chunks === 0) return;
    const { entries, buffer } = waiting[0]!;
    const handle = openSync(fileOf(part), 'r');
    try {
      for (let k = 1; k <= chunks; k++) {
        if (
          readSync(handle, new Uint8Array(buffer), 0, buffer.byteLength, null) !== buffer.byteLength
        )
          throw new Error(`${fileOf(part)} is cut off: something else writes there`);
        places.add(entries, k === chunks ? rest : chunk);
      }
    } finally {
      closeSync(handle);
    }
    rmSync(fileOf(part));
  }

  return {
    add(entries, count) {
      if (!partOf) {
        places.add(entries, count);
        return;
      }
      for (let at = 0; at < count; at++) {
        const part = partOf[entries.rows[at]!];
        const target = waiting[part ?? parts];
        if (part === undefined || target === undefined)
          throw new RangeError(`row ${entries.rows[at]} of ${degrees.length}`);
        const place = target.count++;
        target.entries.rows[place] = entries.rows[at]!;
        target.entries.columns[place] = entries.columns[at]!;
        if (target.entries.sums) target.entries.sums[place] = entries.sums![at]!;
        if (target.count === chunk) flush(part);
      }
    },
    *ranges() {
      for (let part = 0; part < waiting.length; part++) flush(part);
      for (let part = 0; part < parts; part++) {
        if (part > 0) {
          places.begin(bounds[part]!, bounds[part + 1]!);
          place(part);
        }
        yield places.rows();
      }
    },
  };
}

interface Chunk {
  buffer: ArrayBuffer;
  entries: Entries;
  count: number;
}

function createChunk(size: number, weighed: boolean): Chunk {
  const buffer = new ArrayBuffer(size * (weighed ? ENTRY_BYTES.weighed : ENTRY_BYTES.bare));
  const ids = {
    rows: new Int32Array(buffer, weighed ? 8 * size : 0, size),
    columns: new Int32Array(buffer, (weighed ? 12 : 4) * size, size),
  };
  return {
    buffer,
    entries: weighed ? { ...ids, sums: new Float64Array(buffer, 0, size) } : ids,
    count: 0,
  };
}

/** (V): which range each row is of. */
function partsOf(bounds: readonly number[]): Uint32Array {
  const partOf = new Uint32Array(bounds.at(-1)!);
  for (let part = 0; part + 1 < bounds.length; part++)
    partOf.fill(part, bounds[part], bounds[part + 1]);
  return partOf;
}
