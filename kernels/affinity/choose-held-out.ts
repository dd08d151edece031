import { philox, PURPOSE } from '../numbers/random.ts';

interface HeldOutChoice {
  /** Nonzeros of D. */
  entries: number;
  /** Unordered pairs to choose, or a tenth of all (rounded down) where that is less. */
  pairs: number;
  seed: number;
  /** (V) what the draws of a row are named by: kernels/words/draw-keys.ts. */
  keys: Uint32Array;
}

interface HeldOutChooser {
  /** The next entries of D, in its order. */
  add(rows: Int32Array, columns: Int32Array): void;
  /** Which of the pairs (i, j), i < j, are chosen: their numbers in the order of D, rising. */
  finish(): Float64Array;
}

/**
 * Chooses unordered pairs of D, uniform without replacement: each draws a number by the keys of its
 * two rows, and those with the least are chosen. So a pair stays chosen as long as D holds it, but
 * for a few at the edge, whatever else comes to D or goes, and what was learned without it still
 * has not seen it. In memory are twice the chosen pairs. Throws RangeError on a row without a key.
 */
export function chooseHeldOut({ entries, pairs, seed, keys }: HeldOutChoice): HeldOutChooser {
  const wanted = Math.min(pairs, Math.floor(entries / 20));
  const draws = new Float64Array(2 * wanted);
  const numbers = new Float64Array(2 * wanted);
  const block = new Uint32Array(4);
  let count = 0;
  let limit = wanted > 0 ? Infinity : 0;
  let number = 0;

  /** 53 bits, the same for (i, j) and (j, i), by the pair's keys. */
  function drawOf(i: number, j: number): number {
    const least = Math.min(keys[i], keys[j]);
    const most = Math.max(keys[i], keys[j]);
    philox(0, 0, least, most, seed >>> 0, PURPOSE.heldOut, block);
    return block[0] * 2 ** 21 + (block[1] >>> 11);
  }

  /** Leaves the `wanted` least, of equal draws those that come first. */
  function prune(): void {
    if (count <= wanted) return;
    limit = draws.slice(0, count).sort()[wanted - 1];
    let equal = wanted;
    for (let at = 0; at < count; at++) if (draws[at] < limit) equal -= 1;
    let kept = 0;
    for (let at = 0; at < count; at++) {
      if (draws[at] > limit || (draws[at] === limit && equal-- <= 0)) continue;
      draws[kept] = draws[at];
      numbers[kept++] = numbers[at];
    }
    count = kept;
  }

  return {
    add(rows, columns) {
      for (let at = 0; at < rows.length; at++) {
        const i = rows[at];
        const j = columns[at];
        if (!(i < keys.length && j < keys.length && i >= 0 && j >= 0))
          throw new RangeError(`D holds (${i}, ${j}); expected a square of ${keys.length} rows`);
        if (j < i) continue;
        const draw = drawOf(i, j);
        // Of equal draws the pair that came first stays.
        if (draw < limit) {
          draws[count] = draw;
          numbers[count++] = number;
          if (count === draws.length) prune();
        }
        number += 1;
      }
    },
    finish() {
      prune();
      return numbers.slice(0, count).sort();
    },
  };
}
