/**
 * Settling: training leaves a part of the items alone, with codes that no other item has, and so
 * without any answer. Each of them takes, in one table, the code of the bucket that holds most of
 * its neighbours; then every code that is still alone takes that of a bucket with neighbours not
 * met so far, where these are more than the others in it. One round of local moves, as of greedy
 * clustering, on what training left idle; codes that meet others stay as they are.
 *
 * codes: (V, L, w) row-major bytes, buckets in one space. D: the training affinity.
 */

import { hammingDistance } from '../numbers/hamming.ts';
import { sharedBuckets } from './shared-buckets.ts';
import type { SparseRows } from '../training/train-rows.ts';

/**
 * What an item of the bucket that is no neighbour costs, where a neighbour met is worth 1: of an
 * item that is alone, and of a code that is.
 */
const COST_OF_ITEM = 0.1;
const COST_OF_CODE = 1;

/**
 * Settles `codes` in place, items in their order, a move counting at once for all that follow.
 * Returns the number of codes that changed. Throws RangeError on a shape that cannot be.
 */
export function settle(
  codes: Uint8Array,
  tables: number,
  codeBytes: number,
  affinity: SparseRows,
): number {
  const { items, codes: distinct, offsets, bucketOf } = sharedBuckets(codes, tables, codeBytes);
  if (affinity.offsets.length !== items + 1)
    throw new RangeError(`affinity: ${affinity.offsets.length - 1} rows for ${items} items`);
  /** Items of a bucket. */
  const sizes = new Uint32Array(offsets.length - 1);
  for (let entry = 0; entry < bucketOf.length; entry++)
    if (!isRepeated(entry)) sizes[bucketOf[entry]] += 1;
  const gained = new Uint32Array(sizes.length);
  const linked = new Uint32Array(sizes.length);
  const met: number[] = [];
  let changed = 0;

  for (let item = 0; item < items; item++) {
    if (!isAlone(item)) continue;
    const bucket = bestBucket(item, -1, COST_OF_ITEM);
    if (bucket >= 0) move(nearestEntry(item, bucket), bucket);
  }
  for (let entry = 0; entry < bucketOf.length; entry++) {
    if (sizes[bucketOf[entry]] !== 1) continue;
    const bucket = bestBucket(Math.floor(entry / tables), entry, COST_OF_CODE);
    if (bucket >= 0) move(entry, bucket);
  }
  return changed;

  function isAlone(item: number): boolean {
    for (let entry = item * tables; entry < (item + 1) * tables; entry++)
      if (sizes[bucketOf[entry]] > 1) return false;
    return true;
  }

  /** Whether an earlier code of the item is the same. */
  function isRepeated(entry: number): boolean {
    for (let other = entry - (entry % tables); other < entry; other++)
      if (bucketOf[other] === bucketOf[entry]) return true;
    return false;
  }

  /** Whether a code of the item, but for entry `without`, is in the bucket. */
  function holds(item: number, bucket: number, without: number): boolean {
    for (let entry = item * tables; entry < (item + 1) * tables; entry++)
      if (entry !== without && bucketOf[entry] === bucket) return true;
    return false;
  }

  /**
   * The bucket worth most to the item, whose entry `without` is to move; -1 where none is worth
   * more than nothing. Of equals the first met, neighbours rising.
   */
  function bestBucket(item: number, without: number, cost: number): number {
    met.length = 0;
    for (let at = affinity.offsets[item]; at < affinity.offsets[item + 1]; at++) {
      const neighbour = affinity.columns[at];
      let isMet = false;
      for (let entry = neighbour * tables; entry < (neighbour + 1) * tables; entry++)
        isMet ||= holds(item, bucketOf[entry], without);
      for (let entry = neighbour * tables; entry < (neighbour + 1) * tables; entry++) {
        if (isRepeated(entry)) continue;
        const bucket = bucketOf[entry];
        if (linked[bucket]++ === 0) met.push(bucket);
        if (!isMet) gained[bucket] += 1;
      }
    }
    let best = -1;
    let most = 0;
    for (const bucket of met) {
      const value = gained[bucket] - cost * (sizes[bucket] - linked[bucket]);
      if (value > most && !holds(item, bucket, without)) {
        best = bucket;
        most = value;
      }
      gained[bucket] = 0;
      linked[bucket] = 0;
    }
    return best;
  }

  /** The item's entry whose code differs from the bucket's in the fewest bits. */
  function nearestEntry(item: number, bucket: number): number {
    let nearest = item * tables;
    let least = Infinity;
    for (let entry = item * tables; entry < (item + 1) * tables; entry++) {
      const distance = hammingDistance(
        codes,
        entry * codeBytes,
        distinct,
        bucket * codeBytes,
        codeBytes,
      );
      if (distance >= least) continue;
      least = distance;
      nearest = entry;
    }
    return nearest;
  }

  function move(entry: number, bucket: number): void {
    const item = Math.floor(entry / tables);
    if (!holds(item, bucketOf[entry], entry)) sizes[bucketOf[entry]] -= 1;
    if (!holds(item, bucket, entry)) sizes[bucket] += 1;
    bucketOf[entry] = bucket;
    codes.set(distinct.subarray(bucket * codeBytes, (bucket + 1) * codeBytes), entry * codeBytes);
    changed += 1;
  }
}
