import { type AppliedDelta, applyDelta, mergeItems } from './apply-delta.ts';
import { checkManifest, type VersionManifest } from './check-manifest.ts';
import { CELL_BIN, CELL_MAP } from './cells/cell-map.ts';
import { type CellIndex, openCells } from './cells/open-cells.ts';
import { FIELDS_PART } from './filter/field-columns.ts';
import { type FieldIndex, openFields } from './filter/open-fields.ts';
import { IndexFormatError } from './index-errors.ts';
import { type Bucket, readBucket, tooLarge } from './pages/bucket-entry.ts';
import { encodeKey } from './pages/item-key.ts';
import { loadItems } from './pages/load-items.ts';
import { DELTA_LISTS_PART } from './pages/later-lists.ts';
import { openDelta, openPart } from './pages/open-part.ts';
import { u32 } from '../format/little-endian.ts';
import { itemPlaces, payloadText } from './pages/page.ts';
import type { PageFile } from './pages/page-file.ts';
import { hex } from './pages/page-header.ts';
import { limitedReader, readGate } from './ranges/limited-reader.ts';
import { type RangeReader, readExactly } from './ranges/range-reader.ts';
import type { ReadMeter } from './ranges/read-meter.ts';
import { residentIndex, type ResidentIndex } from './resident/resident-index.ts';

/** Where the parts of a version are, wherever that is. */
export interface IndexParts {
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

/** An item as the pages or the delta have it. */
interface FoundItem {
  /** Its number now, a delta counted in. */
  id: number;
  /** L x w bytes. */
  codes: Uint8Array;
  payload?: string;
}

/**
 * The parts of one version, opened at their first use; a meter counts what is read for its query.
 */
export interface VersionReader {
  readonly manifest: VersionManifest;
  readonly codeBytes: number;
  /**
   * Trained codes meet across tables: a bucket holds all items that have its code in any of them.
   */
  readonly isShared: boolean;
  readonly hasLists: boolean;
  /** Of an index of documents: what makes codes of texts or of weights lies beside it. */
  readonly hasTextEncoder: boolean;
  /** Of an index of vectors: they themselves, in cells; of documents outputs of the encoder. */
  readonly cells: CellIndex | undefined;
  /** Of an index whose payloads have fields: what filters ask of them. */
  readonly fields: FieldIndex | undefined;
  items(meter?: ReadMeter): Promise<PageFile>;
  buckets(table: number, meter?: ReadMeter): Promise<PageFile>;
  /** `neighbours.pages`, of an index that has it. */
  lists(meter?: ReadMeter): Promise<PageFile>;
  /** The lists of what came later, of a delta that has them. */
  laterLists(meter?: ReadMeter): Promise<PageFile | undefined>;
  delta(meter?: ReadMeter): Promise<AppliedDelta | undefined>;
  findItem(query: string, meter?: ReadMeter): Promise<FoundItem | undefined>;
  /** Of more items than `most` the size alone; what the version caps when absent. */
  bucketOf(
    table: number,
    code: Uint8Array,
    options?: { most?: number; meter?: ReadMeter | undefined },
  ): Promise<Bucket | undefined>;
  load(meter?: ReadMeter): Promise<ResidentIndex>;
  /** The index in memory where it has been loaded. */
  readonly loaded: ResidentIndex | undefined;
  /** The whole of a part that is no page file; undefined where the version has none. */
  wholePart(name: string, meter?: ReadMeter): Promise<Uint8Array | undefined>;
  close(): Promise<void>;
}

/** Throws IndexFormatError on a wrong manifest. */
export function versionReader(parts: IndexParts): VersionReader {
  const manifest = checkManifest(parts.manifest);
  const { tables, bits } = manifest;
  const codeBytes = bits / 8;
  const cap = parts.maximumBucket ?? manifest.maximumBucket ?? Infinity;
  const hasPart = (name: string) => manifest.parts.some((part) => part.name === name);
  const isShared = hasPart('embeddings.arrow');
  const readers = new Map<string, RangeReader>();
  const gate = readGate();
  const openReader = (name: string): RangeReader => {
    const reader = readers.get(name) ?? limitedReader(parts.fetchPart(name), gate);
    readers.set(name, reader);
    return reader;
  };
  const open = (part: 'items' | 'buckets' | 'neighbours', table: number) =>
    retried((meter) =>
      openPart(manifest, { part, table, openReader, keep: parts.keep ?? 256, meter }),
    );
  const openLater = retried((meter) =>
    openPart(manifest, {
      part: 'neighbours',
      table: 0,
      openReader,
      keep: parts.keep ?? 256,
      ofDelta: true,
      meter,
    }),
  );
  const items = open('items', 0);
  const bucketFiles = Array.from({ length: tables }, (_, table) => open('buckets', table));
  const readDelta = retried((meter) => openDelta(manifest, openReader, meter));
  const delta = retried(async (meter) => {
    const read = await readDelta(meter);
    return read && applyDelta(read, tables, codeBytes, isShared);
  });
  let loaded: ResidentIndex | undefined;
  const load = retried(async (meter) => {
    const [file, change] = await Promise.all([items(meter), readDelta(meter)]);
    const base = await loadItems(file, meter);
    const all = change ? mergeItems(base, change, codeBytes) : base;
    loaded = residentIndex(all, bits, {
      shared: isShared,
      hasRoles: manifest.hasRoles,
      maximumBucket: cap,
    });
    return loaded;
  });
  const whole = new Map<string, (meter?: ReadMeter) => Promise<Uint8Array>>();

  async function baseBucket(
    table: number,
    code: Uint8Array,
    most: number,
    meter: ReadMeter | undefined,
  ): Promise<Bucket | undefined> {
    const file = await bucketFiles[table]!(meter);
    const entry = await file.find(code, meter);
    // What a delta takes from a bucket may leave it small enough.
    return entry && (await readBucket(file, entry, manifest.delta ? Infinity : most, meter));
  }

  /**
   * Of trained codes the bucket is the same whichever table's file has it, and a table may have it
   * through a delta alone.
   */
  async function wholeBucket(
    table: number,
    code: Uint8Array,
    most: number,
    meter: ReadMeter | undefined,
  ): Promise<Bucket | undefined> {
    const [change, own] = await Promise.all([delta(meter), baseBucket(table, code, most, meter)]);
    let bucket = own;
    if (!bucket && isShared) {
      const others = bucketFiles.map((_, other) => other).filter((other) => other !== table);
      const found = await Promise.all(others.map((other) => baseBucket(other, code, most, meter)));
      bucket = found.find((each) => each !== undefined);
    }
    return change ? change.bucket(table, hex(code), bucket) : bucket;
  }

  async function readItem(
    query: string,
    change: AppliedDelta | undefined,
    meter: ReadMeter | undefined,
  ): Promise<FoundItem | undefined> {
    const file = await items(meter);
    const key = encodeKey(file.header.keys, query);
    const entry = key && (await file.find(key, meter));
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
    const text = entry.bytes.subarray(keyEnd, tail);
    return {
      id: change ? change.numberOf(id) : id,
      codes: entry.bytes.subarray(number + 4),
      ...(manifest.payloads && { payload: payloadText(file.name, text, entry.offset + keyEnd) }),
    };
  }

  return {
    manifest,
    codeBytes,
    isShared,
    hasLists: hasPart('neighbours.pages'),
    hasTextEncoder: hasPart('encoder.json'),
    cells: cellsOf(manifest, openReader),
    fields: fieldsOf(manifest, openReader),
    items,
    buckets: (table, meter) => bucketFiles[table]!(meter),
    lists: open('neighbours', 0),
    laterLists: async (meter) => (hasPart(DELTA_LISTS_PART) ? await openLater(meter) : undefined),
    delta,
    load,
    get loaded() {
      return loaded;
    },
    async findItem(query, meter) {
      const change = await delta(meter);
      const known = change?.find(query);
      if (known) return known === 'removed' ? undefined : known;
      return await readItem(query, change, meter);
    },
    async bucketOf(table, code, { most = cap, meter } = {}) {
      const bucket = await wholeBucket(table, code, most, meter);
      return bucket && bucket.keys.length > most ? tooLarge(bucket.keys.length) : bucket;
    },
    async wholePart(name, meter) {
      const part = manifest.parts.find((each) => each.name === name);
      if (!part) return undefined;
      const read =
        whole.get(name) ??
        retried((own) => readExactly(openReader(name), name, 0, part.bytes, own));
      whole.set(name, read);
      return await read(meter);
    },
    async close() {
      await Promise.all([...readers.values()].map(async (reader) => reader.close?.()));
    },
  };
}

/** Cells are of the items of the pages; what a delta adds is in none. */
function cellsOf(
  { cells, items, delta, parts }: VersionManifest,
  openReader: (name: string) => RangeReader,
): CellIndex | undefined {
  if (cells === undefined) return undefined;
  const bytesOf = (name: string) => parts.find((part) => part.name === name)?.bytes ?? 0;
  const expected = {
    items: delta?.base ?? items,
    mapBytes: bytesOf(CELL_MAP),
    binBytes: bytesOf(CELL_BIN),
    identity: cells,
    head: parts.find((part) => part.name === CELL_MAP)?.head,
  };
  return openCells({ open: openReader, expected });
}

/** Columns are of the items of the pages; payloads of those that a delta adds lie in it. */
function fieldsOf(
  { fields: types, items, delta, parts, identity }: VersionManifest,
  openReader: (name: string) => RangeReader,
): FieldIndex | undefined {
  const part = parts.find(({ name }) => name === FIELDS_PART);
  if (!types || !part) return undefined;
  return openFields(openReader, {
    items: delta?.base ?? items,
    bytes: part.bytes,
    identity,
    types,
  });
}

/** Done once; a failed start, a network that was down, is tried again by the next query. */
export function retried<Result>(
  start: (meter?: ReadMeter) => Promise<Result>,
): (meter?: ReadMeter) => Promise<Result> {
  let started: Promise<Result> | undefined;
  return (meter) => {
    if (!started) {
      started = start(meter);
      started.catch(() => (started = undefined));
    }
    return started;
  };
}
