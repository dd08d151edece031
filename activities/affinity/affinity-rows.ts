import type { WeightedPairs } from '../../kernels/affinity/filter-affinity.ts';
import type { Entries, PlacedRows } from '../../kernels/affinity/place-rows.ts';
import {
  isTop,
  noteBounds,
  openBounds,
  type TopBounds,
} from '../../kernels/affinity/top-entries.ts';
import { spillRows } from './spill-rows.ts';

interface AffinityOptions {
  words: number;
  /** Heaviest pairs that a word keeps. */
  top: number;
  /** What it may take, beside some 40 bytes a word. */
  bytes: number;
  /** Prefix of local files. */
  path: string;
}

/** Pairs of which both orders are brought to rows at once. */
const STEP = 16_384;

/**
 * D of the pairs that passed the filter: (i, j) where j is among the `top` heaviest of row i, or i
 * among those of row j. Pairs are in upper half, sorted by (row, column); they are read again for
 * each step: to count them, for the bounds of rows that have more than `top`, to count D, and for D
 * itself. Its rows come in order, range by range, columns rising: views that are good until the
 * next. Throws RangeError on pairs that are not in the upper half of a square of `words` rows.
 */
export async function* affinityRows(
  pairs: () => AsyncIterable<WeightedPairs>,
  { words, top, bytes, path }: AffinityOptions,
): AsyncGenerator<PlacedRows, void, undefined> {
  const degrees = await degreesOf(pairs(), words);
  const bounds = openBounds(words);
  if (degrees.some((degree) => degree > top)) {
    // Only these have anything to leave out.
    const crowded = degrees.map((degree) => (degree > top ? degree : 0));
    const spill = spillRows(crowded, { bytes, path: `${path}-weighed`, weighed: true });
    for await (const some of pairs()) {
      for (const both of bothOrders(some, true, (row) => crowded[row]! > 0))
        spill.add(both.entries, both.count);
    }
    for (const rows of spill.ranges()) noteBounds(bounds, rows, top);
  }
  const kept = await degreesOf(chosen(pairs(), bounds), words);
  const spill = spillRows(kept, { bytes, path: `${path}-kept`, weighed: false });
  for await (const some of chosen(pairs(), bounds)) {
    for (const both of bothOrders(some, false, () => true)) spill.add(both.entries, both.count);
  }
  yield* spill.ranges();
}

/** (V): entries of each row of the symmetric matrix. */
async function degreesOf(pairs: AsyncIterable<WeightedPairs>, words: number): Promise<Uint32Array> {
  const degrees = new Uint32Array(words);
  for await (const { rows, columns } of pairs) {
    for (let at = 0; at < rows.length; at++) {
      const i = rows[at]!;
      const j = columns[at]!;
      if (!(i >= 0 && i < j && j < words))
        throw new RangeError(
          `pair (${i}, ${j}) at entry ${at}: expected the upper half of a square of ${words} rows`,
        );
      degrees[i]! += 1;
      degrees[j]! += 1;
    }
  }
  return degrees;
}

/** Those that one of both rows keeps. */
async function* chosen(
  pairs: AsyncIterable<WeightedPairs>,
  bounds: TopBounds,
): AsyncGenerator<WeightedPairs, void, undefined> {
  for await (const { rows, columns, sums } of pairs) {
    let count = 0;
    for (let at = 0; at < rows.length; at++) {
      const i = rows[at]!;
      const j = columns[at]!;
      if (!isTop(bounds, i, j, sums[at]!) && !isTop(bounds, j, i, sums[at]!)) continue;
      rows[count] = i;
      columns[count] = j;
      sums[count++] = sums[at]!;
    }
    yield {
      rows: rows.subarray(0, count),
      columns: columns.subarray(0, count),
      sums: sums.subarray(0, count),
    };
  }
}

/**
 * A pair as an entry of each of its rows that is asked for. Lower columns of a row come while
 * smaller rows are met, so they stand before its upper ones.
 */
function* bothOrders(
  { rows, columns, sums }: WeightedPairs,
  weighed: boolean,
  isAsked: (row: number) => boolean,
): Generator<{ entries: Entries; count: number }, void, undefined> {
  const entries = {
    rows: new Int32Array(2 * STEP),
    columns: new Int32Array(2 * STEP),
    ...(weighed && { sums: new Float64Array(2 * STEP) }),
  };
  for (let from = 0; from < rows.length; from += STEP) {
    let count = 0;
    const put = (row: number, column: number, at: number) => {
      if (!isAsked(row)) return;
      entries.rows[count] = row;
      entries.columns[count] = column;
      if (entries.sums) entries.sums[count] = sums[at]!;
      count += 1;
    };
    for (let at = from; at < Math.min(from + STEP, rows.length); at++) {
      put(columns[at]!, rows[at]!, at);
      put(rows[at]!, columns[at]!, at);
    }
    yield { entries, count };
  }
}
