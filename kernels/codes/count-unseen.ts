/** Cooccurrences of items that a model has never seen with those that it knows. */

import { LimitError } from '../limit-error.ts';

/** What an id of a dictionary is: 0 nothing, u + 1 the unseen item u, -(v + 1) the known item v. */
export const unseenRole = (u: number): number => u + 1;
export const knownRole = (v: number): number => -v - 1;

/**
 * Cooccurrences of unseen items with known ones: of item u the known items [offsets[u], offsets[u +
 * 1]), ascending, with the sums of their weights.
 */
export interface UnseenRows {
  offsets: Uint32Array;
  columns: Uint32Array;
  sums: Float64Array;
}

export interface UnseenCounts {
  /**
   * Rows of tokens, as in a shard: ids of its dictionary, or -1; a pair at a distance k <= `window`
   * within a row weighs 1 / k.
   */
  addRows(tokens: Int32Array, rowOffsets: Int32Array, window: number, roles: Int32Array): void;
  /** Pairs of ids of a dictionary, with weights. */
  addPairs(rows: Int32Array, columns: Int32Array, weights: Float64Array, roles: Int32Array): void;
  finish(): UnseenRows;
}

/** Counts in memory, `most` pairs at the most; throws LimitError beyond them. */
export function countUnseen(unseen: number, known: number, most: number): UnseenCounts {
  let mask = 2 ** 16 - 1;
  let keys = new Float64Array(mask + 1);
  let sums = new Float64Array(mask + 1);
  let used = 0;

  function slotOf(key: number): number {
    let slot = Math.imul(key ^ Math.floor(key / 0x1_0000_0000), 0x9e3779b1) >>> 0;
    slot = (slot ^ (slot >>> 15)) & mask;
    while (keys[slot] !== 0 && keys[slot] !== key) slot = (slot + 1) & mask;
    return slot;
  }

  function add(u: number, v: number, weight: number): void {
    const key = u * known + v + 1;
    let slot = slotOf(key);
    if (keys[slot] === 0) {
      if (++used > most)
        throw new LimitError(
          `more than ${most} pairs of unseen and known items; append in pieces, or reindex`,
        );
      if (2 * used > mask) {
        grow();
        slot = slotOf(key);
      }
      keys[slot] = key;
    }
    sums[slot] += weight;
  }

  function grow(): void {
    const [oldKeys, oldSums] = [keys, sums];
    mask = 2 * mask + 1;
    keys = new Float64Array(mask + 1);
    sums = new Float64Array(mask + 1);
    for (let at = 0; at < oldKeys.length; at++) {
      if (oldKeys[at] === 0) continue;
      const slot = slotOf(oldKeys[at]);
      keys[slot] = oldKeys[at];
      sums[slot] = oldSums[at];
    }
  }

  return {
    addRows(tokens, rowOffsets, window, roles) {
      for (let row = 0; row + 1 < rowOffsets.length; row++) {
        const end = rowOffsets[row + 1];
        for (let i = rowOffsets[row]; i < end; i++) {
          if (tokens[i] < 0) continue;
          const role = roles[tokens[i]];
          if (role <= 0) continue;
          const last = Math.min(end - 1, i + window);
          for (let j = Math.max(rowOffsets[row], i - window); j <= last; j++) {
            const other = tokens[j] < 0 ? 0 : roles[tokens[j]];
            if (other < 0) add(role - 1, -other - 1, 1 / Math.abs(i - j));
          }
        }
      }
    },
    addPairs(rows, columns, weights, roles) {
      for (let p = 0; p < rows.length; p++) {
        const a = roles[rows[p]];
        const b = roles[columns[p]];
        if (a > 0 && b < 0) add(a - 1, -b - 1, weights[p]);
        else if (b > 0 && a < 0) add(b - 1, -a - 1, weights[p]);
      }
    },
    finish() {
      const order = keys.filter((key) => key !== 0).sort();
      const rows: UnseenRows = {
        offsets: new Uint32Array(unseen + 1),
        columns: new Uint32Array(used),
        sums: new Float64Array(used),
      };
      for (let at = 0; at < used; at++) {
        const u = Math.floor((order[at] - 1) / known);
        rows.offsets[u + 1] = at + 1;
        rows.columns[at] = order[at] - 1 - u * known;
        rows.sums[at] = sums[slotOf(order[at])];
      }
      for (let u = 1; u <= unseen; u++)
        rows.offsets[u] = Math.max(rows.offsets[u], rows.offsets[u - 1]);
      return rows;
    },
  };
}
