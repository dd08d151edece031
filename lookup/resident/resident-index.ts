import type { LookupAnswer } from '../hash-index.ts';
import { hammingSearch, type HammingMatches, type HammingSearch } from '../hamming-search.ts';
import { decodeKey } from '../pages/item-key.ts';
import { type LoadedItems, readCode, textRecord } from '../pages/load-items.ts';
import { hex } from '../pages/page-header.ts';
import {
  cut,
  expandBatch,
  leastOver,
  nearestOfEach,
  type Neighbours,
  type NeighboursBatch,
  sortNeighbours,
} from '../neighbours.ts';
import { groupByCode, groupShared, type ResidentBuckets } from './resident-buckets.ts';
import { residentKeys, type ResidentKeys } from './resident-keys.ts';

/**
 * Where the answers of a batch lie: the bucket of query q in table t is `lists[t]` from `starts[q *
 * L + t]`, `counts[q * L + t]` numbers.
 */
export interface BatchView {
  /** Item number of each query, -1 where the index has none. */
  numbers: Int32Array;
  starts: Uint32Array;
  counts: Uint32Array;
}

/**
 * An index in memory: synchronous, for many queries. An answer is a view of `lists`; texts are
 * copies.
 */
export interface ResidentIndex {
  readonly items: number;
  readonly tables: number;
  readonly bits: number;
  readonly keys: ResidentKeys;
  /** What the index tells of an item; undefined where it has no payloads. */
  payloadOf(number: number): string | undefined;
  /** For each table the lists of its buckets: a number of items, then their numbers, ascending. */
  readonly lists: readonly Uint32Array[];
  /**
   * (V, L): where in `lists[table]` the bucket of an item has its count; its numbers follow. For
   * loops that cannot afford `bucketStart`.
   */
  readonly bucketStarts: Uint32Array;
  /**
   * Where in `lists[table]` the bucket of an item has its first number; the count lies before it.
   */
  bucketStart(number: number, table: number): number;
  /** The same of a code (w bytes at `at`), or -1 where no item has it. */
  codeStart(table: number, code: Uint8Array, at?: number): number;
  /** Item numbers with this code, a view. */
  itemsOf(table: number, code: Uint8Array): Uint32Array;
  /**
   * As of HashIndex: copies, with texts; the one answer here that knows `maximumBucket`, as views
   * cost the same whatever their length.
   */
  lookup(query: string): LookupAnswer;
  /** Views of many answers; `out` of an earlier call of the same length is used again. */
  lookupBatch(queries: readonly (string | bigint)[], out?: BatchView): BatchView;
  /** `out[i]` becomes the codeStart of the code at i * w of `codes`. */
  codeBatch(table: number, codes: Uint8Array, out: Int32Array): void;
  /** All items of a table within a Hamming distance of a code; the first `limit` of them. */
  withinCode(
    table: number,
    code: Uint8Array,
    radius: number,
    options?: { limit?: number },
  ): Neighbours;
  withinCodes(
    table: number,
    codes: Uint8Array,
    radius: number,
    options?: { limit?: number },
  ): NeighboursBatch;
  /** The k items of a table nearest to a code. */
  nearestCode(table: number, code: Uint8Array, k: number): Neighbours;
  /** Items by the least distance over the tables to the codes of an item, without itself. */
  within(number: number, radius: number, options?: { limit?: number }): Neighbours;
  nearest(number: number, k: number): Neighbours;
  /** Bytes held by keys, lists and search. */
  heldBytes(): number;
}

/**
 * Puts what `items.pages` holds in the form of lookups: keys found by hash, items grouped by code,
 * a Hamming search a table at its first use. `shared`: the codes of all tables are one space, so
 * every table has the same buckets and the same search.
 */
export function residentIndex(
  { keys: records, codes, payloads }: LoadedItems,
  bits: number,
  { shared = false, maximumBucket = Infinity }: { shared?: boolean; maximumBucket?: number } = {},
): ResidentIndex {
  const items = records.starts.length;
  const tables = codes.length;
  const codeBytes = bits / 8;
  const words = Math.ceil(codeBytes / 4);
  const bucketStarts = new Uint32Array(items * tables);
  const keys = residentKeys(records);
  const buckets = shared
    ? Array<ResidentBuckets>(tables).fill(groupShared(codes, words, bucketStarts))
    : codes.map(groupTable);
  const lists = buckets.map((table) => table.lists);
  const searches: (HammingSearch | undefined)[] = [];
  /** How often an item is among the codes of a search. */
  const places = shared ? tables : 1;
  const sought = new Uint32Array(words);
  let warmed = 0;

  const search = (table: number): HammingSearch => {
    const { codes } = bucketsOf(table);
    return (searches[shared ? 0 : table] ??= hammingSearch(codes, words, bits));
  };

  function groupTable(own: Uint32Array, table: number): ResidentBuckets {
    const grouped = groupByCode(own, words, table, bucketStarts, tables);
    // Grouped codes are kept once a bucket; those of the items are let go table by table.
    codes[table] = new Uint32Array(0);
    return grouped;
  }

  function bucketsOf(table: number): ResidentBuckets {
    return buckets[table] ?? refuse(`table: expected 0 to ${tables - 1}, got ${table}`);
  }

  function take(code: Uint8Array, at = 0): Uint32Array {
    if (code.length < at + codeBytes)
      refuse(`code: expected ${codeBytes} bytes, got ${code.length - at}`);
    readCode(code, at, codeBytes, sought, 0);
    return sought;
  }

  function codeStart(table: number, code: Uint8Array, at = 0): number {
    const own = bucketsOf(table);
    const bucket = own.find(take(code, at), 0);
    return bucket < 0 ? -1 : own.starts[bucket]! + 1;
  }

  function payloadOf(number: number): string | undefined {
    return payloads && decodeKey('utf8', textRecord(payloads, number));
  }

  const payloadsOf = (numbers: readonly number[]) =>
    payloads ? { payloads: numbers.map((number) => payloadOf(number)!) } : {};

  function checkNumber(number: number): void {
    if (!Number.isInteger(number) || number < 0 || number >= items)
      refuse(`item number: expected 0 to ${items - 1}, got ${number}`);
  }

  function codeOfItem(number: number, table: number): Uint32Array {
    const { starts, codes } = buckets[table]!;
    const bucket = lastAtMost(starts, bucketStarts[number * tables + table]!);
    return codes.subarray(bucket * words, (bucket + 1) * words);
  }

  function expand(table: number, matches: HammingMatches): Neighbours {
    const { starts, lists } = buckets[table]!;
    let count = 0;
    for (let i = 0; i < matches.count; i++) count += lists[starts[matches.codes[i]!]!]!;
    const numbers = new Uint32Array(count);
    const distances = new Uint16Array(count);
    for (let i = 0, at = 0; i < matches.count; i++) {
      const start = starts[matches.codes[i]!]!;
      for (let k = 1; k <= lists[start]!; k++, at++) {
        numbers[at] = lists[start + k]!;
        distances[at] = matches.distances[i]!;
      }
    }
    if (count > 1) sortNeighbours(numbers, distances);
    return shared ? nearestOfEach(numbers, distances) : { numbers, distances };
  }

  const withinWords = (
    table: number,
    code: Uint32Array,
    radius: number,
    limit = Infinity,
  ): Neighbours => cut(expand(table, search(table).within(code, radius)), limit);

  function checkRadius(radius: number): void {
    if (!Number.isInteger(radius) || radius < 0)
      refuse(`radius: expected a whole number from 0, got ${radius}`);
  }

  function nearestWords(table: number, code: Uint32Array, k: number): Neighbours {
    const { starts, lists } = bucketsOf(table);
    return cut(
      expand(
        table,
        search(table).nearest(code, places * Math.min(k, items), (b) => lists[starts[b]!]!),
      ),
      k,
    );
  }

  function checkCount(k: number): void {
    if (!Number.isInteger(k) || k < 1) refuse(`k: expected a whole number from 1, got ${k}`);
  }

  return {
    items,
    tables,
    bits,
    keys,
    payloadOf,
    lists,
    bucketStarts,
    bucketStart(number, table) {
      checkNumber(number);
      bucketsOf(table);
      return bucketStarts[number * tables + table]! + 1;
    },
    codeStart,
    itemsOf(table, code) {
      const start = codeStart(table, code);
      return start < 0
        ? new Uint32Array(0)
        : lists[table]!.subarray(start, start + lists[table]![start - 1]!);
    },
    lookup(query) {
      const id = keys.find(query);
      if (id < 0) return { query, found: false, id: null, buckets: [], items: [] };
      const shared = new Map<number, number>();
      const own = lists.map((list, table) => {
        const start = bucketStarts[id * tables + table]!;
        const size = list[start]!;
        if (size > maximumBucket)
          return {
            table,
            code: codeText(codeOfItem(id, table), codeBytes),
            items: [],
            tooLarge: size,
          };
        const numbers = [...list.subarray(start + 1, start + 1 + size)].filter(
          (number) => number !== id,
        );
        for (const number of numbers) shared.set(number, (shared.get(number) ?? 0) + 1);
        return {
          table,
          code: codeText(codeOfItem(id, table), codeBytes),
          items: numbers.map((number) => keys.textOf(number)),
          ...payloadsOf(numbers),
        };
      });
      const union = [...shared].sort(([a, tablesA], [b, tablesB]) => tablesB - tablesA || a - b);
      const near = union.map(([number]) => number);
      return {
        query,
        found: true,
        id,
        ...(payloads && { payload: payloadOf(id)! }),
        buckets: own,
        items: near.map((number) => keys.textOf(number)),
        ...payloadsOf(near),
      };
    },
    lookupBatch(queries, out) {
      const n = queries.length;
      const view =
        out?.numbers.length === n
          ? out
          : {
              numbers: new Int32Array(n),
              starts: new Uint32Array(n * tables),
              counts: new Uint32Array(n * tables),
            };
      const { numbers, starts, counts } = view;
      warmed = keys.findBatch(queries, numbers, warmed);
      for (let q = 0, at = 0; q < n; q++) {
        const number = numbers[q]!;
        for (let table = 0; table < tables; table++, at++)
          starts[at] = number < 0 ? 0 : bucketStarts[number * tables + table]! + 1;
      }
      for (let q = 0, at = 0; q < n; q++) {
        for (let table = 0; table < tables; table++, at++)
          counts[at] = starts[at] === 0 ? 0 : lists[table]![starts[at]! - 1]!;
      }
      return view;
    },
    codeBatch(table, codes, out) {
      const own = bucketsOf(table);
      const n = Math.floor(codes.length / codeBytes);
      if (out.length < n) refuse(`out: expected at least ${n} numbers, got ${out.length}`);
      const all = new Uint32Array(n * words);
      for (let q = 0; q < n; q++) readCode(codes, q * codeBytes, codeBytes, all, q * words);
      warmed = own.findBatch(all, out, warmed);
      for (let q = 0; q < n; q++) out[q] = out[q]! < 0 ? -1 : own.starts[out[q]!]! + 1;
    },
    withinCode(table, code, radius, options = {}) {
      checkRadius(radius);
      bucketsOf(table);
      return withinWords(table, take(code), radius, options.limit);
    },
    withinCodes(table, codes, radius, options = {}) {
      checkRadius(radius);
      bucketsOf(table);
      const n = Math.floor(codes.length / codeBytes);
      const queries = new Uint32Array(n * words);
      for (let q = 0; q < n; q++) readCode(codes, q * codeBytes, codeBytes, queries, q * words);
      const ends = new Uint32Array(n);
      return expandBatch(
        bucketsOf(table),
        search(table).withinBatch(queries, radius, ends),
        ends,
        options.limit ?? Infinity,
        shared,
      );
    },
    nearestCode(table, code, k) {
      checkCount(k);
      return nearestWords(table, take(code), k);
    },
    within(number, radius, options = {}) {
      checkNumber(number);
      checkRadius(radius);
      return leastOver(
        lists.map((_, table) => withinWords(table, codeOfItem(number, table), radius)),
        number,
        options.limit ?? Infinity,
      );
    },
    nearest(number, k) {
      checkNumber(number);
      checkCount(k);
      // The item itself is one of k + 1.
      return leastOver(
        lists.map((_, table) => nearestWords(table, codeOfItem(number, table), k + 1)),
        number,
        k,
      );
    },
    heldBytes: () =>
      keys.heldBytes +
      (payloads ? payloads.bytes.length + payloads.starts.byteLength : 0) +
      bucketStarts.byteLength +
      [...new Set(buckets)].reduce((sum, own) => sum + own.heldBytes, 0) +
      searches.reduce((sum, own) => sum + (own?.heldBytes ?? 0), 0),
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

function codeText(code: Uint32Array, codeBytes: number): string {
  return hex(Uint8Array.from({ length: codeBytes }, (_, k) => code[k >>> 2]! >>> (8 * (k & 3))));
}

function refuse(message: string): never {
  throw new RangeError(message);
}
