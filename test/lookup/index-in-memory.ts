import type { HashIndex, RangeReader } from '@hashloom/lookup';
import { openParts } from '@hashloom/lookup/internal';
import { buildBuckets } from '../../kernels/codes/build-buckets.ts';
import { buildNeighbourPages } from '../../kernels/pages/build-neighbour-pages.ts';
import { buildBucketPages, buildItemPages } from '../../kernels/pages/build-pages.ts';
import { bucketsOfItems, sharedBuckets } from '../../kernels/codes/shared-buckets.ts';
import type { ByteStrings, KeyColumn } from '../../kernels/pages/keys.ts';
import { fieldsFile } from './filter/fields-file.ts';
import type { FieldTypes } from '../../schemas/field-types.ts';
import type { PageFile } from '../../kernels/pages/layout.ts';
import type { ListColumns } from '../../kernels/pages/neighbour-entries.ts';

export const IDENTITY = '000102030405060708090a0b0c0d0e0f';

export interface IndexInMemory {
  manifest: ReturnType<typeof manifestOf>;
  parts: Map<string, Uint8Array>;
}

export interface IndexShape {
  keys: KeyColumn;
  /** (V, L, w). */
  codes: Uint8Array;
  tables: number;
  codeBytes: number;
  pageBytes?: number;
  /** 32 hexadecimal digits. */
  identity?: string;
  /** A text an item. */
  payloads?: ByteStrings;
  /** As of a trained model: codes meet across tables. */
  shared?: boolean;
  /** Ranked lists of all items. */
  lists?: ListColumns;
  /** Payloads as fields, their types; `payloads` are their JSON then. */
  fields?: FieldTypes;
  /** Other files that lie beside it. */
  beside?: ReadonlyMap<string, Uint8Array>;
}

/** Every part of a version, built by the kernels. */
export function buildIndex({
  keys,
  codes,
  tables,
  codeBytes,
  pageBytes,
  identity = IDENTITY,
  shared = false,
  payloads,
  lists,
  fields,
  beside = new Map(),
}: IndexShape): IndexInMemory {
  const options = {
    keys,
    tables,
    identity: Uint8Array.from(Buffer.from(identity, 'hex')),
    ...(pageBytes !== undefined && { pageBytes }),
    ...(payloads && { payloads }),
  };
  const parts = new Map([['items.pages', bytesOf(buildItemPages(codes, codeBytes, options))]]);
  const space = shared ? sharedBuckets(codes, tables, codeBytes) : undefined;
  for (let table = 0; table < tables; table++) {
    parts.set(
      `buckets-${table}.pages`,
      bytesOf(
        buildBucketPages(
          space ? bucketsOfItems(space, table) : buildBuckets(codes, tables, codeBytes, table),
          options,
        ),
      ),
    );
  }
  // Readers know a trained index by this part and do not read it.
  if (shared) parts.set('embeddings.arrow', new Uint8Array(0));
  if (lists)
    parts.set(
      'neighbours.pages',
      bytesOf(
        buildNeighbourPages(lists, { ...options, codeBytes, payloads: payloads !== undefined }),
      ),
    );
  if (fields && payloads && !beside.has('fields.bin'))
    parts.set('fields.bin', fieldsFile(payloads, fields, identity));
  for (const [name, bytes] of beside) parts.set(name, bytes);
  const items = keys.kind === 'utf8' ? keys.offsets.length - 1 : keys.values.length;
  return {
    manifest: manifestOf({
      ...(fields && { fields }),
      kind: keys.kind === 'utf8' ? 'word' : 'id',
      items,
      tables,
      bits: 8 * codeBytes,
      parts,
      identity,
      payloads: payloads !== undefined,
    }),
    parts,
  };
}

export function manifestOf({
  kind,
  items,
  tables,
  bits,
  parts,
  identity = IDENTITY,
  payloads = false,
  fields,
}: {
  kind: string;
  items: number;
  tables: number;
  bits: number;
  parts: Map<string, Uint8Array>;
  identity?: string;
  payloads?: boolean;
  fields?: FieldTypes;
}) {
  return {
    format: 1,
    index: 'tiny',
    version: 3,
    kind,
    items,
    tables,
    bits,
    ...(payloads && { payloads: true }),
    ...(fields && { fields }),
    parts: [...parts].map(([name, bytes]) => ({
      name,
      path: name,
      bytes: bytes.length,
      rows: items,
      sha256: '',
    })),
    lineage: [{ stage: 'export', key: identity }],
  };
}

export function bytesOf(file: PageFile): Uint8Array {
  const bytes = new Uint8Array(file.totalBytes);
  let at = 0;
  for (const chunk of file.chunks()) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  if (at !== bytes.length) throw new Error(`${at} bytes came, ${bytes.length} were promised`);
  return bytes;
}

/** Texts as the kernels take payloads. */
export function texts(strings: readonly string[]): ByteStrings {
  const column = words(...strings);
  if (column.kind !== 'utf8') throw new TypeError('words are UTF-8');
  return column;
}

export function words(...strings: string[]): KeyColumn {
  const encoded = strings.map((word) => new TextEncoder().encode(word));
  const offsets = new Int32Array(strings.length + 1);
  encoded.forEach((word, i) => (offsets[i + 1] = offsets[i]! + word.length));
  return { kind: 'utf8', offsets, bytes: Uint8Array.from(Buffer.concat(encoded)) };
}

export function ids(...values: bigint[]): KeyColumn {
  return { kind: 'int64', values: BigInt64Array.from(values) };
}

export interface Read {
  part: string;
  start: number;
  end: number;
}

/**
 * Opens it with readers that write down what they were asked for; like a file they know their size
 * after the first read.
 */
export function openCounting(
  { manifest, parts }: { manifest: unknown; parts: Map<string, Uint8Array> },
  keep?: number,
): { index: HashIndex; reads: Read[] } {
  const reads: Read[] = [];
  const fetchPart = (part: string): RangeReader => ({
    read(start, end) {
      reads.push({ part, start, end });
      if (!(Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && start <= end))
        throw new Error(`read of ${start} to ${end}`);
      return Promise.resolve((parts.get(part) ?? new Uint8Array(0)).slice(start, end));
    },
  });
  return { index: openParts({ manifest, fetchPart, ...(keep !== undefined && { keep }) }), reads };
}
