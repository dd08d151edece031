import type { IsWanted, RangeReader } from './range-reader.ts';

/** Reads that wait for their turn may have nobody left who wants them: these are not made. */
export interface LimitedReader extends RangeReader {
  read(start: number, end: number, isWanted?: IsWanted): Promise<Uint8Array>;
}

/**
 * Lets so many of what it is given run at once; the others wait in their order, and those that are
 * not wanted any more when it is their turn throw.
 */
type ReadGate = <Result>(read: () => Promise<Result>, isWanted?: IsWanted) => Promise<Result>;

/** Reads of one index that are under way at once: more only wait in a browser or at a server. */
const MAX_READS_AT_ONCE = 32;

export function readGate(most = MAX_READS_AT_ONCE): ReadGate {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (read, isWanted) => {
    if (running === most) await new Promise<void>((start) => waiting.push(start));
    else running++;
    try {
      if (isWanted?.() === false) throw new Error('nobody waits for this read any more');
      return await read();
    } finally {
      // Who waits takes over the place, so that nobody slips in between.
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}

/** A reader whose reads go through the gate. */
export function limitedReader(reader: RangeReader, gate: ReadGate): LimitedReader {
  return {
    get size() {
      return reader.size;
    },
    get etag() {
      return reader.etag;
    },
    read: (start, end, isWanted) => gate(() => reader.read(start, end), isWanted),
    close: async () => reader.close?.(),
  };
}
