import type { TableBuckets } from './build-buckets.ts';

/** What a cap on the size of buckets keeps from lookups. */
export interface LargeBuckets {
  /** Buckets of more items than the cap, summed over the tables added. */
  bucketsOverCap: number;
  /** Items whose every bucket is such a one: a lookup gives nothing of them. */
  itemsOverCap: number;
}

/** Counts over tables that come one by one; an item's buckets in a table are those that hold it. */
export function largeBuckets(
  maximum: number,
  items: number,
): { add(table: TableBuckets): void; counts(): LargeBuckets } {
  // An item that some bucket within the cap gives has been answered.
  const answered = new Uint8Array(items);
  let large = 0;
  return {
    add({ offsets, items: members }) {
      for (let b = 0; b + 1 < offsets.length; b++) {
        if (offsets[b + 1] - offsets[b] > maximum) large++;
        else for (let at = offsets[b]; at < offsets[b + 1]; at++) answered[members[at]] = 1;
      }
    },
    counts: () => ({
      bucketsOverCap: large,
      itemsOverCap: answered.reduce((left, is) => left - is, items),
    }),
  };
}
