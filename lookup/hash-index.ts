import { type AppliedDelta, applyDelta, mergeItems } from './apply-delta.ts';
import {
  answerOf,
  type BucketAnswer,
  type LookupAnswer,
  type NearbyItem,
  unionOf,
  withoutQuery,
} from './answers.ts';
import { type Bucket, readBucket, tooLarge } from './pages/bucket-entry.ts';
import { checkManifest, type VersionManifest } from './check-manifest.ts';
import { IndexFormatError } from './index-errors.ts';
import { encodeKey } from './pages/item-key.ts';
import { openDelta, openPart } from './pages/open-part.ts';
import { u32 } from '../format/little-endian.ts';
import { itemPlaces, payloadText } from './pages/page.ts';
import type { PageFile } from './pages/page-file.ts';
import { hex } from './pages/page-header.ts';
import { loadItems } from './pages/load-items.ts';
import { nearSpellings } from './near-spellings.ts';
import type { Neighbours } from './neighbours.ts';
import { residentIndex, type ResidentIndex } from './resident/resident-index.ts';
import type { RangeReader } from './ranges/range-reader.ts';

/** One immutable version of an index. */
export interface HashIndex {
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

interface IndexParts {
  /** Content of `index.json`, parsed. */
  manifest: unknown;
  fetchPart(name: string): RangeReader;
  /** Reads of pages kept a part for later queries; 256 when absent, about 1 MiB a part. */
  keep?: number;
  /**
   * Buckets of more items are answered with their size alone; what the version says when absent,
   * Infinity for all.
   */
  maximumBucket?: number;
}

/**
 * An index from its parts, wherever they are. Reads nothing before the first query. Throws
 * IndexFormatError on a wrong manifest.
 */
export function openParts(parts: IndexParts): HashIndex {
  const manifest = checkManifest(parts.manifest);
  const { tables, bits } = manifest;
  const codeBytes = bits / 8;
  const most = parts.maximumBucket ?? manifest.maximumBucket ?? Infinity;
  /**
   * Trained codes meet across tables: a bucket holds all items that have its code in any of them.
   */
  const isShared = manifest.parts.some(({ name }) => name === 'embeddings.arrow');
  const readers = new Map<string, RangeReader>();
  const openReader = (name: string): RangeReader => {
    const reader = readers.get(name) ?? parts.fetchPart(name);
    readers.set(name, reader);
    return reader;
  };
  const open = (part: 'items' | 'buckets', table: number) =>
    retried(() => openPart(manifest, { part, table, openReader, keep: parts.keep ?? 256 }));
  const itemsFile = open('items', 0);
  const bucketFiles = Array.from({ length: tables }, (_, table) => open('buckets', table));
  const readDelta = retried(() => openDelta(manifest, openReader));
  const applied = retried(async () => {
    const delta = await readDelta();
    return delta && applyDelta(delta, tables, codeBytes, isShared);
  });
  const load = retried(async () => {
    const [file, delta] = await Promise.all([itemsFile(), readDelta()]);
    const base = await loadItems(file);
    return residentIndex(delta ? mergeItems(base, delta, codeBytes) : base, bits, {
      shared: isShared,
      maximumBucket: most,
    });
  });

  async function baseBucket(table: number, code: Uint8Array): Promise<Bucket | undefined> {
    const file = await bucketFiles[table]!();
    const entry = await file.find(code);
    // What a delta takes from a bucket may leave it small enough.
    return entry && (await readBucket(file, entry, manifest.delta ? Infinity : most));
  }

  /**
   * Of trained codes the bucket is the same whichever table's file has it, and a table may have it
   * through a delta alone.
   */
  async function bucketOf(
    table: number,
    code: Uint8Array,
    change: AppliedDelta | undefined,
  ): Promise<Bucket | undefined> {
    const bucket = await wholeBucket(table, code, change);
    return bucket && bucket.keys.length > most ? tooLarge(bucket.keys.length) : bucket;
  }

  async function wholeBucket(
    table: number,
    code: Uint8Array,
    change: AppliedDelta | undefined,
  ): Promise<Bucket | undefined> {
    let bucket = await baseBucket(table, code);
    if (!bucket && isShared) {
      const others = bucketFiles.map((_, other) => other).filter((other) => other !== table);
      bucket = (await Promise.all(others.map((other) => baseBucket(other, code)))).find(
        (found) => found !== undefined,
      );
    }
    return change ? change.bucket(table, hex(code), bucket) : bucket;
  }

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
    const [file, change] = await Promise.all([
      itemsFile(),
      applied(),
      ...bucketFiles.map((open) => open()),
    ]);
    const own = await findItem(file, query, change);
    if (!own) return { query, found: false, id: null, buckets: [], items: [] };
    const codes = Array.from({ length: tables }, (_, table) =>
      own.codes.subarray(table * codeBytes, (table + 1) * codeBytes),
    );
    const found = await Promise.all(codes.map((code, table) => bucketOf(table, code, change)));
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

  /** The number and codes (L x w bytes) of an item, from the delta where that knows it. */
  async function findItem(
    file: PageFile,
    query: string,
    change: AppliedDelta | undefined,
  ): Promise<{ id: number; codes: Uint8Array; payload?: string } | undefined> {
    const known = change?.find(query);
    if (known) return known === 'removed' ? undefined : known;
    const key = encodeKey(file.header.keys, query);
    const entry = key && (await file.find(key));
    if (!entry) return undefined;
    const { keyEnd, tail, number } = itemPlaces(file.header, entry.bytes, entry.bytes.length);
    const id = u32(entry.bytes, number);
    if (id >= file.header.items)
      throw new IndexFormatError(
        file.name,
        entry.offset + number,
        `an item number below ${file.header.items}`,
        String(id),
      );
    const payload = manifest.payloads
      ? {
          payload: payloadText(
            file.name,
            entry.bytes.subarray(keyEnd, tail),
            entry.offset + keyEnd,
          ),
        }
      : {};
    return {
      id: change ? change.numberOf(id) : id,
      codes: entry.bytes.subarray(number + 4),
      ...payload,
    };
  }

  return {
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
      return answerOf(
        await bucketOf(table, bytes, await applied()),
        table,
        text,
        manifest.payloads,
      );
    },
    async close() {
      await Promise.all([...readers.values()].map(async (reader) => reader.close?.()));
    },
  };
}

/** Done once; a failed start, a network that was down, is tried again by the next query. */
function retried<Result>(start: () => Promise<Result>): () => Promise<Result> {
  let started: Promise<Result> | undefined;
  return () => {
    if (!started) {
      started = start();
      started.catch(() => (started = undefined));
    }
    return started;
  };
}
