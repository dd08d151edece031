import type { BucketTables } from './retrieval.ts';

/**
 * (V): 1 for each item whose buckets hold nothing else, or more than a lookup gives, so that a
 * lookup of it comes back empty. Of all items, not of those alone that have something to find.
 */
export function emptyLookups(
  { items, tables, bucketOf }: BucketTables,
  maximumBucket = Infinity,
): Uint8Array {
  return Uint8Array.from({ length: items }, (_, item) => {
    const isAnswered = tables.some(({ offsets }, table) => {
      const bucket = bucketOf[table]![item]!;
      const size = offsets[bucket + 1]! - offsets[bucket]!;
      return size > 1 && size <= maximumBucket;
    });
    return Number(!isAnswered);
  });
}
