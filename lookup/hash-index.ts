import { type Bucket, readBucket } from './bucket-entry.ts';
import { checkManifest, type VersionManifest } from './check-manifest.ts';
import { IndexFormatError } from './index-errors.ts';
import { encodeKey } from './item-key.ts';
import { type ExpectedPart, openPageFile, type PageFile, u32 } from './page-file.ts';
import { hex } from './page-header.ts';
import { loadItems } from './load-items.ts';
import { type Neighbours, residentIndex, type ResidentIndex } from './resident-index.ts';
import type { RangeReader } from './range-reader.ts';

export interface BucketAnswer {
  /** From 0. */
  table: number;
  /** Hexadecimal, d / 4 digits. */
  code: string;
  /** By ascending item number, which for words is the order of their bytes. */
  items: string[];
}

export interface LookupAnswer {
  query: string;
  /** Whether the index has this item. */
  found: boolean;
  /** Its item number; null when not found. */
  id: number | null;
  /** The bucket of each of its L codes, by table, without the query. */
  buckets: BucketAnswer[];
  /** The union of the buckets without the query: first what shares most tables with it, then by ascending item number. */
  items: string[];
}

export interface NearbyItem {
  item: string;
  distance: number;
}

/** One immutable version of an index. */
export interface HashIndex {
  readonly manifest: VersionManifest;
  /** The items that share a code with `query`, an item's key exactly as the index has it. Throws IndexFormatError, or what a reader throws. */
  lookup(query: string): Promise<LookupAnswer>;
  /** The items with this code in this table, none where no item has it. Throws RangeError on a table or a code that cannot be. */
  lookupCode(table: number, code: string | Uint8Array): Promise<BucketAnswer>;
  /** The answers of many queries, by their place. */
  lookupBatch(queries: readonly string[]): Promise<LookupAnswer[]>;
  /** The index in memory, for many queries and for Hamming search: reads the whole of `items.pages` once and checks it. */
  load(): Promise<ResidentIndex>;
  /** Items with a code within this Hamming distance of the query's in any table, nearest first; loads the index. */
  within(query: string, radius: number, options?: { limit?: number }): Promise<NearbyItem[]>;
  /** The k items nearest to the query by the least distance over the tables, without itself; loads the index. */
  nearest(query: string, k: number): Promise<NearbyItem[]>;
  /** Closes what its readers hold (files); a later query opens it again. */
  close(): Promise<void>;
}

export interface IndexParts {
  /** Content of `index.json`, parsed. */
  manifest: unknown;
  fetchPart(name: string): RangeReader;
  /** Reads of pages kept a part for later queries; 256 when absent, about 1 MiB a part. */
  keep?: number;
}

/** An index from its parts, wherever they are. Reads nothing before the first query. Throws IndexFormatError on a wrong manifest. */
export function openParts(parts: IndexParts): HashIndex {
  const manifest = checkManifest(parts.manifest);
  const { tables, bits } = manifest;
  const readers: RangeReader[] = [];
  const open = (part: 'items' | 'buckets', table: number): (() => Promise<PageFile>) => {
    let opened: Promise<PageFile> | undefined;
    let reader: RangeReader | undefined;
    const openReader = (name: string): RangeReader => {
      if (!reader) readers.push((reader = parts.fetchPart(name)));
      return reader;
    };
    return () => {
      if (!opened) {
        opened = openPart(manifest, { part, table, openReader, keep: parts.keep ?? 256 });
        // A failed start, a network that was down, is tried again by the next query.
        opened.catch(() => (opened = undefined));
      }
      return opened;
    };
  };
  const itemsFile = open('items', 0);
  let loaded: Promise<ResidentIndex> | undefined;
  const bucketFiles = Array.from({ length: tables }, (_, table) => open('buckets', table));

  async function bucketOf(table: number, code: Uint8Array): Promise<Bucket | undefined> {
    const file = await bucketFiles[table]!();
    const entry = await file.find(code);
    return entry && readBucket(file, entry);
  }

  function load(): Promise<ResidentIndex> {
    if (!loaded) {
      loaded = itemsFile().then(async (file) => residentIndex(await loadItems(file), bits));
      loaded.catch(() => (loaded = undefined));
    }
    return loaded;
  }

  async function nearby(query: string, search: (index: ResidentIndex, number: number) => Neighbours): Promise<NearbyItem[]> {
    const index = await load();
    const number = index.keys.find(query);
    if (number < 0) return [];
    const { numbers, distances } = search(index, number);
    return Array.from(numbers, (near, i) => ({ item: index.keys.textOf(near), distance: distances[i]! }));
  }

  async function lookup(query: string): Promise<LookupAnswer> {
    // All headers at once: a cold start waits for three reads in a row, whatever the number of tables.
    const [file] = await Promise.all([itemsFile(), ...bucketFiles.map((open) => open())]);
    const key = encodeKey(file.header.keys, query);
    const entry = key && (await file.find(key));
    if (!entry) return { query, found: false, id: null, buckets: [], items: [] };
    const codeBytes = bits / 8;
    const codesAt = entry.bytes.length - tables * codeBytes;
    const id = u32(entry.bytes, codesAt - 4);
    if (id >= manifest.items) throw new IndexFormatError(file.name, entry.offset + codesAt - 4, `an item number below ${manifest.items}`, String(id));
    const codes = Array.from({ length: tables }, (_, table) => entry.bytes.subarray(codesAt + table * codeBytes, codesAt + (table + 1) * codeBytes));
    const found = await Promise.all(codes.map((code, table) => bucketOf(table, code)));
    const buckets = found.map((bucket, table) => withoutQuery(bucket, { id, query, table, code: hex(codes[table]!) }));
    return {
      query,
      found: true,
      id,
      buckets: buckets.map(({ keys }, table) => ({ table, code: hex(codes[table]!), items: keys })),
      items: union(buckets),
    };
  }

  return {
    manifest,
    lookup,
    lookupBatch: (queries) => Promise.all(queries.map((query) => lookup(query))),
    load,
    within: (query, radius, options) => nearby(query, (index, number) => index.within(number, radius, options)),
    nearest: (query, k) => nearby(query, (index, number) => index.nearest(number, k)),
    async lookupCode(table, code) {
      if (!Number.isInteger(table) || table < 0 || table >= tables) throw new RangeError(`table: expected 0 to ${tables - 1}, got ${table}`);
      const text = typeof code === 'string' ? code.toLowerCase() : hex(code);
      if (text.length !== bits / 4 || !/^[0-9a-f]*$/.test(text)) throw new RangeError(`code: expected ${bits / 4} hexadecimal digits, got ${JSON.stringify(text)}`);
      const bytes = Uint8Array.from({ length: bits / 8 }, (_, k) => Number.parseInt(text.slice(2 * k, 2 * k + 2), 16));
      return { table, code: text, items: (await bucketOf(table, bytes))?.keys ?? [] };
    },
    async close() {
      await Promise.all(readers.map(async (reader) => reader.close?.()));
    },
  };
}

interface WantedPart {
  part: 'items' | 'buckets';
  table: number;
  openReader: (name: string) => RangeReader;
  keep: number;
}

async function openPart(manifest: VersionManifest, { part, table, openReader, keep }: WantedPart): Promise<PageFile> {
  const name = part === 'items' ? 'items.pages' : `buckets-${table}.pages`;
  const listed = manifest.parts.find((candidate) => candidate.name === name);
  if (!listed) throw new IndexFormatError('index.json', undefined, `a part ${name}`, manifest.parts.map((candidate) => candidate.name).join(', ') || 'none');
  const { tables, bits, items, identity } = manifest;
  const expected: ExpectedPart = { part, tables, table, codeBytes: bits / 8, items, bytes: listed.bytes, identity };
  const file = await openPageFile(name, openReader(name), expected, keep);
  if (manifest.kind === 'word' && file.header.keys !== 'utf8') throw new IndexFormatError(name, 11, 'keys 1 (UTF-8) for words', file.header.keys);
  return file;
}

/** The bucket without the query, which must be in it: an index whose parts contradict each other is refused. */
function withoutQuery(bucket: Bucket | undefined, sought: { id: number; query: string; table: number; code: string }): Bucket {
  const at = bucket?.keys.indexOf(sought.query) ?? -1;
  const found = bucket?.order[at];
  if (!bucket || found === undefined || (typeof found === 'number' && found !== sought.id)) {
    throw new IndexFormatError(`buckets-${sought.table}.pages`, undefined, `item ${sought.id} (${JSON.stringify(sought.query)}) in the bucket of code ${sought.code}`, bucket ? 'a bucket without it' : 'no such bucket');
  }
  return { order: bucket.order.toSpliced(at, 1), keys: bucket.keys.toSpliced(at, 1) };
}

function union(buckets: Bucket[]): string[] {
  const shared = new Map<string, { order: number | bigint; tables: number }>();
  for (const { order, keys } of buckets) {
    keys.forEach((key, i) => {
      const item = shared.get(key);
      if (item) item.tables++;
      else shared.set(key, { order: order[i]!, tables: 1 });
    });
  }
  return [...shared]
    .sort(([, a], [, b]) => b.tables - a.tables || (a.order < b.order ? -1 : 1))
    .map(([key]) => key);
}
