/**
 * Weighted pairs of ids to the sorted run of a shard: for each pair of two items (i < j in word
 * order) the sum of its weights, both orders added, in units of 1 / PAIR_SCALE. Integers, so the
 * sums do not depend on the order of the pairs.
 */

import { LimitError } from '../limit-error.ts';
import { orderWords, sortWords } from '../words/sort-words.ts';
import type { Utf8Dictionary } from '../words/build-dictionary.ts';
import { wordTable } from '../words/word-table.ts';

/** A weight is taken to the nearest 1/65,536; sums are exact below 2^53 / 65,536 = 1.4e11. */
export const PAIR_SCALE = 65_536;

export interface PairRun {
  /** Items in word order; counts: pairs that each occurs in; documents: the same. */
  dictionary: Utf8Dictionary;
  /** Sorted by (row, column); row < column. */
  rows: Int32Array;
  columns: Int32Array;
  sums: Float64Array;
  /** Pairs taken. */
  pairs: number;
  /** Pairs of an item with itself, left out. */
  loops: number;
}

interface PairCollector {
  add(left: Uint8Array, right: Uint8Array, weight: number): void;
  size(): number;
  finish(): PairRun;
}

/**
 * Throws LimitError where a weight is negative or not finite, or where a sum reaches 2^53 units.
 */
export function collectPairs(): PairCollector {
  const table = wordTable();
  let lefts = new Int32Array(1024);
  let rights = new Int32Array(1024);
  let units = new Float64Array(1024);
  let pairs = 0;
  let loops = 0;

  function add(left: Uint8Array, right: Uint8Array, weight: number): void {
    const unitsOfPair = Math.round(weight * PAIR_SCALE);
    if (!(unitsOfPair >= 0 && unitsOfPair <= Number.MAX_SAFE_INTEGER))
      throw new LimitError(
        `pair ${pairs + loops}: a weight of ${weight}, expected 0 to ` +
          `${Number.MAX_SAFE_INTEGER / PAIR_SCALE}`,
      );
    const a = table.add(left, 0, left.length);
    const b = table.add(right, 0, right.length);
    if (a === b) {
      loops += 1;
      return;
    }
    if (pairs === lefts.length) {
      lefts = doubled(lefts, new Int32Array(2 * pairs));
      rights = doubled(rights, new Int32Array(2 * pairs));
      units = doubled(units, new Float64Array(2 * pairs));
    }
    lefts[pairs] = a;
    rights[pairs] = b;
    units[pairs++] = unitsOfPair;
  }

  function finish(): PairRun {
    const arrived = table.words();
    const order = sortWords(arrived);
    const places = new Int32Array(order.length);
    for (let to = 0; to < order.length; to++) places[order[to]] = to;
    const counts = new Float64Array(order.length);
    const starts = new Int32Array(order.length + 1);
    for (let k = 0; k < pairs; k++) {
      const [a, b] = [places[lefts[k]], places[rights[k]]];
      counts[a] += 1;
      counts[b] += 1;
      lefts[k] = Math.min(a, b);
      rights[k] = Math.max(a, b);
      starts[lefts[k] + 1] += 1;
    }
    for (let i = 0; i < order.length; i++) starts[i + 1] += starts[i];
    const byRow = new Int32Array(pairs);
    const next = starts.slice();
    for (let k = 0; k < pairs; k++) byRow[next[lefts[k]]++] = k;
    const run = {
      rows: new Int32Array(pairs),
      columns: new Int32Array(pairs),
      sums: new Float64Array(pairs),
    };
    let length = 0;
    for (let row = 0; row < order.length; row++) {
      const inRow = byRow
        .subarray(starts[row], starts[row + 1])
        .sort((x, y) => rights[x] - rights[y]);
      let column = -1;
      for (const k of inRow) {
        if (rights[k] !== column) {
          column = rights[k];
          run.rows[length] = row;
          run.columns[length++] = column;
        }
        run.sums[length - 1] += units[k];
        if (run.sums[length - 1] > Number.MAX_SAFE_INTEGER)
          throw new LimitError(`the weight of a pair reaches 2^53 / ${PAIR_SCALE}`);
      }
    }
    return {
      dictionary: { words: orderWords(arrived, order), counts, documents: counts.slice() },
      rows: run.rows.slice(0, length),
      columns: run.columns.slice(0, length),
      sums: run.sums.slice(0, length),
      pairs,
      loops,
    };
  }

  return { add, size: () => pairs, finish };
}

function doubled<A extends { set(values: A): void }>(values: A, larger: A): A {
  larger.set(values);
  return larger;
}
