import type { Codes } from './retrieval.ts';
import type { TieGroups } from './tie-groups.ts';

/** Ones of a 32-bit word (Hacker's Delight, 5-1). */
export function bitsOf(word: number): number {
  let x = word - ((word >>> 1) & 0x5555_5555);
  x = (x & 0x3333_3333) + ((x >>> 2) & 0x3333_3333);
  return Math.imul((x + (x >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}

/**
 * Hamming distance of a query to every item, the smallest over the L tables, or with `shared` over the L x L pairs of their codes. codes: (V, L, w); query:
 * (L, w), its codes; out: V.
 */
export function hammingDistances({ codes, tables, codeBytes, shared }: Codes & { shared?: boolean }, query: Uint8Array, out: Uint16Array): void {
  const wide = codeBytes % 4 === 0 && codes.byteOffset % 4 === 0;
  // Four bytes at a time where codes are so long; the query is a copy, so that it begins at a whole word.
  const [all, own] = wide ? [new Uint32Array(codes.buffer, codes.byteOffset, codes.length / 4), new Uint32Array(query.slice().buffer)] : [codes, query];
  const width = wide ? codeBytes / 4 : codeBytes;
  const stride = tables * width;
  for (let item = 0, from = 0; item < out.length; item++, from += stride) {
    let smallest = 0xffff;
    for (let t = 0; t < stride; t += width) {
      for (let p = shared ? 0 : t; p < (shared ? stride : t + width); p += width) {
        let distance = 0;
        for (let k = 0; k < width; k++) distance += bitsOf(all[from + t + k]! ^ own[p + k]!);
        if (distance < smallest) smallest = distance;
      }
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
