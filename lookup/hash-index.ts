/// <reference lib="esnext.disposable" preserve="true" />

import {
  answerOf,
  type BucketAnswer,
  type LookupAnswer,
  type NearbyItem,
  unionOf,
  withoutQuery,
} from './answers.ts';
import type { VersionManifest } from './check-manifest.ts';
import { hex } from './pages/page-header.ts';
import { nearSpellings } from './near-spellings.ts';
import type { Neighbours } from './neighbours.ts';
import { queryIndex, type QueryIndex } from './query/query-index.ts';
import type { ResidentIndex } from './resident/resident-index.ts';
import { type IndexParts, versionReader } from './version-reader.ts';

/** One immutable version of an index. */
export interface HashIndex extends QueryIndex, AsyncDisposable {
  readonly manifest: VersionManifest;
  /**
   * The items that share a code with `query`, an item's key exactly as the index has it. Throws
   * IndexFormatError, or what a reader throws.
   */
  lookup(query: string): Promise<LookupAnswer>;
  /**
   * The items with this code in this table (of a trained index in any table), none where no item
   * has it. Throws RangeError on a table or a code that cannot be.
   */
  lookupCode(table: number, code: string | Uint8Array): Promise<BucketAnswer>;
  /** The answers of many queries, by their place. */
  lookupBatch(queries: readonly string[]): Promise<LookupAnswer[]>;
  /**
   * The index in memory, for many queries and for Hamming search: reads the whole of `items.pages`
   * once and checks it.
   */
  load(): Promise<ResidentIndex>;
  /**
   * Items with a code within this Hamming distance of the query's in any table (of a trained index
   * any code of any of the query's), nearest first; loads the index.
   */
  within(query: string, radius: number, options?: { limit?: number }): Promise<NearbyItem[]>;
  /**
   * The k items nearest to the query by the least distance over the tables, without itself; loads
   * the index.
   */
  nearest(query: string, k: number): Promise<NearbyItem[]>;
  /**
   * Keys that a query which the index does not have may have meant, the nearest first (5 when not
   * said); loads the index, looks at every key. None where keys are int64.
   */
  spellings(query: string, limit?: number): Promise<string[]>;
  /** Closes what its readers hold (files); a later query opens it again. */
  close(): Promise<void>;
}

/**
 * An index from its parts, wherever they are. Reads nothing before the first query. Throws
 * IndexFormatError on a wrong manifest.
 */
export function openParts(parts: IndexParts): HashIndex {
  const reader = versionReader(parts);
  const { manifest, codeBytes } = reader;
  const load = (): Promise<ResidentIndex> => reader.load();
  const { tables, bits } = manifest;
  const bucketTables = manifest.hasRoles ? 1 : tables;

  async function nearby(
    query: string,
    search: (index: ResidentIndex, number: number) => Neighbours,
  ): Promise<NearbyItem[]> {
    const index = await load();
    const number = index.keys.find(query);
    if (number < 0) return [];
    const { numbers, distances } = search(index, number);
    return Array.from(numbers, (near, i) => ({
      item: index.keys.textOf(near),
      distance: distances[i]!,
      ...(manifest.payloads && { payload: index.payloadOf(near)! }),
    }));
  }

  async function lookup(query: string): Promise<LookupAnswer> {
    // All headers at once: a cold start waits for three reads in a row, whatever the number of
    // tables.
    await Promise.all([
      reader.items(),
      reader.delta(),
      ...Array.from({ length: bucketTables }, (_, table) => reader.buckets(table)),
    ]);
    const own = await reader.findItem(query);
    if (!own) return { query, found: false, id: null, buckets: [], items: [] };
    const codes = Array.from({ length: bucketTables }, (_, table) =>
      own.codes.subarray(table * codeBytes, (table + 1) * codeBytes),
    );
    const found = await Promise.all(codes.map((code, table) => reader.bucketOf(table, code)));
    const buckets = found.map((bucket, table) =>
      withoutQuery(bucket, { id: own.id, query, table, code: hex(codes[table]!) }),
    );
    return {
      query,
      found: true,
      id: own.id,
      ...(own.payload !== undefined && { payload: own.payload }),
      buckets: buckets.map((bucket, table) =>
        answerOf(bucket, table, hex(codes[table]!), manifest.payloads),
      ),
      ...unionOf(buckets, manifest.payloads),
    };
  }

  return {
    ...queryIndex(reader),
    manifest,
    lookup,
    lookupBatch: (queries) => Promise.all(queries.map((query) => lookup(query))),
    load,
    within: (query, radius, options) =>
      nearby(query, (index, number) => index.within(number, radius, options)),
    nearest: (query, k) => nearby(query, (index, number) => index.nearest(number, k)),
    async spellings(query, limit = 5) {
      const { keys, items } = await load();
      return keys.kind === 'int64'
        ? []
        : nearSpellings(keys, items, query, limit).map(({ key }) => key);
    },
    async lookupCode(table, code) {
      if (!Number.isInteger(table) || table < 0 || table >= tables)
        throw new RangeError(`table: expected 0 to ${tables - 1}, got ${table}`);
      const text = typeof code === 'string' ? code.toLowerCase() : hex(code);
      if (text.length !== bits / 4 || !/^[0-9a-f]*$/.test(text))
        throw new RangeError(
          `code: expected ${bits / 4} hexadecimal digits, got ${JSON.stringify(text)}`,
        );
      const bytes = Uint8Array.from({ length: codeBytes }, (_, k) =>
        Number.parseInt(text.slice(2 * k, 2 * k + 2), 16),
      );
      return answerOf(await reader.bucketOf(table, bytes), table, text, manifest.payloads);
    },
    close: () => reader.close(),
    [Symbol.asyncDispose]: () => reader.close(),
  };
}
