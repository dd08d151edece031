import type { LookupAnswer } from '../answers.ts';
import { decodeKey } from '../pages/item-key.ts';
import { type LoadedItems, textRecord } from '../pages/load-items.ts';
import { hex } from '../pages/page-header.ts';
import { codeSpace } from './code-space.ts';
import { neighbourSearch, type NeighbourSearch } from './neighbour-search.ts';
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
export interface ResidentIndex extends NeighbourSearch {
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
  /** The code of an item in a table as W words of 32 bits, a view. */
  codeOf(number: number, table: number): Uint32Array;
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
  /** Bytes held by keys, lists and search. */
  heldBytes(): number;
}

/**
 * Puts what `items.pages` holds in the form of lookups: keys found by hash, items grouped by code,
 * a Hamming search a table at its first use. `shared`: the codes of all tables are one space, so
 * every table has the same buckets and the same search. `hasRoles`: tables are cell, answering and
 * asking, so an item is near to those whose answering codes are near its asking code.
 */
export function residentIndex(
  { keys: records, codes, payloads }: LoadedItems,
  bits: number,
  {
    shared = false,
    hasRoles = false,
    maximumBucket = Infinity,
  }: { shared?: boolean; hasRoles?: boolean; maximumBucket?: number } = {},
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
  const space = codeSpace(buckets, bucketStarts, bits);
  const search = neighbourSearch(space, { shared, hasRoles });
  let warmed = 0;

  function groupTable(own: Uint32Array, table: number): ResidentBuckets {
    const grouped = groupByCode(own, words, table, bucketStarts, tables);
    // Grouped codes are kept once a bucket; those of the items are let go table by table.
    codes[table] = new Uint32Array(0);
    return grouped;
  }

  function codeStart(table: number, code: Uint8Array, at = 0): number {
    const own = space.bucketsOf(table);
    const bucket = own.find(space.wordsOf(code, at), 0);
    return bucket < 0 ? -1 : own.starts[bucket]! + 1;
  }

  function payloadOf(number: number): string | undefined {
    return payloads && decodeKey('utf8', textRecord(payloads, number));
  }

  const payloadsOf = (numbers: readonly number[]) =>
    payloads ? { payloads: numbers.map((number) => payloadOf(number)!) } : {};

  return {
    items,
    tables,
    bits,
    keys,
    payloadOf,
    lists,
    bucketStarts,
    bucketStart(number, table) {
      space.checkNumber(number);
      space.bucketsOf(table);
      return bucketStarts[number * tables + table]! + 1;
    },
    codeStart,
    codeOf(number, table) {
      space.checkNumber(number);
      space.bucketsOf(table);
      return space.codeOfItem(number, table);
    },
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
      const own = lists.slice(0, hasRoles ? 1 : tables).map((list, table) => {
        const start = bucketStarts[id * tables + table]!;
        const size = list[start]!;
        if (size > maximumBucket)
          return {
            table,
            code: codeText(space.codeOfItem(id, table), codeBytes),
            items: [],
            tooLarge: size,
          };
        const numbers = [...list.subarray(start + 1, start + 1 + size)].filter(
          (number) => number !== id,
        );
        for (const number of numbers) shared.set(number, (shared.get(number) ?? 0) + 1);
        return {
          table,
          code: codeText(space.codeOfItem(id, table), codeBytes),
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
      const own = space.bucketsOf(table);
      const n = Math.floor(codes.length / codeBytes);
      if (out.length < n)
        throw new RangeError(`out: expected at least ${n} numbers, got ${out.length}`);
      warmed = own.findBatch(space.manyWordsOf(codes), out, warmed);
      for (let q = 0; q < n; q++) out[q] = out[q]! < 0 ? -1 : own.starts[out[q]!]! + 1;
    },
    ...search,
    heldBytes: () =>
      keys.heldBytes +
      (payloads ? payloads.bytes.length + payloads.starts.byteLength : 0) +
      bucketStarts.byteLength +
      [...new Set(buckets)].reduce((sum, own) => sum + own.heldBytes, 0) +
      search.heldBytes(),
  };
}

function codeText(code: Uint32Array, codeBytes: number): string {
  return hex(Uint8Array.from({ length: codeBytes }, (_, k) => code[k >>> 2]! >>> (8 * (k & 3))));
}
