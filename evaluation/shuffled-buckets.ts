/**
 * What chance reaches with buckets of the same sizes: the items are permuted over the rows of codes
 * (all L codes of a row together, so that unions keep their sizes too), and the same queries and
 * pairs are measured again. Items are ranked by their own embeddings.
 */

import { PURPOSE, RandomStream } from '../kernels/numbers/random.ts';
import { type BucketTables, type Retrieve, retrieveByCode } from './retrieval.ts';

/** Retrieval from buckets of `shuffles` permutations, drawn with the seed. */
export function shuffledBuckets(
  buckets: BucketTables,
  shuffles: number,
  seed: number,
  maximumBucket: number | undefined,
): Retrieve[] {
  return Array.from({ length: shuffles }, (_, shuffle) =>
    retrieveByCode(buckets, permutation(buckets.items, seed, shuffle), maximumBucket),
  );
}

/** A uniform permutation of [0, n) (Fisher and Yates). */
export function permutation(n: number, seed: number, shuffle: number): Uint32Array {
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  const stream = new RandomStream(seed, PURPOSE.shuffledBuckets, shuffle);
  for (let last = n - 1; last > 0; last--) {
    const other = stream.below(last + 1);
    const item = order[other]!;
    order[other] = order[last]!;
    order[last] = item;
  }
  return order;
}
