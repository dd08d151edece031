/**
 * Ranked lists of near documents: cosines of sparse rows of weights. The terms of a document are
 * walked by rising df / w^2, what they cost for what they tell, until `postings` documents have
 * been met (with repeats); of a term in more documents than that those in which it weighs most. The
 * best by these parts of their cosines are then compared as they are.
 */

import { BestEntries } from '../numbers/best-entries.ts';
import type { SparseRows } from './encode-sparse.ts';

/** Documents by the terms that they have. */
export interface DocumentGraph {
  /** Divided by the length of their row. */
  rows: SparseRows;
  /**
   * Of term t: [starts[t], starts[t + 1]), of a term in many documents the largest weights first.
   */
  starts: Float64Array;
  documents: Int32Array;
  weights: Float32Array;
  /** Documents that are met for a list. */
  postings: number;
}

/** How many times as many are compared as are listed. */
const COMPARED = 4;

/** Throws RangeError on terms beyond `count`. */
export function documentGraph(
  { offsets, terms, weights }: SparseRows,
  { count, postings }: { count: number; postings: number },
): DocumentGraph {
  const n = offsets.length - 1;
  const unit = new Float32Array(weights.length);
  const starts = new Float64Array(count + 1);
  for (let row = 0; row < n; row++) {
    let squares = 0;
    for (let at = offsets[row]; at < offsets[row + 1]; at++) squares += weights[at] * weights[at];
    const length = Math.sqrt(squares);
    for (let at = offsets[row]; at < offsets[row + 1]; at++) {
      if (!(terms[at] >= 0 && terms[at] < count))
        throw new RangeError(`row ${row}: term ${terms[at]} of ${count}`);
      unit[at] = length > 0 ? weights[at] / length : 0;
      starts[terms[at] + 1] += 1;
    }
  }
  for (let term = 0; term < count; term++) starts[term + 1] += starts[term];
  const documents = new Int32Array(terms.length);
  const ofTerms = new Float32Array(terms.length);
  const filled = starts.slice(0, count);
  for (let row = 0; row < n; row++)
    for (let at = offsets[row]; at < offsets[row + 1]; at++) {
      const place = filled[terms[at]]++;
      documents[place] = row;
      ofTerms[place] = unit[at];
    }
  for (let term = 0; term < count; term++)
    if (starts[term + 1] - starts[term] > postings)
      sortByWeight(documents, ofTerms, starts[term], starts[term + 1]);
  return { rows: { offsets, terms, weights: unit }, starts, documents, weights: ofTerms, postings };
}

/** The largest first, of equal ones the smaller document. */
function sortByWeight(documents: Int32Array, weights: Float32Array, from: number, to: number) {
  const [own, values] = [documents.slice(from, to), weights.slice(from, to)];
  const order = Uint32Array.from(own, (_, k) => k).sort(
    (a, b) => Math.abs(values[b]) - Math.abs(values[a]) || a - b,
  );
  for (const [k, at] of order.entries()) {
    documents[from + k] = own[at];
    weights[from + k] = values[at];
  }
}

/**
 * Gives the list of a row: the documents with the largest cosines above 0, of equal ones the
 * smaller numbers; good until the next call.
 */
export function documentLister(
  { rows, starts, documents, weights, postings }: DocumentGraph,
  top: number,
): (row: number) => BestEntries {
  const { offsets } = rows;
  const n = offsets.length - 1;
  const sums = new Float64Array(n);
  const met = new Int32Array(n);
  const own = new Float64Array(starts.length - 1);
  const some = new BestEntries(COMPARED * top);
  const best = new BestEntries(top);

  function walk(row: number): number {
    let count = 0;
    let looked = 0;
    for (const at of walkOrder(rows, starts, row)) {
      if (looked >= postings) break;
      const term = rows.terms[at];
      const weight = rows.weights[at];
      if (weight === 0) continue;
      const end = Math.min(starts[term + 1], starts[term] + postings);
      for (let entry = starts[term]; entry < end; entry++) {
        const j = documents[entry];
        if (sums[j] === 0) met[count++] = j;
        sums[j] += weight * weights[entry];
      }
      looked += end - starts[term];
    }
    return count;
  }

  function cosine(row: number): number {
    let sum = 0;
    for (let at = offsets[row]; at < offsets[row + 1]; at++)
      sum += own[rows.terms[at]] * rows.weights[at];
    return sum;
  }

  return (row) => {
    const count = walk(row);
    some.clear();
    for (let at = 0; at < count; at++) {
      const j = met[at];
      // A sum that came back to 0 on its way is met twice, and offered once.
      if (j !== row && sums[j] > 0) some.offer(j, sums[j]);
      sums[j] = 0;
    }
    for (let at = offsets[row]; at < offsets[row + 1]; at++) own[rows.terms[at]] = rows.weights[at];
    best.clear();
    for (let k = 0; k < some.size; k++) {
      const score = cosine(some.numbers[k]);
      if (score > 0) best.offer(some.numbers[k], Math.min(1, score));
    }
    for (let at = offsets[row]; at < offsets[row + 1]; at++) own[rows.terms[at]] = 0;
    return best;
  };
}

/** Entries of a row by df / w^2, of equal ones the smaller term. */
function walkOrder({ offsets, terms, weights }: SparseRows, starts: Float64Array, row: number) {
  const first = offsets[row];
  const order = Uint32Array.from({ length: offsets[row + 1] - first }, (_, k) => first + k);
  const cost = (at: number) =>
    (starts[terms[at] + 1] - starts[terms[at]]) / (weights[at] * weights[at]);
  const costs = Float64Array.from(order, cost);
  return order.sort((a, b) => costs[a - first] - costs[b - first] || a - b);
}
