import { buildBuckets, type TableBuckets } from '../kernels/codes/build-buckets.ts';
import { bucketsOfItems, sharedBuckets } from '../kernels/codes/shared-buckets.ts';
import { Failure } from '../schemas/failures.ts';

/** codes: (V, L, w) row-major bytes. */
export interface Codes {
  codes: Uint8Array;
  tables: number;
  codeBytes: number;
}

/** The buckets of all tables, and in which of them each item lies. */
export interface BucketTables {
  items: number;
  tables: TableBuckets[];
  /** A table's V bucket numbers, by item. */
  bucketOf: Uint32Array[];
}

/** Buckets of all tables. Throws RangeError on a shape that cannot be. */
export function bucketTables({ codes, tables, codeBytes }: Codes): BucketTables {
  const built = Array.from({ length: tables }, (_, table) =>
    buildBuckets(codes, tables, codeBytes, table),
  );
  const items = built[0]!.items.length;
  const bucketOf = built.map((table) => {
    const numbers = new Uint32Array(items);
    for (let b = 0; b + 1 < table.offsets.length; b++) {
      for (let at = table.offsets[b]!; at < table.offsets[b + 1]!; at++)
        numbers[table.items[at]!] = b;
    }
    return numbers;
  });
  return { items, tables: built, bucketOf };
}

/**
 * The same in one space of codes: an item's code in any table meets another's in any, as training
 * by the largest of the L x L cosines means it. All tables are one and the same.
 */
export function sharedBucketTables({ codes, tables, codeBytes }: Codes): BucketTables {
  const shared = sharedBuckets(codes, tables, codeBytes);
  const { bucketOf, items } = shared;
  const one = bucketsOfItems(shared);
  const numbers = Array.from({ length: tables }, (_, table) =>
    Uint32Array.from({ length: items }, (__, item) => bucketOf[item * tables + table]!),
  );
  return { items, tables: Array.from({ length: tables }, () => one), bucketOf: numbers };
}

/**
 * The items that share a code with `query` in any table, each once, without the query, in no stated
 * order; valid until the next call.
 */
export type Retrieve = (query: number) => Uint32Array;

/**
 * Retrieval by equal code, the union over the tables. With a permutation of the items, item i takes
 * the codes of item permutation[i] in all tables: every bucket keeps its size, every union too.
 * Buckets of more items than maximumBucket give nothing.
 */
export function retrieveByCode(
  { items, tables, bucketOf }: BucketTables,
  permutation?: Uint32Array,
  maximumBucket = Infinity,
): Retrieve {
  const holder = permutation && inverse(permutation);
  const seen = new Uint32Array(items);
  const out = new Uint32Array(items);
  let stamp = 0;
  return (query) => {
    stamp++;
    seen[query] = stamp;
    const origin = permutation ? permutation[query]! : query;
    let count = 0;
    for (let t = 0; t < tables.length; t++) {
      const { offsets, items: members } = tables[t]!;
      const b = bucketOf[t]![origin]!;
      const end = offsets[b + 1]!;
      if (end - offsets[b]! > maximumBucket) continue;
      for (let at = offsets[b]!; at < end; at++) {
        const item = holder ? holder[members[at]!]! : members[at]!;
        if (seen[item] === stamp) continue;
        seen[item] = stamp;
        out[count++] = item;
      }
    }
    return out.subarray(0, count);
  };
}

/** Throws Failure (DataError) on an id that the codes do not have. */
export function checkIds(what: string, ids: ArrayLike<number>, items: number): void {
  for (let at = 0; at < ids.length; at++) {
    const id = ids[at]!;
    if (!(id >= 0 && id < items))
      throw new Failure(
        'DataError',
        `${what}, entry ${at}: expected an item below ${items}, got ${id}; codes and truth ` +
          'are of different vocabularies',
      );
  }
}

function inverse(permutation: Uint32Array): Uint32Array {
  const holder = new Uint32Array(permutation.length);
  permutation.forEach((origin, item) => (holder[origin] = item));
  return holder;
}
