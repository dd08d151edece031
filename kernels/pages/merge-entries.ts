/**
 * Runs of entries (kernels/pages/run.ts) as one, in ascending order of (hash, key), a chunk of each
 * in memory.
 */

import { LimitError } from '../limit-error.ts';
import { IS_LARGE, RECORD_HEAD_BYTES } from './record-head.ts';

/** A run of entries to merge: its chunks in order. */
export interface RunToMerge {
  chunks: AsyncIterator<Uint8Array>;
  /** Where its lists begin in the overflow. */
  base: number;
}

/** Of an entry, the bytes of its key: [start, keyEnd(bytes, start, end)). */
export type KeyEnd = (bytes: Uint8Array, start: number, end: number) => number;

/** The entry at hand, bytes [start, end) of `bytes`. */
export interface MergedEntry {
  hash: number;
  bytes: Uint8Array;
  start: number;
  end: number;
  isLarge: boolean;
  base: number;
}

/**
 * Calls `take` for every entry; between chunks it waits for `pause`. Throws LimitError where two
 * entries have the same key, RangeError on a run that is cut short.
 */
export async function mergeEntries(
  runs: readonly RunToMerge[],
  keyEnd: KeyEnd,
  take: (entry: MergedEntry) => void,
  pause: () => Promise<void> | void,
): Promise<void> {
  const heap: Cursor[] = [];
  for (const { chunks, base } of runs) {
    const cursor = new Cursor(chunks, base);
    if (cursor.advance() || (await cursor.refill())) heap.push(cursor);
  }
  for (let at = (heap.length >> 1) - 1; at >= 0; at--) siftDown(heap, at, keyEnd);
  while (heap.length > 0) {
    const first = heap[0];
    take(first);
    if (!first.advance()) {
      await pause();
      if (!(await first.refill())) {
        const last = heap.pop()!;
        if (heap.length > 0 && last !== first) heap[0] = last;
      }
    }
    if (heap.length > 1) siftDown(heap, 0, keyEnd);
  }
}

class Cursor implements MergedEntry {
  hash = 0;
  start = 0;
  end = 0;
  isLarge = false;
  bytes = new Uint8Array(0);
  readonly base: number;
  readonly #chunks: AsyncIterator<Uint8Array>;
  /** What holds `bytes`, used again: an entry is good until the next. */
  #room = new Uint8Array(0);

  constructor(chunks: AsyncIterator<Uint8Array>, base: number) {
    this.#chunks = chunks;
    this.base = base;
  }

  /** To the next record, where the bytes at hand hold all of it. */
  advance(): boolean {
    const { bytes, end: at } = this;
    if (at + RECORD_HEAD_BYTES > bytes.length) return false;
    const size = bytes[at + 4] | (bytes[at + 5] << 8);
    const start = at + RECORD_HEAD_BYTES;
    const stored = size & ~IS_LARGE;
    if (start + stored > bytes.length) return false;
    this.hash =
      (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0;
    this.isLarge = (size & IS_LARGE) !== 0;
    this.start = start;
    this.end = start + stored;
    return true;
  }

  /** Reads on and goes to the next record; false at the end. */
  async refill(): Promise<boolean> {
    for (;;) {
      const { value, done } = await this.#chunks.next();
      const rest = this.bytes.subarray(this.end);
      if (done) {
        if (rest.length > 0)
          throw new RangeError(
            `a run of entries ends within one, ${rest.length} bytes before its end`,
          );
        return false;
      }
      const length = rest.length + value.length;
      if (length > this.#room.length)
        this.#room = new Uint8Array(length + RECORD_HEAD_BYTES + IS_LARGE);
      this.#room.set(rest);
      this.#room.set(value, rest.length);
      this.bytes = this.#room.subarray(0, length);
      this.end = 0;
      if (this.advance()) return true;
    }
  }
}

function siftDown(heap: Cursor[], from: number, keyEnd: KeyEnd): void {
  const moved = heap[from];
  let at = from;
  for (let child = 2 * at + 1; child < heap.length; child = 2 * at + 1) {
    if (child + 1 < heap.length && isBefore(heap[child + 1], heap[child], keyEnd)) child++;
    if (!isBefore(heap[child], moved, keyEnd)) break;
    heap[at] = heap[child];
    at = child;
  }
  heap[at] = moved;
}

function isBefore(a: Cursor, b: Cursor, keyEnd: KeyEnd): boolean {
  if (a.hash !== b.hash) return a.hash < b.hash;
  const endA = keyEnd(a.bytes, a.start, a.end);
  const endB = keyEnd(b.bytes, b.start, b.end);
  for (let i = a.start, j = b.start; i < endA && j < endB; i++, j++)
    if (a.bytes[i] !== b.bytes[j]) return a.bytes[i] < b.bytes[j];
  const [lengthA, lengthB] = [endA - a.start, endB - b.start];
  if (lengthA === lengthB) throw new LimitError('keys: two items have the same key');
  return lengthA < lengthB;
}
