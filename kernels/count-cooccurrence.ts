/**
 * Cooccurrence of words within a window of w places: s_ij = sum over unordered pairs of places (p, q) of one document with words i and j,
 * 0 < |p - q| <= w, of 1 / |p - q| (GloVe: Pennington et al. 2014). Sums are kept in units of 1 / scale, scale = lcm(1..w), so they are integers,
 * exact and the same in any order. Dropped tokens and common words keep their places but are counted with nothing.
 *
 * A run is the upper half, row <= column, of one shard, by its own ids. A pair of places with one word twice counts once in s_ii.
 * K kept tokens, V words, w window.
 */

import { sortColumns } from './sort-columns.ts';

export interface CountInput {
  /** Ids of the shard's dictionary, -1 for a dropped token. */
  tokens: Int32Array;
  /** Document d is tokens [documentOffsets[d], documentOffsets[d + 1]). */
  documentOffsets: Int32Array;
  /** (V): 1 for a common word. */
  common: Uint8Array;
  /** 1 to 20. */
  window: number;
}

/** Sorted by (row, column), row <= column, each pair once. */
export interface CooccurrenceRun {
  rows: Int32Array;
  columns: Int32Array;
  /** In units of 1 / windowScale(window); integers below 2^53. */
  sums: Float64Array;
}

const LARGEST_WINDOW = 20;

/** lcm(1..window): every 1 / distance is an integer in units of 1 / scale. 2520 for a window of 10, 232,792,560 for 20. */
export function windowScale(window: number): number {
  if (!Number.isInteger(window) || window < 1 || window > LARGEST_WINDOW) throw new RangeError(`window: expected 1 to ${LARGEST_WINDOW}, got ${window}`);
  let scale = 1;
  for (let distance = 2; distance <= window; distance++) scale = (scale / greatestDivisor(scale, distance)) * distance;
  return scale;
}

/** Counts one shard, a row at a time over the places of its word. Throws RangeError where a sum reaches 2^53. */
export function countCooccurrences(input: CountInput): CooccurrenceRun {
  const { common, window } = input;
  const scale = windowScale(window);
  const words = common.length;
  const { kept, gaps } = keepWords(input);
  const { starts, places } = placesOfWords(kept, words);
  const weights = new Float64Array(window + 1);
  for (let distance = 1; distance <= window; distance++) weights[distance] = scale / distance;

  const row = new Float64Array(words);
  const touched = new Int32Array(words);
  let rows = new Int32Array(1024);
  let columns = new Int32Array(1024);
  let sums = new Float64Array(1024);
  let length = 0;
  for (let i = 0; i < words; i++) {
    let count = 0;
    for (let at = starts[i]; at < starts[i + 1]; at++) {
      const place = places[at];
      for (let q = place + 1, distance = gaps[q]; distance <= window; distance += gaps[++q]) {
        const j = kept[q];
        if (j < i) continue;
        if (row[j] === 0) touched[count++] = j;
        row[j] += weights[distance];
      }
      for (let q = place - 1, distance = gaps[place]; distance <= window; distance += gaps[q--]) {
        const j = kept[q];
        if (j <= i) continue;
        if (row[j] === 0) touched[count++] = j;
        row[j] += weights[distance];
      }
    }
    while (length + count > rows.length) {
      rows = grownInt32(rows);
      columns = grownInt32(columns);
      sums = grownFloat64(sums);
    }
    sortColumns(touched, count);
    for (let k = 0; k < count; k++) {
      const j = touched[k];
      if (row[j] > Number.MAX_SAFE_INTEGER) throw new RangeError(`words ${i} and ${j}: their sum reaches 2^53 units of 1 / ${scale}; use a smaller window or split the file`);
      rows[length] = i;
      columns[length] = j;
      sums[length++] = row[j];
      row[j] = 0;
    }
  }
  return { rows: rows.slice(0, length), columns: columns.slice(0, length), sums: sums.slice(0, length) };
}

/**
 * The words that count, in order: `kept` (K), and `gaps` (K + 1) with the distance of each from the one before, window + 1 where that is out of
 * reach or in another document; so are the first gap and the one behind the last.
 */
function keepWords({ tokens, documentOffsets, common, window }: CountInput): { kept: Int32Array; gaps: Uint8Array } {
  const documents = documentOffsets.length - 1;
  if (documentOffsets[0] !== 0 || documentOffsets[documents] !== tokens.length) {
    throw new RangeError(`document offsets run from ${documentOffsets[0]} to ${documentOffsets[documents]}, expected from 0 to ${tokens.length}`);
  }
  let count = 0;
  for (let t = 0; t < tokens.length; t++) {
    if (tokens[t] < -1 || tokens[t] >= common.length) throw new RangeError(`token ${t} is ${tokens[t]}; expected -1 or an id below ${common.length}`);
    if (tokens[t] >= 0 && common[tokens[t]] === 0) count += 1;
  }
  const kept = new Int32Array(count);
  const gaps = new Uint8Array(count + 1).fill(window + 1);
  let length = 0;
  for (let d = 0; d < documents; d++) {
    let before = -1;
    for (let t = documentOffsets[d]; t < documentOffsets[d + 1]; t++) {
      const word = tokens[t];
      if (word < 0 || common[word] !== 0) continue;
      if (before >= 0 && t - before <= window) gaps[length] = t - before;
      kept[length++] = word;
      before = t;
    }
  }
  if (length !== count) throw new RangeError(`document offsets do not rise: ${length} words in them, ${count} in all`);
  return { kept, gaps };
}

/** Counting sort: the places of word i in `kept` are places[starts[i]] to places[starts[i + 1]] (exclusive), rising. */
function placesOfWords(kept: Int32Array, words: number): { starts: Int32Array; places: Int32Array } {
  const starts = new Int32Array(words + 1);
  for (let p = 0; p < kept.length; p++) starts[kept[p] + 1] += 1;
  for (let i = 0; i < words; i++) starts[i + 1] += starts[i];
  const next = starts.slice(0, words);
  const places = new Int32Array(kept.length);
  for (let p = 0; p < kept.length; p++) places[next[kept[p]]++] = p;
  return { starts, places };
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

function grownInt32(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * array.length);
  larger.set(array);
  return larger;
}

function grownFloat64(array: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(2 * array.length);
  larger.set(array);
  return larger;
}
