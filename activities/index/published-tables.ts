import { compareCode, type PlacedBuckets } from '../../kernels/pages/collect-codes.ts';
import type { ByteStrings } from '../../kernels/pages/keys.ts';
import {
  publishedBuckets,
  publishedCodes,
  publishedGroups,
  publishedIdBuckets,
  publishedIdCodes,
  publishedIdGroups,
  publishedIdPayloads,
  publishedPayloads,
} from '../../schemas/tables.ts';
import { encodeParquet } from '../../store/tables/parquet.ts';
import type { Utf8Column } from '../../store/tables/utf8-column.ts';

/**
 * Buckets, or their items, of a row group of buckets.parquet at most; a larger bucket is one alone.
 */
export const MAX_ROWS = 262_144;
const PUBLISHED = { profile: 'published', rowGroupRows: Number.MAX_SAFE_INTEGER } as const;

export type KeyKind = 'utf8' | 'int64';

/** A row group of codes.parquet: L rows an item, sorted by (item, table). */
export async function encodeCodes(
  kind: KeyKind,
  keys: ByteStrings,
  codes: Uint8Array,
  tables: number,
  bits: number,
): Promise<Uint8Array> {
  const rows = (codes.length * 8) / bits;
  const table = new Int32Array(rows);
  const places = new Uint32Array(rows);
  for (let place = 0, at = 0; at < rows; place++) {
    for (let t = 0; t < tables; t++, at++) {
      table[at] = t;
      places[at] = place;
    }
  }
  if (kind === 'int64')
    return await encodeParquet(
      publishedIdCodes(bits),
      { item: idsOf(keys, places), table, code: codes },
      PUBLISHED,
    );
  return await encodeParquet(
    publishedCodes(bits),
    { item: textsOf(keys, places), table, code: codes },
    PUBLISHED,
  );
}

/** A row group of payloads.parquet: a row an item. */
export async function encodePayloads(
  kind: KeyKind,
  keys: ByteStrings,
  payloads: ByteStrings,
): Promise<Uint8Array> {
  const places = Uint32Array.from({ length: keys.offsets.length - 1 }, (_, place) => place);
  const payload = textsOf(payloads, places);
  if (kind === 'int64')
    return await encodeParquet(
      publishedIdPayloads,
      { item: idsOf(keys, places), payload },
      PUBLISHED,
    );
  return await encodeParquet(
    publishedPayloads,
    { item: textsOf(keys, places), payload },
    PUBLISHED,
  );
}

/**
 * Row groups of buckets.parquet, each of codes between two of `bounds`, so that they do not hang on
 * how buckets came together.
 */
export async function* encodeBuckets(
  { codes, offsets, items }: PlacedBuckets,
  bounds: readonly Uint8Array[],
  { kind, keys, table, bits }: { kind: KeyKind; keys: ByteStrings; table: number; bits: number },
): AsyncGenerator<Uint8Array, void, undefined> {
  const width = bits / 8;
  const buckets = offsets.length - 1;
  let bound = 0;
  for (let first = 0, end = 0; first < buckets; first = end) {
    while (bound < bounds.length && compareCode(codes, first * width, bounds[bound]!) >= 0) bound++;
    end = endOfRows(codes, offsets, first, bounds[bound]);
    const size = Int32Array.from(
      { length: end - first },
      (_, b) => offsets[first + b + 1]! - offsets[first + b]!,
    );
    const ends = Int32Array.from(
      { length: end - first + 1 },
      (_, b) => offsets[first + b]! - offsets[first]!,
    );
    const places = items.subarray(offsets[first], offsets[end]);
    const columns = {
      table: new Int32Array(end - first).fill(table),
      code: codes.slice(first * width, end * width),
      size,
    };
    yield kind === 'int64'
      ? await encodeParquet(
          publishedIdBuckets(bits),
          { ...columns, items: { offsets: ends, values: idsOf(keys, places) } },
          PUBLISHED,
        )
      : await encodeParquet(
          publishedBuckets(bits),
          { ...columns, items: { offsets: ends, values: textsOf(keys, places) } },
          PUBLISHED,
        );
  }
}

/** Where the row group of buckets from `first` on ends: before the bound, and before it is full. */
function endOfRows(
  codes: Uint8Array,
  offsets: Uint32Array,
  first: number,
  bound: Uint8Array | undefined,
): number {
  const most = Math.min(offsets.length - 1, first + MAX_ROWS);
  const width = codes.length / (offsets.length - 1);
  for (let end = first + 1; end < most; end++) {
    if (
      offsets[end + 1]! - offsets[first]! > MAX_ROWS ||
      (bound && compareCode(codes, end * width, bound) >= 0)
    )
      return end;
  }
  return most;
}

/** A row group of groups.parquet. */
export async function encodeGroups(
  kind: KeyKind,
  items: BigInt64Array | Utf8Column,
  group: Int32Array,
  size: Int32Array,
): Promise<Uint8Array> {
  if (kind === 'int64')
    return await encodeParquet(
      publishedIdGroups,
      { item: items as BigInt64Array, group, size },
      PUBLISHED,
    );
  return await encodeParquet(
    publishedGroups,
    { item: items as Utf8Column, group, size },
    PUBLISHED,
  );
}

/** 64-bit ids of places, from the bytes that hold them. */
export function idsOf({ bytes, offsets }: ByteStrings, places: Uint32Array): BigInt64Array {
  // Ids lie one after the other from the first on: by halves, a bigint each would be slow.
  const start = offsets[0]!;
  const halves = new Int32Array(
    bytes.buffer.slice(
      bytes.byteOffset + start,
      bytes.byteOffset + start + 8 * (offsets.length - 1),
    ),
  );
  const ids = new Int32Array(2 * places.length);
  for (let i = 0; i < places.length; i++) {
    ids[2 * i] = halves[2 * places[i]!]!;
    ids[2 * i + 1] = halves[2 * places[i]! + 1]!;
  }
  return new BigInt64Array(ids.buffer);
}

export function textsOf({ bytes, offsets }: ByteStrings, places: Uint32Array): Utf8Column {
  const ends = new Int32Array(places.length + 1);
  for (let i = 0; i < places.length; i++)
    ends[i + 1] = ends[i]! + offsets[places[i]! + 1]! - offsets[places[i]!]!;
  const texts = new Uint8Array(ends[places.length]!);
  for (let i = 0, at = 0; i < places.length; i++)
    for (let k = offsets[places[i]!]!; k < offsets[places[i]! + 1]!; k++) texts[at++] = bytes[k]!;
  return { offsets: ends, bytes: texts };
}
