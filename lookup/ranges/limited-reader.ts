import type { RangeReader } from './range-reader.ts';

/** Lets so many of what it is given run at once; the others wait in their order. */
type ReadGate = <Result>(read: () => Promise<Result>) => Promise<Result>;

/** Reads of one index that are under way at once: more only wait in a browser or at a server. */
const MAX_READS_AT_ONCE = 32;

export function readGate(most = MAX_READS_AT_ONCE): ReadGate {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (read) => {
    if (running === most) await new Promise<void>((start) => waiting.push(start));
    else running++;
    try {
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
export function limitedReader(reader: RangeReader, gate: ReadGate): RangeReader {
  return {
    get size() {
      return reader.size;
    },
    get etag() {
      return reader.etag;
    },
    read: (start, end) => gate(() => reader.read(start, end)),
    close: async () => reader.close?.(),
  };
}
