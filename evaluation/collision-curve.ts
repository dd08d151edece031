import type { CodeDistances } from '../kernels/codes/code-distances.ts';
import type { LargestCosines } from '../kernels/codes/largest-cosines.ts';

/** Pairs of items whose cosine distance lies in one class. */
export interface CollisionClass {
  /** Mean of 1 - c over them, c the largest of the L x L cosines. */
  distance: number;
  pairs: number;
  /** Share of them that a lookup brings together: an equal code. */
  collide: number;
}

/** Classes a decade of the distance, from LEAST to 2. */
const CLASSES = 6;
const LEAST = 1e-3;
const FEWEST_PAIRS = 10;

/**
 * How often items share a code by their cosine distance, over the pairs of these queries with all
 * other items: what is left, in the codes, of the collision probability that the losses are made of
 * (paper 1, section 2.2 and Fig. 1). Classes of fewer than 10 pairs are left out; `tick` may throw
 * to stop.
 */
export function collisionCurve(
  cosinesTo: LargestCosines,
  distancesTo: (item: number) => CodeDistances,
  queries: ArrayLike<number>,
  tick: () => void,
): CollisionClass[] {
  const classes = Math.ceil(CLASSES * Math.log10(2 / LEAST)) + 1;
  const [sums, pairs, collisions] = [
    new Float64Array(classes),
    new Float64Array(classes),
    new Float64Array(classes),
  ];
  for (let k = 0; k < queries.length; k++) {
    tick();
    const query = queries[k]!;
    const cosines = cosinesTo(query);
    const { distances } = distancesTo(query);
    for (let item = 0; item < distances.length; item++) {
      if (item === query) continue;
      const distance = Math.max(0, 1 - cosines[item]!);
      const at =
        distance <= LEAST
          ? 0
          : 1 + Math.min(classes - 2, Math.floor(CLASSES * Math.log10(distance / LEAST)));
      sums[at]! += distance;
      pairs[at]! += 1;
      if (distances[item] === 0) collisions[at]! += 1;
    }
  }
  return Array.from(pairs, (count, at) => ({
    distance: sums[at]! / count,
    pairs: count,
    collide: collisions[at]! / count,
  })).filter(({ pairs: count }) => count >= FEWEST_PAIRS);
}
