import type { Codes } from './retrieval.ts';
import type { TieGroups } from './tie-groups.ts';

const ONES = Uint8Array.from({ length: 256 }, (_, byte) => {
  let count = 0;
  for (let rest = byte; rest > 0; rest &= rest - 1) count++;
  return count;
});

/**
 * Hamming distance of a query to every item, the smallest over the L tables. codes: (V, L, w); query: (L, w), its codes; out: V.
 * `bytes`: compare the first so many bytes of each code alone.
 */
export function hammingDistances({ codes, tables, codeBytes }: Codes, query: Uint8Array, out: Uint16Array, bytes = codeBytes): void {
  const stride = tables * codeBytes;
  for (let item = 0, from = 0; item < out.length; item++, from += stride) {
    let smallest = 0xffff;
    for (let t = 0; t < stride; t += codeBytes) {
      let distance = 0;
      for (let k = t; k < t + bytes; k++) distance += ONES[codes[from + k]! ^ query[k]!]!;
      if (distance < smallest) smallest = distance;
    }
    out[item] = smallest;
  }
}

/** Groups of equal distance from 0 to `longest`; `isRelevant` of an item; `self`: the query's own number, which is left out, or -1. */
export function groupByDistance(distances: Uint16Array, longest: number, isRelevant: (item: number) => boolean, self = -1): TieGroups & { sizes: Float64Array; relevant: Float64Array } {
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
