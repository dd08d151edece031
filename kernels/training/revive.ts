/**
 * Revival: an embedding that is alone in its bucket retrieves nothing. It moves to the bucket that
 * holds most of those neighbours of its item (by the training D) that share no code with the item
 * yet, where these are more than the uncovered neighbours to which it is the item's nearest
 * embedding now, by Hamming distance: one that is on its way to a bucket is left alone. V items, L
 * tables, codes of w bytes; buckets in one space.
 */

import { hammingDistance } from '../numbers/hamming.ts';
import type { SharedBuckets } from '../codes/shared-buckets.ts';
import type { PartitionState } from './train-partition.ts';
import type { SparseRows } from './train-rows.ts';

/**
 * Embeddings that move, by item and table; and the embedding (source item * L + its table) whose
 * code each takes.
 */
export interface Moves {
  item: Int32Array;
  table: Int32Array;
  source: Uint32Array;
}

/** Uncovered neighbours that a bucket must hold for a move. */
const MIN_COVERED = 2;

/**
 * Items in their order, an item's tables in theirs; a move counts at once for the tables that
 * follow, while buckets stay as they came in (two lonely neighbours would else swap places). Of
 * buckets that cover as many, the one met first: neighbours rising, tables rising.
 */
export function planRevival(
  buckets: SharedBuckets,
  codes: Uint8Array,
  affinity: SparseRows,
): Moves {
  const { items, tables, offsets, entries, bucketOf } = buckets;
  const width = codes.length / (items * tables);
  const moved: number[] = [];
  const sources: number[] = [];
  const covered = new Int32Array(items);
  const counts = new Uint32Array(offsets.length - 1);
  const met: number[] = [];
  const uncovered: number[] = [];
  const wins = new Uint32Array(tables);
  for (let item = 0; item < items; item++) {
    let isCoverKnown = false;
    for (let table = 0; table < tables; table++) {
      const own = bucketOf[item * tables + table];
      if (offsets[own + 1] - offsets[own] !== 1) continue;
      if (!isCoverKnown) {
        isCoverKnown = true;
        for (let t = 0; t < tables; t++) cover(bucketOf[item * tables + t], item + 1);
      }
      listUncovered(item);
      if (uncovered.length < MIN_COVERED) break;
      const best = fullestBucket();
      if (best.count <= countWins(item, table)) continue;
      moved.push(item * tables + table);
      sources.push(entries[offsets[best.bucket]]);
      cover(best.bucket, item + 1);
    }
  }
  return {
    item: Int32Array.from(moved, (entry) => Math.floor(entry / tables)),
    table: Int32Array.from(moved, (entry) => entry % tables),
    source: Uint32Array.from(sources),
  };

  function cover(bucket: number, stamp: number): void {
    for (let at = offsets[bucket]; at < offsets[bucket + 1]; at++)
      covered[Math.floor(entries[at] / tables)] = stamp;
  }

  function listUncovered(item: number): void {
    uncovered.length = 0;
    for (let at = affinity.offsets[item]; at < affinity.offsets[item + 1]; at++) {
      if (covered[affinity.columns[at]] !== item + 1) uncovered.push(affinity.columns[at]);
    }
  }

  /** The bucket that holds most of the uncovered neighbours; none where no bucket holds enough. */
  function fullestBucket(): { bucket: number; count: number } {
    met.length = 0;
    for (const neighbour of uncovered) {
      for (let t = 0; t < tables; t++) {
        const b = bucketOf[neighbour * tables + t];
        if (!isRepeated(neighbour, t) && counts[b]++ === 0) met.push(b);
      }
    }
    const best = { bucket: -1, count: MIN_COVERED - 1 };
    for (const bucket of met) {
      if (counts[bucket] > best.count) Object.assign(best, { bucket, count: counts[bucket] });
      counts[bucket] = 0;
    }
    return best.bucket < 0 ? { bucket: -1, count: 0 } : best;
  }

  /** Whether an earlier table of the item has the same code. */
  function isRepeated(item: number, table: number): boolean {
    const own = bucketOf[item * tables + table];
    for (let t = 0; t < table; t++) if (bucketOf[item * tables + t] === own) return true;
    return false;
  }

  /** Uncovered neighbours to which this is the item's nearest embedding. */
  function countWins(item: number, table: number): number {
    wins.fill(0);
    for (const neighbour of uncovered) {
      let nearest = 0;
      let least = Infinity;
      for (let a = 0; a < tables; a++) {
        for (let b = 0; b < tables; b++) {
          const distance = hammingDistance(
            codes,
            (item * tables + a) * width,
            codes,
            (neighbour * tables + b) * width,
            width,
          );
          if (distance >= least) continue;
          least = distance;
          nearest = a;
        }
      }
      wins[nearest] += 1;
    }
    return wins[table];
  }
}

/**
 * Makes the moves of a partition's embeddings: the signs of the new code at the embedding's own
 * mean size; its moments begin anew. Moves are sorted by item; codes: (moves, d / 8) bytes.
 */
export function moveEmbeddings(
  state: PartitionState,
  { item, table }: Pick<Moves, 'item' | 'table'>,
  codes: Uint8Array,
  tables: number,
  bits: number,
): void {
  const { embeddings, moment1, moment2, firstRow } = state;
  const rows = embeddings.length / (tables * bits);
  for (let k = 0; k < item.length; k++) {
    const row = item[k] - firstRow;
    if (row < 0 || row >= rows) continue;
    const from = (row * tables + table[k]) * bits;
    let size = 0;
    for (let at = from; at < from + bits; at++) size += Math.abs(embeddings[at]) / bits;
    for (let bit = 0; bit < bits; bit++) {
      const isSet = (codes[(k * bits + bit) >> 3] >> (7 - (bit & 7))) & 1;
      embeddings[from + bit] = isSet ? size : -size;
    }
    moment1.fill(0, from, from + bits);
    moment2.fill(0, from, from + bits);
  }
}
