import { readCode } from '../pages/load-items.ts';
import type { ResidentBuckets } from './resident-buckets.ts';

/** The codes of an index in memory, by table and by item. W words of 32 bits a code. */
export interface CodeSpace {
  readonly items: number;
  readonly bits: number;
  /** W. */
  readonly words: number;
  readonly buckets: readonly ResidentBuckets[];
  /** Throws RangeError on a table that the index does not have. */
  bucketsOf(table: number): ResidentBuckets;
  /**
   * A code, w bytes at `at`, as W words, which are valid until the next call. Throws RangeError
   * where there are fewer bytes.
   */
  wordsOf(code: Uint8Array, at?: number): Uint32Array;
  /** The codes laid end to end, (n, w), as (n, W). */
  manyWordsOf(codes: Uint8Array): Uint32Array;
  /** W words, a view. */
  codeOfItem(number: number, table: number): Uint32Array;
  /** Throws RangeError on a number that no item has. */
  checkNumber(number: number): void;
}

/** `bucketStarts` is (V, L): where in its table's lists the bucket of an item begins. */
export function codeSpace(
  buckets: readonly ResidentBuckets[],
  bucketStarts: Uint32Array,
  bits: number,
): CodeSpace {
  const tables = buckets.length;
  const items = bucketStarts.length / tables;
  const codeBytes = bits / 8;
  const words = Math.ceil(codeBytes / 4);
  const sought = new Uint32Array(words);
  return {
    items,
    bits,
    words,
    buckets,
    bucketsOf(table) {
      const own = buckets[table];
      if (!own) throw new RangeError(`table: expected 0 to ${tables - 1}, got ${table}`);
      return own;
    },
    wordsOf(code, at = 0) {
      if (code.length < at + codeBytes)
        throw new RangeError(`code: expected ${codeBytes} bytes, got ${code.length - at}`);
      readCode(code, at, codeBytes, sought, 0);
      return sought;
    },
    manyWordsOf(codes) {
      const n = Math.floor(codes.length / codeBytes);
      const all = new Uint32Array(n * words);
      for (let q = 0; q < n; q++) readCode(codes, q * codeBytes, codeBytes, all, q * words);
      return all;
    },
    codeOfItem(number, table) {
      const { starts, codes } = buckets[table]!;
      const bucket = lastAtMost(starts, bucketStarts[number * tables + table]!);
      return codes.subarray(bucket * words, (bucket + 1) * words);
    },
    checkNumber(number) {
      if (!Number.isInteger(number) || number < 0 || number >= items)
        throw new RangeError(`item number: expected 0 to ${items - 1}, got ${number}`);
    },
  };
}

/** The last bucket whose list begins at `start` or before. */
function lastAtMost(starts: Uint32Array, start: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (starts[middle]! <= start) low = middle;
    else high = middle - 1;
  }
  return low;
}
