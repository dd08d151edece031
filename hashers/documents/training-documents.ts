import type { SparseRows } from '../../kernels/documents/encode-sparse.ts';

/** What a hash function is learned from. */
export interface TrainingDocuments {
  /** TF-IDF of the training documents, in the order of their ids. */
  rows: SparseRows;
  /** V. */
  terms: number;
  /** Labels of row r: values[offsets[r]] to values[offsets[r + 1]]; numbers below `count`. */
  labels: { offsets: Int32Array; values: Int32Array; count: number };
}

/** Some rows, in the order given. */
export function takeRows(
  { rows, terms, labels }: TrainingDocuments,
  taken: ArrayLike<number>,
): TrainingDocuments {
  const entries = takeLists(rows.offsets, taken);
  const names = takeLists(labels.offsets, taken);
  return {
    rows: {
      offsets: entries.offsets,
      terms: gather(rows.terms, entries.places, Int32Array),
      weights: gather(rows.weights, entries.places, Float32Array),
    },
    terms,
    labels: {
      offsets: names.offsets,
      values: gather(labels.values, names.places, Int32Array),
      count: labels.count,
    },
  };
}

function gather<A extends Int32Array | Float32Array>(
  from: A,
  places: Int32Array,
  array: new (length: number) => A,
): A {
  const out = new array(places.length);
  for (let at = 0; at < places.length; at++) out[at] = from[places[at]!]!;
  return out;
}

function takeLists(
  from: Int32Array,
  taken: ArrayLike<number>,
): { offsets: Int32Array; places: Int32Array } {
  const offsets = new Int32Array(taken.length + 1);
  for (let k = 0; k < taken.length; k++)
    offsets[k + 1] = offsets[k]! + from[taken[k]! + 1]! - from[taken[k]!]!;
  const places = new Int32Array(offsets[taken.length]!);
  for (let k = 0; k < taken.length; k++)
    for (let at = offsets[k]!, place = from[taken[k]!]!; at < offsets[k + 1]!; at++, place++)
      places[at] = place;
  return { offsets, places };
}
