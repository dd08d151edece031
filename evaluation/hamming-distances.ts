import type { TieGroups } from './tie-groups.ts';

/** Ones of a 32-bit word (Hacker's Delight, 5-1). */
export function bitsOf(word: number): number {
  let x = word - ((word >>> 1) & 0x5555_5555);
  x = (x & 0x3333_3333) + ((x >>> 2) & 0x3333_3333);
  return Math.imul((x + (x >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}

/**
 * Groups of equal distance from 0 to `longest`; `isRelevant` of an item; `self`: the query's own
 * number, which is left out, or -1.
 */
export function groupByDistance(
  distances: Uint16Array,
  longest: number,
  isRelevant: (item: number) => boolean,
  self = -1,
): TieGroups & { sizes: Float64Array; relevant: Float64Array } {
  const sizes = new Float64Array(longest + 1);
  const relevant = new Float64Array(longest + 1);
  for (let item = 0; item < distances.length; item++) {
    if (item === self) continue;
    const distance = distances[item]!;
    sizes[distance]! += 1;
    if (isRelevant(item)) relevant[distance]! += 1;
  }
  return { sizes, relevant };
}
