import type { ParquetSource } from './parquet-footer.ts';

/** Bytes of a stretch of a file, from its beginning on, each read once. */
export interface ByteWindow {
  /** Where it stands in the file. */
  at(): number;
  /** What is in memory from there on; `more` makes it longer, or returns false at the end. */
  ready(): Uint8Array;
  more(): Promise<boolean>;
  /** The next bytes, a view or one copy; fewer where the file ends. */
  take(length: number): Promise<Uint8Array>;
}

/** Reads [from, to) in steps of so many bytes; what is taken may go on up to `last`. */
export function byteWindow(
  range: ParquetSource['range'],
  { from, to, last }: { from: number; to: number; last: number },
  stepBytes: number,
): ByteWindow {
  let position = from;
  let held: Uint8Array = NOTHING;

  async function read(least: number): Promise<Uint8Array> {
    const start = position + held.length;
    const end = Math.max(Math.min(last, start + least), Math.min(to, start + stepBytes));
    return end <= start ? NOTHING : await range(start, end);
  }

  return {
    at: () => position,
    ready: () => held,
    async more() {
      const more = await read(1);
      if (more.length === 0) return false;
      held = held.length === 0 ? more : Buffer.concat([held, more]);
      return true;
    },
    async take(length) {
      let taken = held.subarray(0, length);
      let rest = held.subarray(length);
      if (taken.length < length) {
        const more = await read(length - taken.length);
        // Of what is read no more is copied than belongs to what is taken.
        const lacking = length - taken.length;
        if (taken.length > 0) taken = Buffer.concat([taken, more.subarray(0, lacking)]);
        else taken = more.subarray(0, lacking);
        rest = more.subarray(lacking);
      }
      held = rest;
      position += taken.length;
      return taken;
    },
  };
}

const NOTHING = new Uint8Array(0);
