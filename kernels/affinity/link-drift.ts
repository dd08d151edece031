import type { SparseRows } from '../training/train-rows.ts';

interface LinkDrift {
  /** Share of the links that one of both has alone, of the more numerous ones. */
  drift: number;
  /**
   * (V after): 1 for a row that is new, or of whose links more than half have come, gone or both.
   */
  changed: Uint8Array;
}

/** Of the larger row so many links must be in both for it to be the row that it was. */
const KEPT_SHARE = 0.5;

/**
 * How far D has moved from what it was. `places`: of each row its row before, rising, or -1 where
 * it is new. Throws RangeError on places that do not fit.
 */
export function linkDrift(before: SparseRows, after: SparseRows, places: Int32Array): LinkDrift {
  const rows = after.offsets.length - 1;
  const rowsBefore = before.offsets.length - 1;
  if (places.length !== rows) throw new RangeError(`${places.length} places of ${rows} rows`);
  let last = -1;
  for (const place of places) {
    if (place < 0) continue;
    if (place <= last || place >= rowsBefore)
      throw new RangeError(
        `place ${place} after ${last}: expected rising ones below ${rowsBefore}`,
      );
    last = place;
  }
  const changed = new Uint8Array(rows);
  let shared = 0;
  for (let row = 0; row < rows; row++) {
    const place = places[row];
    const both = place < 0 ? 0 : sharedLinks(before, place, after, row, places);
    const links = after.offsets[row + 1] - after.offsets[row];
    const linksBefore = place < 0 ? 0 : before.offsets[place + 1] - before.offsets[place];
    shared += both;
    if (place < 0 || both < KEPT_SHARE * Math.max(links, linksBefore)) changed[row] = 1;
  }
  const all = Math.max(before.columns.length, after.columns.length);
  return { drift: all === 0 ? 0 : 1 - shared / all, changed };
}

/** Columns of a row that it had before; both rise, and so do places. */
function sharedLinks(
  before: SparseRows,
  place: number,
  after: SparseRows,
  row: number,
  places: Int32Array,
): number {
  let at = before.offsets[place];
  const end = before.offsets[place + 1];
  let count = 0;
  for (let k = after.offsets[row]; k < after.offsets[row + 1]; k++) {
    const column = places[after.columns[k]];
    if (column < 0) continue;
    while (at < end && before.columns[at] < column) at++;
    if (at < end && before.columns[at] === column) count++;
  }
  return count;
}
