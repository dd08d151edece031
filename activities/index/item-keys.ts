import { ITEM_IDS, ITEM_KEYS, ITEM_PAYLOAD } from '../../schemas/tables.ts';
import { encodeParquet } from '../../store/tables/parquet.ts';

/** The table items.parquet: ids or words in their order, with what answers bring along. */
export async function encodeKeys(
  kind: 'id' | 'word',
  ids: (bigint | string)[],
  payload: string[] | undefined,
): Promise<Uint8Array> {
  const profile = { profile: 'internal' } as const;
  if (kind === 'id') {
    const id = BigInt64Array.from(ids as bigint[]);
    return payload
      ? await encodeParquet({ ...ITEM_IDS, ...ITEM_PAYLOAD }, { id, payload }, profile)
      : await encodeParquet(ITEM_IDS, { id }, profile);
  }
  const id = ids as string[];
  return payload
    ? await encodeParquet({ ...ITEM_KEYS, ...ITEM_PAYLOAD }, { id, payload }, profile)
    : await encodeParquet(ITEM_KEYS, { id }, profile);
}
