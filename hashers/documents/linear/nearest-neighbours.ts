/**
 * The k nearest rows of each row by cosine, through postings: sums over the terms they share. Rows
 * of length 0 have no neighbours. Symmetric: an edge where either is among the other's k, weighing
 * their cosine.
 */

import type { SparseRows } from '../../../kernels/documents/encode-sparse.ts';

/** Neighbours of row r: columns[offsets[r]] to columns[offsets[r + 1]], ascending. */
export interface NeighbourGraph {
  offsets: Int32Array;
  columns: Int32Array;
  weights: Float64Array;
}

const ROWS_A_STEP = 256;

export function nearestNeighbours(
  { offsets, terms, weights }: SparseRows,
  V: number,
  k: number,
  onProgress: (done: number, total: number) => void,
): NeighbourGraph {
  const n = offsets.length - 1;
  const lengths = new Float64Array(n);
  const postings = new Int32Array(V + 1);
  for (let r = 0; r < n; r++) {
    for (let at = offsets[r]!; at < offsets[r + 1]!; at++) {
      lengths[r]! += weights[at]! ** 2;
      postings[terms[at]! + 1]! += 1;
    }
    lengths[r] = Math.sqrt(lengths[r]!);
  }
  for (let t = 0; t < V; t++) postings[t + 1]! += postings[t]!;
  const next = postings.slice();
  const holder = new Int32Array(terms.length);
  const held = new Float64Array(terms.length);
  for (let r = 0; r < n; r++) {
    for (let at = offsets[r]!; at < offsets[r + 1]!; at++) {
      const place = next[terms[at]!]!++;
      holder[place] = r;
      held[place] = weights[at]! / lengths[r]!;
    }
  }
  const edges: Map<number, number>[] = Array.from({ length: n }, () => new Map());
  const sums = new Float64Array(n);
  for (let r = 0; r < n; r++) {
    if (r % ROWS_A_STEP === 0) onProgress(r, n);
    sums.fill(0);
    for (let at = offsets[r]!; at < offsets[r + 1]!; at++) {
      const weight = weights[at]! / lengths[r]!;
      for (let place = postings[terms[at]!]!; place < postings[terms[at]! + 1]!; place++)
        sums[holder[place]!]! += weight * held[place]!;
    }
    sums[r] = 0;
    for (const near of largest(sums, k)) {
      edges[r]!.set(near, sums[near]!);
      edges[near]!.set(r, sums[near]!);
    }
  }
  const lists = edges.map((map) => [...map].sort(([a], [b]) => a - b));
  const ends = new Int32Array(n + 1);
  for (const [r, list] of lists.entries()) ends[r + 1] = ends[r]! + list.length;
  return {
    offsets: ends,
    columns: Int32Array.from(lists.flat(), ([column]) => column),
    weights: Float64Array.from(lists.flat(), ([, weight]) => weight),
  };
}

/** Places of the k largest values above 0, of equals the first. */
function largest(values: Float64Array, k: number): number[] {
  const best: number[] = [];
  for (let at = 0; at < values.length; at++) {
    const value = values[at]!;
    if (value <= 0 || (best.length === k && value <= values[best[k - 1]!]!)) continue;
    let place = best.length;
    while (place > 0 && values[best[place - 1]!]! < value) place -= 1;
    best.splice(place, 0, at);
    if (best.length > k) best.pop();
  }
  return best;
}
