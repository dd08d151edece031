/**
 * The buckets of one table in memory, grouped from the items' codes. W = words of 32 bits a code, B
 * buckets.
 */
export interface ResidentBuckets {
  readonly table: number;
  /** B. */
  readonly buckets: number;
  /**
   * (B, W): distinct codes, in the order of their first item; bytes of a code from the low end of a
   * word up.
   */
  readonly codes: Uint32Array;
  /** For each bucket its list in `lists`: the number of items, then their numbers, ascending. */
  readonly starts: Uint32Array;
  readonly lists: Uint32Array;
  /** The bucket of a code of W words at `at` of `words`, or -1. */
  find(words: Uint32Array, at: number): number;
  /**
   * `out[q]` becomes the bucket of code q of (n, W) `codes`, or -1. Returns `warmed` and a sum of
   * slots: reads that must not be optimised away.
   */
  findBatch(codes: Uint32Array, out: Int32Array, warmed: number): number;
  readonly heldBytes: number;
}

/**
 * Codes that a batch hashes before it looks the first one up: their slots come to the cache at the
 * same time.
 */
const BLOCK = 128;

/**
 * Groups items by code: `codes` is (V, W); `bucketStarts[i * stride + table]` becomes where item
 * i's list begins.
 */
export function groupByCode(
  codes: Uint32Array,
  words: number,
  table: number,
  bucketStarts: Uint32Array,
  stride: number,
): ResidentBuckets {
  const items = codes.length / words;
  const capacity = 2 ** Math.max(4, Math.ceil(Math.log2(Math.max(1, items))) + 1);
  const mask = capacity - 1;
  const slots = new Uint32Array(capacity);
  const bucketOf = new Uint32Array(items);
  const counts = new Uint32Array(items);
  // Distinct codes move to the front of `codes`: bucket b never lies behind the item that opens it.
  let buckets = 0;
  for (let item = 0; item < items; item++) {
    let slot = hashWords(codes, item * words, words) & mask;
    let bucket = -1;
    for (; slots[slot] !== 0; slot = (slot + 1) & mask) {
      if (!sameWords(codes, (slots[slot]! - 1) * words, codes, item * words, words)) continue;
      bucket = slots[slot]! - 1;
      break;
    }
    if (bucket < 0) {
      bucket = buckets++;
      slots[slot] = bucket + 1;
      for (let k = 0; k < words; k++) codes[bucket * words + k] = codes[item * words + k]!;
    }
    bucketOf[item] = bucket;
    counts[bucket]!++;
  }
  const starts = new Uint32Array(buckets);
  const lists = new Uint32Array(items + buckets);
  for (let bucket = 0, at = 0; bucket < buckets; bucket++) {
    starts[bucket] = at;
    at += 1 + counts[bucket]!;
  }
  for (let item = 0; item < items; item++) {
    const start = starts[bucketOf[item]!]!;
    bucketStarts[item * stride + table] = start;
    lists[start + ++lists[start]!] = item;
  }
  const distinct = codes.slice(0, buckets * words);

  function findFrom(sought: Uint32Array, at: number, hash: number): number {
    for (let slot = hash & mask; slots[slot] !== 0; slot = (slot + 1) & mask) {
      const bucket = slots[slot]! - 1;
      if (sameWords(distinct, bucket * words, sought, at, words)) return bucket;
    }
    return -1;
  }

  const hashes = new Uint32Array(BLOCK);
  return {
    table,
    buckets,
    codes: distinct,
    starts,
    lists,
    find: (sought, at) => findFrom(sought, at, hashWords(sought, at, words)),
    findBatch(sought, out, warmed) {
      const n = sought.length / words;
      for (let from = 0; from < n; from += BLOCK) {
        const count = Math.min(BLOCK, n - from);
        for (let i = 0; i < count; i++) {
          hashes[i] = hashWords(sought, (from + i) * words, words);
          warmed = (warmed + slots[hashes[i]! & mask]!) | 0;
        }
        for (let i = 0; i < count; i++) {
          const bucket = slots[hashes[i]! & mask]!;
          if (bucket !== 0) warmed = (warmed + distinct[(bucket - 1) * words]!) | 0;
        }
        for (let i = 0; i < count; i++)
          out[from + i] = findFrom(sought, (from + i) * words, hashes[i]!);
      }
      return warmed;
    },
    heldBytes: slots.byteLength + distinct.byteLength + starts.byteLength + lists.byteLength,
  };
}

/**
 * Groups the items of all tables in one space of codes; an item is once in a bucket. `bucketStarts`
 * is (V, L) and becomes where the list of each code begins.
 */
export function groupShared(
  codes: Uint32Array[],
  words: number,
  bucketStarts: Uint32Array,
): ResidentBuckets {
  const tables = codes.length;
  const all = new Uint32Array(bucketStarts.length * words);
  for (const [table, own] of codes.entries()) {
    for (let from = 0, to = table * words; from < own.length; from += words, to += tables * words)
      for (let k = 0; k < words; k++) all[to + k] = own[from + k]!;
    codes[table] = new Uint32Array(0);
  }
  const grouped = groupByCode(all, words, 0, bucketStarts, 1);
  const { starts, lists } = grouped;
  for (const start of starts) {
    const end = start + 1 + lists[start]!;
    let count = 0;
    for (let at = start + 1; at < end; at++) {
      // Places ascend, so an item that has the code twice follows itself.
      const item = Math.floor(lists[at]! / tables);
      if (count === 0 || lists[start + count] !== item) lists[start + ++count] = item;
    }
    lists[start] = count;
  }
  return grouped;
}

function hashWords(words: Uint32Array, at: number, count: number): number {
  let h = 0x9e3779b9;
  for (let k = 0; k < count; k++) {
    h = Math.imul(h ^ words[at + k]!, 0x85ebca6b);
    h ^= h >>> 15;
  }
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function sameWords(
  a: Uint32Array,
  atA: number,
  b: Uint32Array,
  atB: number,
  count: number,
): boolean {
  for (let k = 0; k < count; k++) if (a[atA + k] !== b[atB + k]) return false;
  return true;
}
