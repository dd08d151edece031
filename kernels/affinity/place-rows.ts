/**
 * Sparse rows from entries that come in any order of rows: the stable half of a transpose. Entries
 * of one row keep the order in which they come. Where all rows together are too many for memory,
 * ranges of rows are placed one after another. V rows.
 */

/** Entries of a matrix; `sums` by option. */
export interface Entries {
  rows: Int32Array;
  columns: Int32Array;
  sums?: Float64Array;
}

/** Rows [from, to): row r has entries [offsets[r - from], offsets[r - from + 1]). */
export interface PlacedRows {
  from: number;
  to: number;
  offsets: Float64Array;
  columns: Int32Array;
  sums: Float64Array | undefined;
}

interface RowPlaces {
  /** The rows to come are [from, to); those before are over. */
  begin(from: number, to: number): void;
  /**
   * Places the first `count` of these entries, all of the rows at work. Throws RangeError where a
   * row gets more than its degree.
   */
  add(entries: Entries, count: number): void;
  /**
   * Views that are good until the next `begin`. Throws RangeError where a row has fewer entries
   * than its degree.
   */
  rows(): PlacedRows;
}

/**
 * Bounds of ranges of rows, each of at most `most` entries or of a single row beside empty ones;
 * degrees: (V). There is at least one range.
 */
export function partitionRows(degrees: Uint32Array, most: number): number[] {
  const bounds = [0];
  let entries = 0;
  for (let r = 0; r < degrees.length; r++) {
    if (entries > 0 && entries + degrees[r] > most) {
      bounds.push(r);
      entries = 0;
    }
    entries += degrees[r];
  }
  return [...bounds, degrees.length];
}

/** Room for the largest of these ranges of rows, whose entries are known by number: degrees (V). */
export function placeRows(
  degrees: Uint32Array,
  bounds: readonly number[],
  weighed: boolean,
): RowPlaces {
  let room = 0;
  let widest = 0;
  for (let k = 0; k + 1 < bounds.length; k++) {
    let entries = 0;
    for (let r = bounds[k]; r < bounds[k + 1]; r++) entries += degrees[r];
    room = Math.max(room, entries);
    widest = Math.max(widest, bounds[k + 1] - bounds[k]);
  }
  const columns = new Int32Array(room);
  const sums = weighed ? new Float64Array(room) : undefined;
  const offsets = new Float64Array(widest + 1);
  const next = new Float64Array(widest);
  let first = 0;
  let end = 0;

  return {
    begin(from, to) {
      first = from;
      end = to;
      for (let r = 0; r < to - from; r++) {
        next[r] = offsets[r];
        offsets[r + 1] = offsets[r] + degrees[from + r];
      }
    },
    add(entries, count) {
      for (let at = 0; at < count; at++) {
        const r = entries.rows[at] - first;
        const place = next[r];
        if (!(place < offsets[r + 1]))
          throw new RangeError(`row ${entries.rows[at]}: more entries than were counted`);
        next[r] = place + 1;
        columns[place] = entries.columns[at];
        if (sums) sums[place] = entries.sums![at];
      }
    },
    rows() {
      const size = end - first;
      for (let r = 0; r < size; r++)
        if (next[r] !== offsets[r + 1])
          throw new RangeError(`row ${first + r}: fewer entries than were counted`);
      const length = offsets[size];
      return {
        from: first,
        to: end,
        offsets: offsets.subarray(0, size + 1),
        columns: columns.subarray(0, length),
        sums: sums?.subarray(0, length),
      };
    },
  };
}
