import type { Way } from './way.ts';

/** Answers of a query that are looked at. */
const FIRST = 10;
/** The items that answer most: one of a hundred. */
const HUBS = 0.01;

/**
 * The share of all first answers that the hundredth of the items takes which is answered most
 * often: .01 where all items answer alike, near 1 where a few hubs fill every answer. `way` has
 * items with scores.
 */
export function hubShare(way: Way, queries: Uint32Array, items: number): number {
  const counts = new Float64Array(items);
  let all = 0;
  for (const query of queries) {
    const { items: found, scores } = way(query);
    const order = Array.from(scores.keys()).sort((a, b) => scores[b]! - scores[a]! || a - b);
    for (const at of order.slice(0, FIRST)) {
      counts[found ? found[at]! : at]! += 1;
      all++;
    }
  }
  if (all === 0) return 0;
  counts.sort();
  const hubs = counts.subarray(items - Math.max(1, Math.round(HUBS * items)));
  return hubs.reduce((sum, count) => sum + count, 0) / all;
}
