/**
 * Two halves of queries and of held-out pairs: settings are chosen on one and reported on the
 * other. Which half an item or a pair is in follows from the seed.
 */

import { PURPOSE, RandomStream } from '../kernels/numbers/random.ts';
import type { QueryPart } from '../schemas/word-experiment.ts';
import type { Pairs } from './hit-rate.ts';
import type { Truth } from './precision-recall.ts';

/** D with the rows of the other half empty: those items are no queries, but may be retrieved. */
export function partOfTruth({ rowOffsets, columns }: Truth, part: QueryPart, seed: number): Truth {
  const items = rowOffsets.length - 1;
  const kept = new Uint32Array(items + 1);
  const chosen = new Uint32Array(columns.length);
  let length = 0;
  for (let item = 0; item < items; item++) {
    if (halfOf(seed, 0, item) === part) {
      for (let at = rowOffsets[item]!; at < rowOffsets[item + 1]!; at++)
        chosen[length++] = columns[at]!;
    }
    kept[item + 1] = length;
  }
  return { rowOffsets: kept, columns: chosen.slice(0, length) };
}

/** The held-out pairs of one half. */
export function partOfPairs({ left, right }: Pairs, part: QueryPart, seed: number): Pairs {
  const chosen = Array.from(left, (_, k) => k).filter((k) => halfOf(seed, 1, k) === part);
  return {
    left: Int32Array.from(chosen, (k) => left[k]!),
    right: Int32Array.from(chosen, (k) => right[k]!),
  };
}

function halfOf(seed: number, kind: number, number: number): QueryPart {
  return new RandomStream(seed, PURPOSE.queryParts, number, kind).u32() % 2 === 0
    ? 'tuning'
    : 'reported';
}
