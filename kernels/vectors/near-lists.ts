import { BestEntries } from '../numbers/best-entries.ts';
import { type CompactRows, rowScorer } from './row-scores.ts';

/** The items of a cell as compact vectors. */
export interface NearItems extends CompactRows {
  /** Item numbers. */
  numbers: Uint32Array;
}

/**
 * Lists, for one cell after the other, the items with the largest cosines to each of its items
 * among those of near cells: of equal ones the smaller numbers, and never the item itself.
 */
export function nearLister(top: number, stride: number) {
  const scorer = rowScorer();
  const best = new BestEntries(top);
  const asked = new Int16Array(stride);
  let room: NearItems = {
    rows: new Int8Array(0),
    scales: new Float32Array(0),
    numbers: new Uint32Array(0),
  };

  /** All items of some cells one after the other. */
  function gather(cells: readonly NearItems[]): NearItems {
    const n = cells.reduce((sum, { numbers }) => sum + numbers.length, 0);
    if (room.numbers.length < n)
      room = {
        rows: new Int8Array(n * stride),
        scales: new Float32Array(n),
        numbers: new Uint32Array(n),
      };
    let at = 0;
    for (const { rows, scales, numbers } of cells) {
      room.rows.set(rows, at * stride);
      room.scales.set(scales, at);
      room.numbers.set(numbers, at);
      at += numbers.length;
    }
    return {
      rows: room.rows.subarray(0, n * stride),
      scales: room.scales.subarray(0, n),
      numbers: room.numbers.subarray(0, n),
    };
  }

  /**
   * Calls `take` with the list of each item of `own` that `wants` names; the list is good until the
   * next call. `near`: the cells that are looked at, with `own` among them.
   */
  return (
    own: NearItems,
    near: readonly NearItems[],
    wants: (number: number) => boolean,
    take: (number: number, best: BestEntries) => void,
  ): void => {
    const { rows, scales, numbers } = gather(near);
    scorer.load({ rows, scales }, stride);
    for (let i = 0; i < own.numbers.length; i++) {
      const self = own.numbers[i];
      if (!wants(self)) continue;
      asked.set(own.rows.subarray(i * stride, (i + 1) * stride));
      const cosines = scorer.scores(asked, own.scales[i], 0, numbers.length);
      best.clear();
      let least = -Infinity;
      for (let k = 0; k < cosines.length; k++) {
        const cosine = cosines[k];
        if (cosine < least || numbers[k] === self) continue;
        best.offer(numbers[k], cosine);
        if (best.size === top) least = best.scores[top - 1];
      }
      take(self, best);
    }
  };
}
