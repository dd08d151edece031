/**
 * SimHash: bit k is the side of a random hyperplane (Charikar: Similarity Estimation Techniques
 * from Rounding Algorithms, STOC 2002). No training. P: (bits, D) row-major, entries the sum of
 * four uniform numbers less their mean: symmetric, light tails, no logarithm.
 */

import { RandomStream } from '../../kernels/numbers/random.ts';

/**
 * Purpose of the streams of random hyperplanes and rotations; see PURPOSE in
 * kernels/numbers/random.ts for the others.
 */
export const PROJECTION_PURPOSE = 64;

/** Random hyperplanes for `bits` bits of D dimensions; the same seed and table give the same. */
export function lsh(dimensions: number, bits: number, seed: number, table: number): Float64Array {
  const stream = new RandomStream(seed, PROJECTION_PURPOSE, table);
  return Float64Array.from(
    { length: bits * dimensions },
    () => stream.uniform() + stream.uniform() + stream.uniform() + stream.uniform() - 2,
  );
}
