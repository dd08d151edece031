/**
 * Negatives from the current buckets: items that share a code with row i (in any two tables) and
 * are not linked to it by D, so retrieval by equal code would return them wrongly. V items, L
 * tables.
 */

import { PURPOSE, RandomStream } from '../numbers/random.ts';
import type { SharedBuckets } from '../codes/shared-buckets.ts';
import { sortColumns } from '../numbers/sort-columns.ts';
import { contains, type SparseRows } from './train-rows.ts';

interface BucketNegativesOptions {
  /** At most so many a row. */
  perRow: number;
  seed: number;
  epoch: number;
}

/**
 * Where a row shares its codes with more entries than so many a wanted negative, negatives are
 * drawn instead of listed.
 */
const LISTED = 16;

/**
 * Negatives of all rows, rising within a row, each once: all of a row's where they are few, else a
 * sample by the stream (seed, buckets, epoch, i).
 */
export function bucketNegatives(
  buckets: SharedBuckets,
  affinity: SparseRows,
  { perRow, seed, epoch }: BucketNegativesOptions,
): SparseRows {
  const { items, tables, offsets, entries, bucketOf } = buckets;
  const seen = new Int32Array(items);
  const found = new Int32Array(LISTED * perRow);
  const result = { offsets: new Uint32Array(items + 1), columns: new Uint32Array(items * perRow) };
  let length = 0;
  let row = 0;
  let count = 0;
  const consider = (entry: number): void => {
    const item = Math.floor(entry / tables);
    if (seen[item] === row + 1) return;
    seen[item] = row + 1;
    if (item !== row && !contains(affinity, row, item)) found[count++] = item;
  };
  for (row = 0; row < items; row++) {
    let total = 0;
    for (let t = 0; t < tables; t++) total += sizeOf(offsets, bucketOf[row * tables + t]);
    count = 0;
    const stream = new RandomStream(seed, PURPOSE.buckets, row, epoch);
    if (total <= LISTED * perRow) {
      for (let t = 0; t < tables; t++) {
        const b = bucketOf[row * tables + t];
        for (let at = offsets[b]; at < offsets[b + 1]; at++) consider(entries[at]);
      }
      if (count > perRow) {
        for (let k = 0; k < perRow; k++) {
          const drawn = k + stream.below(count - k);
          const kept = found[k];
          found[k] = found[drawn];
          found[drawn] = kept;
        }
        count = perRow;
      }
    } else {
      for (let draw = 0; draw < 2 * perRow; draw++)
        consider(entryAt(buckets, row, stream.below(total)));
      count = Math.min(count, perRow);
    }
    sortColumns(found, count);
    for (let k = 0; k < count; k++) result.columns[length++] = found[k];
    result.offsets[row + 1] = length;
  }
  return { offsets: result.offsets, columns: result.columns.slice(0, length) };
}

const sizeOf = (offsets: Uint32Array, b: number): number => offsets[b + 1] - offsets[b];

/** The entry at a place of the row's buckets, one after the other. */
function entryAt(
  { tables, offsets, entries, bucketOf }: SharedBuckets,
  row: number,
  place: number,
): number {
  for (let t = 0; t < tables; t++) {
    const b = bucketOf[row * tables + t];
    const size = sizeOf(offsets, b);
    if (place < size) return entries[offsets[b] + place];
    place -= size;
  }
  throw new RangeError(`row ${row}: place ${place} beyond its buckets`);
}
