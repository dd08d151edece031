/**
 * Lloyd's k-means over vectors of length 1, kept as bytes (k centroids, D dimensions). Products are
 * of whole numbers and sums are in the order of members, so the same members and stream give the
 * same centroids on every machine.
 */

import type { RandomStream } from '../numbers/random.ts';
import { shuffle } from '../numbers/shuffle.ts';
import { type Centroids, largestOf, type Nearness, roundCentroids } from './centroids.ts';
import type { CompactRows } from './row-scores.ts';

interface KMeansInput {
  sample: CompactRows;
  dimensions: number;
  /** Rows of the sample that are clustered; they are shuffled in place. */
  members: Uint32Array;
  /** At most as many as there are members. */
  k: number;
  iterations: number;
  stream: RandomStream;
  /** Holds the centroids of a pass; one for all calls spares memories. */
  near: Nearness;
}

/** At most k centroids: fewer where members are equal. Calls `onStep` before each pass. */
export function kMeans(input: KMeansInput, onStep: () => void): Centroids {
  const { sample, dimensions: D, members, iterations, stream } = input;
  const k = Math.min(input.k, members.length);
  if (k < 1) throw new RangeError(`k-means: expected at least one member and k, got ${k}`);
  shuffle(members, stream);
  let centroids = firstCentroids(sample, D, members.subarray(0, k));
  for (let pass = 0; pass < iterations; pass++) {
    onStep();
    centroids = meansOf(input, centroids);
  }
  return centroids;
}

function firstCentroids({ rows, scales }: CompactRows, D: number, members: Uint32Array) {
  const stride = rows.length / scales.length;
  const means = new Float64Array(members.length * D);
  members.forEach((row, c) => {
    for (let j = 0; j < D; j++) means[c * D + j] = rows[row * stride + j] * scales[row];
  });
  return roundCentroids(means, D);
}

/** The means of what is nearest to each centroid; one that is nearest to nothing leaves. */
function meansOf(
  { sample, dimensions: D, members, near }: KMeansInput,
  centroids: Centroids,
): Centroids {
  const { rows, scales } = sample;
  const stride = rows.length / scales.length;
  near.load(centroids);
  const k = centroids.halfSquares.length;
  const sums = new Float64Array(k * D);
  const counts = new Uint32Array(k);
  const values = new Int16Array(stride);
  for (const row of members) {
    values.set(rows.subarray(row * stride, (row + 1) * stride));
    const scale = scales[row];
    const c = largestOf(near.of(values, scale));
    counts[c]++;
    for (let j = 0, at = c * D; j < D; j++, at++) sums[at] += values[j] * scale;
  }
  let left = 0;
  for (let c = 0; c < k; c++) {
    if (counts[c] === 0) continue;
    for (let j = 0; j < D; j++) sums[left * D + j] = sums[c * D + j] / counts[c];
    left++;
  }
  return roundCentroids(sums.subarray(0, left * D), D);
}
