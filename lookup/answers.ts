import { IndexFormatError } from './index-errors.ts';
import type { Bucket } from './pages/bucket-entry.ts';

export interface BucketAnswer {
  /** From 0. */
  table: number;
  /** Hexadecimal, d / 4 digits. */
  code: string;
  /** By ascending item number, which for words is the order of their bytes. */
  items: string[];
  /**
   * How many items the bucket has, the query among them, where that is more than the index gives
   * (`maximumBucket`); `items` is empty then.
   */
  tooLarge?: number;
  /** Where the index has payloads, those of the items in their order. */
  payloads?: string[];
}

export interface LookupAnswer {
  query: string;
  /** Whether the index has this item. */
  found: boolean;
  /** Its item number; null when not found. */
  id: number | null;
  /** Of the query, where the index has payloads. */
  payload?: string;
  /** The bucket of each of its L codes, by table, without the query. */
  buckets: BucketAnswer[];
  /**
   * The union of the buckets without the query: first what shares most tables with it, then by
   * ascending item number.
   */
  items: string[];
  /** Where the index has payloads, those of the items in their order. */
  payloads?: string[];
}

export interface NearbyItem {
  item: string;
  distance: number;
  /** Where the index has payloads. */
  payload?: string;
}

/** A bucket as a caller gets it, with texts. */
export function answerOf(
  bucket: Bucket | undefined,
  table: number,
  code: string,
  hasPayloads: boolean,
): BucketAnswer {
  const { keys = [], payloads = [], tooLarge: size } = bucket ?? {};
  return {
    table,
    code,
    items: [...keys],
    ...(hasPayloads && size === undefined && { payloads: [...payloads] }),
    ...(size !== undefined && { tooLarge: size }),
  };
}

/**
 * The bucket without the query, which must be in it: an index whose parts contradict each other is
 * refused.
 */
export function withoutQuery(
  bucket: Bucket | undefined,
  sought: { id: number; query: string; table: number; code: string },
): Bucket {
  if (bucket?.tooLarge !== undefined) return bucket;
  const at = bucket?.keys.indexOf(sought.query) ?? -1;
  const found = bucket?.order[at];
  if (!bucket || found === undefined || (typeof found === 'number' && found !== sought.id)) {
    throw new IndexFormatError(
      `buckets-${sought.table}.pages`,
      undefined,
      `item ${sought.id} (${JSON.stringify(sought.query)}) in the bucket of code ${sought.code}`,
      bucket ? 'a bucket without it' : 'no such bucket',
    );
  }
  return {
    order: bucket.order.toSpliced(at, 1),
    keys: bucket.keys.toSpliced(at, 1),
    ...(bucket.payloads && { payloads: bucket.payloads.toSpliced(at, 1) }),
  };
}

/** What shares a bucket with the query: first what shares most tables with it. */
export function unionOf(
  buckets: Bucket[],
  hasPayloads: boolean,
): { items: string[]; payloads?: string[] } {
  const shared = new Map<string, { order: number | bigint; tables: number; payload: string }>();
  for (const { order, keys, payloads } of buckets) {
    keys.forEach((key, i) => {
      const item = shared.get(key);
      if (item) item.tables++;
      else shared.set(key, { order: order[i]!, tables: 1, payload: payloads?.[i] ?? '' });
    });
  }
  const sorted = [...shared].sort(
    ([, a], [, b]) => b.tables - a.tables || (a.order < b.order ? -1 : 1),
  );
  return {
    items: sorted.map(([key]) => key),
    ...(hasPayloads && { payloads: sorted.map(([, { payload }]) => payload) }),
  };
}
