import { compactVector, strideOf } from '../../format/compact-vectors.ts';
import { type CompactRows, rowScorer } from './row-scores.ts';

/** Means of vectors, rounded to bytes as `cells.map` has them. */
export interface Centroids {
  dimensions: number;
  /** (k, stride) and their scales: a product of the two is a value. */
  compact: CompactRows;
  /** Half the square of the length of each. */
  halfSquares: Float64Array;
}

/** Rounds k means, (k, D) row-major. */
export function roundCentroids(means: Float64Array, D: number): Centroids {
  const stride = strideOf(D);
  const k = means.length / D;
  const rows = new Int8Array(k * stride);
  const scales = new Float32Array(k);
  const halfSquares = new Float64Array(k);
  for (let c = 0; c < k; c++) {
    const unit = compactVector(means, c * D, D, rows, c * stride);
    let dot = 0;
    let squares = 0;
    for (let j = 0; j < D; j++) {
      const value = rows[c * stride + j];
      dot += value * means[c * D + j];
      squares += value * value;
    }
    // The factor that brings the rounded vector nearest to the mean; `unit` is 0 of zeros alone.
    scales[c] = unit > 0 ? dot / squares : 0;
    halfSquares[c] = (scales[c] * scales[c] * squares) / 2;
  }
  return { dimensions: D, compact: { rows, scales }, halfSquares };
}

/** How near centroids are to a vector of length 1: x . c - |c|^2 / 2. */
export interface Nearness {
  /** Takes the centroids of the next calls. */
  load(centroids: Centroids): void;
  /** Of centroids [from, to), all when absent; a view, good until the next call. */
  of(values: Int16Array, scale: number, from?: number, to?: number): Float64Array;
}

export function nearness(): Nearness {
  const scorer = rowScorer();
  let halfSquares: Float64Array = new Float64Array(0);
  let out = new Float64Array(0);
  return {
    load(centroids) {
      ({ halfSquares } = centroids);
      const { rows, scales } = centroids.compact;
      scorer.load(centroids.compact, rows.length / scales.length);
      if (out.length < scales.length) out = new Float64Array(scales.length);
    },
    of(values, scale, from = 0, to = halfSquares.length) {
      const scores = scorer.scores(values, scale, from, to);
      for (let c = 0; c < to - from; c++) out[c] = scores[c] - halfSquares[from + c];
      return out.subarray(0, to - from);
    },
  };
}

/** The place of the largest value, of equal ones the first. */
export function largestOf(values: Float64Array): number {
  let best = 0;
  for (let c = 1; c < values.length; c++) if (values[c] > values[best]) best = c;
  return best;
}

/** The places of the `count` largest values, the largest first, of equal ones the first. */
export function largestPlaces(values: Float64Array, count: number): number[] {
  const places: number[] = [];
  for (let c = 0; c < values.length; c++) {
    if (places.length === count && values[c] <= values[places[count - 1]]) continue;
    let at = places.length < count ? places.length : count - 1;
    while (at > 0 && values[c] > values[places[at - 1]]) at--;
    places.splice(at, 0, c);
    if (places.length > count) places.pop();
  }
  return places;
}
