/**
 * Runs of shards to rows of the whole, symmetric matrix of cooccurrences: F_ij = s_ij for i != j, F_ii = 2 s_ii (each pair of places in both
 * orders, as GloVe has it), s summed over the runs. Marginals are the sums of the rows of F. All are integers in units of 1 / scale.
 *
 * Contributions are gathered until there are as many as entries are merged already; then both are summed a row at a time in a dense row. So memory
 * is a small multiple of the entries of the range, and time linear in those of the runs. V words of the vocabulary, rows [from, to).
 */

import type { CooccurrenceRun } from './count-cooccurrence.ts';
import { sortColumns } from './sort-columns.ts';

export interface CooccurrenceRows {
  /** (to - from + 1): row r's entries are offsets[r - from] to offsets[r - from + 1] (exclusive). */
  offsets: Uint32Array;
  /** Rising within a row. */
  columns: Int32Array;
  /** F; integers below 2^53. */
  sums: Float64Array;
  /** (to - from): sums of the rows; integers below 2^53. */
  marginals: Float64Array;
}

export interface CooccurrenceMerge {
  /** Adds a shard's run; `toGlobal` has the vocabulary's id of each of the shard's ids, rising, or -1 for a word that is not in it. */
  add(run: CooccurrenceRun, toGlobal: Int32Array): void;
  /** The rows; call it once. */
  finish(): CooccurrenceRows;
}

const LEAST_GATHERED = 1 << 20;

/** Merges runs, in any order, to rows [from, to) of V = `size`. Throws RangeError where a sum reaches 2^53. */
export function mergeCooccurrences({ from, to, size }: { from: number; to: number; size: number }): CooccurrenceMerge {
  if (!(Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from <= to && to <= size)) throw new RangeError(`rows [${from}, ${to}) of ${size}`);
  const height = to - from;
  const row = new Float64Array(size);
  const touched = new Int32Array(size);
  let merged = { offsets: new Uint32Array(height + 1), columns: new Int32Array(0), sums: new Float64Array(0) };
  let rows = new Int32Array(0);
  let columns = new Int32Array(0);
  let sums = new Float64Array(0);
  let length = 0;

  function add(run: CooccurrenceRun, toGlobal: Int32Array): void {
    for (let at = 0; at < run.rows.length; at++) {
      const i = toGlobal[run.rows[at]];
      if (i < 0) continue;
      // Rows rise and columns are not before them, so all that follows is past the range; where the column is before it, so is the row.
      if (i >= to) break;
      const j = toGlobal[run.columns[at]];
      if (j < from) continue;
      if (length + 2 > rows.length) makeRoom();
      if (i >= from) gather(i - from, j, run.sums[at]);
      if (j < to) gather(j - from, i, run.sums[at]);
    }
  }

  function gather(r: number, column: number, sum: number): void {
    rows[length] = r;
    columns[length] = column;
    sums[length++] = sum;
  }

  function makeRoom(): void {
    compact();
    const room = Math.max(LEAST_GATHERED, merged.columns.length);
    if (rows.length >= room) return;
    rows = new Int32Array(room);
    columns = new Int32Array(room);
    sums = new Float64Array(room);
  }

  /** Sums what was gathered into `merged`. */
  function compact(): void {
    const starts = new Int32Array(height + 1);
    for (let at = 0; at < length; at++) starts[rows[at] + 1] += 1;
    for (let r = 0; r < height; r++) starts[r + 1] += starts[r];
    const next = starts.slice(0, height);
    const places = new Int32Array(length);
    for (let at = 0; at < length; at++) places[next[rows[at]]++] = at;

    const most = merged.columns.length + length;
    const result = { offsets: new Uint32Array(height + 1), columns: new Int32Array(most), sums: new Float64Array(most) };
    let filled = 0;
    for (let r = 0; r < height; r++) {
      let count = 0;
      for (let at = merged.offsets[r]; at < merged.offsets[r + 1]; at++) {
        const j = merged.columns[at];
        row[j] = merged.sums[at];
        touched[count++] = j;
      }
      for (let at = starts[r]; at < starts[r + 1]; at++) {
        const j = columns[places[at]];
        if (row[j] === 0) touched[count++] = j;
        row[j] += sums[places[at]];
      }
      sortColumns(touched, count);
      for (let k = 0; k < count; k++) {
        const j = touched[k];
        if (row[j] > Number.MAX_SAFE_INTEGER) throw new RangeError(`words ${from + r} and ${j}: their sum reaches 2^53 units; use a smaller window`);
        result.columns[filled] = j;
        result.sums[filled++] = row[j];
        row[j] = 0;
      }
      result.offsets[r + 1] = filled;
    }
    merged = { offsets: result.offsets, columns: result.columns.slice(0, filled), sums: result.sums.slice(0, filled) };
    length = 0;
  }

  function finish(): CooccurrenceRows {
    compact();
    const marginals = new Float64Array(height);
    for (let r = 0; r < height; r++) {
      for (let at = merged.offsets[r]; at < merged.offsets[r + 1]; at++) marginals[r] += merged.sums[at];
      if (marginals[r] > Number.MAX_SAFE_INTEGER) throw new RangeError(`word ${from + r}: its marginal reaches 2^53 units; use a smaller window or drop more common words`);
    }
    return { ...merged, marginals };
  }

  return { add, finish };
}
