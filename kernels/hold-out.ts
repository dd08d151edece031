import { PURPOSE, RandomStream } from './random.ts';
import type { SparseRows } from './train-rows.ts';

export interface HeldOut {
  /** D without the held-out pairs, in either order. */
  training: SparseRows;
  /** The held-out pairs, left < right, sorted by (left, right). */
  left: Int32Array;
  right: Int32Array;
}

/**
 * Takes unordered pairs out of D to measure hit rates on: `pairs` of them, or a tenth of all (rounded down) where that is less, uniform
 * without replacement. D is square, symmetric, without diagonal, its columns rising.
 */
export function holdOut(affinity: SparseRows, { pairs, seed }: { pairs: number; seed: number }): HeldOut {
  const { offsets, columns } = affinity;
  const size = offsets.length - 1;
  const chosen = chooseDistinct(columns.length / 2, pairs, seed);
  const left = new Int32Array(chosen.length);
  const right = new Int32Array(chosen.length);
  const isHeldOut = new Uint8Array(columns.length);
  // Columns rise, so the rows j of the lower half meet their columns i in the order in which the upper half is walked.
  const next = offsets.slice(0, size);
  let pair = 0;
  let at = 0;
  for (let i = 0; i < size; i++) {
    for (let entry = offsets[i]; entry < offsets[i + 1]; entry++) {
      const j = columns[entry];
      if (j <= i) continue;
      const mirror = next[j]++;
      if (mirror >= offsets[j + 1] || columns[mirror] !== i) throw new RangeError(`D holds (${i}, ${j}) but not (${j}, ${i}), or its columns do not rise`);
      if (pair++ !== chosen[at]) continue;
      left[at] = i;
      right[at++] = j;
      isHeldOut[entry] = 1;
      isHeldOut[mirror] = 1;
    }
  }
  if (2 * pair !== columns.length) throw new RangeError(`D of ${columns.length} entries has ${pair} pairs above the diagonal; expected half as many`);
  return { training: without(affinity, isHeldOut), left, right };
}

/** min(n, floor(all / 10)) of the numbers below `all`, rising (Floyd's algorithm: Bentley and Floyd, CACM 1987). */
function chooseDistinct(all: number, n: number, seed: number): Float64Array {
  const count = Math.min(n, Math.floor(all / 10));
  const stream = new RandomStream(seed, PURPOSE.heldOut);
  const chosen = new Set<number>();
  for (let last = all - count; last < all; last++) {
    const drawn = stream.below(last + 1);
    chosen.add(chosen.has(drawn) ? last : drawn);
  }
  return Float64Array.from(chosen).sort();
}

function without({ offsets, columns }: SparseRows, isLeftOut: Uint8Array): SparseRows {
  const kept = { offsets: new Uint32Array(offsets.length), columns: new Uint32Array(columns.length) };
  let length = 0;
  for (let i = 0; i + 1 < offsets.length; i++) {
    for (let entry = offsets[i]; entry < offsets[i + 1]; entry++) if (isLeftOut[entry] === 0) kept.columns[length++] = columns[entry];
    kept.offsets[i + 1] = length;
  }
  return { offsets: kept.offsets, columns: kept.columns.slice(0, length) };
}
