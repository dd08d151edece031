import { decodeKey } from '@hashloom/lookup/internal';
import {
  publishedCodes,
  publishedIdCodes,
  publishedIdPayloads,
  publishedPayloads,
  TOMBSTONE_IDS,
  TOMBSTONE_KEYS,
} from '../../schemas/tables.ts';
import { encodeParquet } from '../../store/tables/parquet.ts';
import type { ChangedItems } from './change-items.ts';

type KeyKind = 'utf8' | 'int64';

/** The codes that a delta adds, as `codes.parquet` has them. */
export async function encodeAdded(
  added: ChangedItems['added'],
  kind: KeyKind,
  tables: number,
  bits: number,
): Promise<Uint8Array> {
  const keys = added.flatMap(({ key }) => Array<string>(tables).fill(decodeKey(kind, key)!));
  const columns = {
    table: Int32Array.from(keys, (_, at) => at % tables),
    code: Buffer.concat(added.map(({ code }) => code)),
  };
  if (kind === 'utf8')
    return await encodeParquet(
      publishedCodes(bits),
      { item: keys, ...columns },
      { profile: 'published' },
    );
  return await encodeParquet(
    publishedIdCodes(bits),
    { item: BigInt64Array.from(keys, BigInt), ...columns },
    { profile: 'published' },
  );
}

/** What answers bring along of the items that a delta adds. */
export async function encodeAddedPayloads(
  added: ChangedItems['added'],
  kind: KeyKind,
): Promise<Uint8Array> {
  const keys = added.map(({ key }) => decodeKey(kind, key)!);
  const payload = added.map((item) => Buffer.from(item.payload ?? []).toString('utf8'));
  if (kind === 'utf8')
    return await encodeParquet(
      publishedPayloads,
      { item: keys, payload },
      { profile: 'published' },
    );
  return await encodeParquet(
    publishedIdPayloads,
    { item: BigInt64Array.from(keys, BigInt), payload },
    { profile: 'published' },
  );
}

/** The items of the base that a delta takes away. */
export async function encodeTombstones(
  stored: readonly Uint8Array[],
  kind: KeyKind,
): Promise<Uint8Array> {
  const keys = stored.map((key) => decodeKey(kind, key)!);
  if (kind === 'utf8')
    return await encodeParquet(TOMBSTONE_KEYS, { item: keys }, { profile: 'published' });
  return await encodeParquet(
    TOMBSTONE_IDS,
    { item: BigInt64Array.from(keys, BigInt) },
    { profile: 'published' },
  );
}
