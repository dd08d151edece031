import type { ByteStrings } from '../../kernels/pages/keys.ts';
import { evenOffsets } from '../../kernels/pages/keys.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import { fieldsOfFacts, type FieldTypes } from '../../schemas/field-types.ts';
import { type Artifact, openArtifact } from '../../store/artifacts.ts';
import type { Store } from '../../store/store.ts';
import {
  type ColumnPiece,
  streamColumn,
  type StreamedType,
} from '../../store/tables/stream-column.ts';

/**
 * Neighbouring items: keys as the index stores them, codes (n, L w), payloads where there are any.
 */
export interface ItemRows {
  first: number;
  count: number;
  codes: Uint8Array;
  keys: ByteStrings;
  payloads?: ByteStrings;
}

/**
 * The items of an index before it is exported, in the order of their numbers, never all at once.
 */
export interface ItemSource {
  items: number;
  tables: number;
  bits: number;
  kind: 'utf8' | 'int64';
  hasPayloads: boolean;
  /** Of a payload, about; 0 without any. */
  payloadBytes: number;
  /** Of the payloads, where they have fields. */
  fields: FieldTypes | undefined;
  /** Items [from, to) in blocks. Throws IntegrityError on columns that do not fit each other. */
  rows(from: number, to: number): AsyncGenerator<ItemRows, void, undefined>;
  /** The keys of all items. */
  keys(): Promise<ByteStrings>;
  /** The payloads of all items in blocks, of a source that has them. */
  payloads(): AsyncGenerator<ByteStrings, void, undefined>;
  /** The codes of all items in blocks. */
  codes(): AsyncGenerator<Pick<ItemRows, 'first' | 'count' | 'codes'>, void, undefined>;
}

export interface ItemInputs {
  codes: ArtifactReference;
  /** Of words; else `items`. */
  vocabulary?: ArtifactReference;
  /** The artifact with items.parquet. */
  items?: ArtifactReference;
}

const BLOCK_ITEMS = 65_536;

export async function openItems(store: Store, inputs: ItemInputs): Promise<ItemSource> {
  const coded = await openArtifact(store, inputs.codes);
  const [items, tables, bits] = ['items', 'tables', 'bits'].map((name) =>
    Number(coded.manifest.facts[name]),
  ) as [number, number, number];
  const named = inputs.vocabulary ?? inputs.items;
  if (!named) throw new RangeError('export: expected a vocabulary or items, got neither');
  const keyed = await openArtifact(store, named);
  const isId = !inputs.vocabulary && keyed.manifest.facts['kind'] === 'id';
  const key = inputs.vocabulary
    ? { part: 'vocabulary.parquet', name: 'word' }
    : { part: 'items.parquet', name: 'id' };
  const hasPayloads = !inputs.vocabulary && keyed.manifest.facts['payloads'] === true;
  const width = (tables * bits) / 8;
  const codesOf = async (from: number, to: number) =>
    await columnOf(
      coded,
      'codes.parquet',
      'code',
      `binary(${bits / 8})`,
      tables * from,
      tables * to,
    );

  return {
    items,
    tables,
    bits,
    kind: isId ? 'int64' : 'utf8',
    hasPayloads,
    payloadBytes: hasPayloads ? Math.ceil(bytesOf(keyed, key.part) / Math.max(1, items)) : 0,
    fields: hasPayloads ? fieldsOfFacts(keyed.manifest.facts) : undefined,
    async *rows(from, to) {
      const codes = await codesOf(from, to);
      const keys = await columnOf(keyed, key.part, key.name, isId ? 'int64' : 'utf8', from, to);
      const payloads = hasPayloads
        ? await columnOf(keyed, key.part, 'payload', 'utf8', from, to)
        : undefined;
      for (let first = from; first < to; first += BLOCK_ITEMS) {
        const count = Math.min(BLOCK_ITEMS, to - first);
        const own = isId
          ? { bytes: await takeBytes(keys, 8 * count, key.part), offsets: evenOffsets(count, 8) }
          : await takeStrings(keys, count, key.part);
        yield {
          first,
          count,
          codes: await takeBytes(codes, width * count, 'codes.parquet'),
          keys: own,
          ...(payloads && { payloads: await takeStrings(payloads, count, key.part) }),
        };
      }
    },
    async keys() {
      const keys = await columnOf(keyed, key.part, key.name, isId ? 'int64' : 'utf8', 0, items);
      return isId
        ? { bytes: await takeBytes(keys, 8 * items, key.part), offsets: evenOffsets(items, 8) }
        : await takeStrings(keys, items, key.part);
    },
    async *payloads() {
      const column = await columnOf(keyed, key.part, 'payload', 'utf8', 0, items);
      for (let first = 0; first < items; first += BLOCK_ITEMS)
        yield await takeStrings(column, Math.min(BLOCK_ITEMS, items - first), key.part);
    },
    async *codes() {
      const codes = await codesOf(0, items);
      for (let first = 0; first < items; first += BLOCK_ITEMS) {
        const count = Math.min(BLOCK_ITEMS, items - first);
        yield { first, count, codes: await takeBytes(codes, width * count, 'codes.parquet') };
      }
    },
  };
}

/** Of the whole part, keys and all: these are few beside payloads that count. */
function bytesOf({ manifest }: Artifact, part: string): number {
  return manifest.parts.find(({ name }) => name === part)?.bytes ?? 0;
}

/** Pieces of a column, the one at hand and how much of it is taken: bytes, or rows of strings. */
interface OpenColumn {
  pieces: AsyncGenerator<ColumnPiece, void, undefined>;
  piece: ColumnPiece | undefined;
  taken: number;
}

async function columnOf(
  artifact: Artifact,
  part: string,
  name: string,
  type: StreamedType,
  from: number,
  to: number,
): Promise<OpenColumn> {
  return {
    pieces: streamColumn(await artifact.partBlob(part), name, type, part, { from, to }),
    piece: undefined,
    taken: 0,
  };
}

async function nextPiece(column: OpenColumn, part: string): Promise<ColumnPiece> {
  const { value } = await column.pieces.next();
  if (!value) throw new RangeError(`${part}: fewer rows than its manifest says`);
  column.piece = value;
  column.taken = 0;
  return value;
}

async function takeBytes(column: OpenColumn, length: number, part: string): Promise<Uint8Array> {
  const out = new Uint8Array(length);
  for (let filled = 0; filled < length;) {
    let { piece } = column;
    if (!piece || column.taken === piece.bytes.length) piece = await nextPiece(column, part);
    const count = Math.min(length - filled, piece.bytes.length - column.taken);
    out.set(piece.bytes.subarray(column.taken, column.taken + count), filled);
    column.taken += count;
    filled += count;
  }
  return out;
}

async function takeStrings(column: OpenColumn, count: number, part: string): Promise<ByteStrings> {
  const offsets = new Uint32Array(count + 1);
  const parts: Uint8Array[] = [];
  for (let filled = 0; filled < count;) {
    let { piece } = column;
    if (!piece || column.taken === piece.rows) piece = await nextPiece(column, part);
    const ends = piece.offsets!;
    const more = Math.min(count - filled, piece.rows - column.taken);
    const start = ends[column.taken]!;
    for (let k = 1; k <= more; k++)
      offsets[filled + k] = offsets[filled]! + ends[column.taken + k]! - start;
    parts.push(piece.bytes.subarray(start, ends[column.taken + more]));
    column.taken += more;
    filled += more;
  }
  return { bytes: parts.length === 1 ? parts[0]! : new Uint8Array(Buffer.concat(parts)), offsets };
}
