/** Codes by disjoint runs of their bits: what multi-index hashing looks up. */

/**
 * As many substrings as make one about log2 B bits long, so that a substring has about one code; B
 * of 4 million in 64 bits: 3 of 21 or 22, where 4 of 16 would have 61.
 */
export function indexSubstrings(
  codes: Uint32Array,
  words: number,
  bits: number,
  total: number,
): Substring[] {
  const m = Math.max(Math.ceil(bits / MAXIMUM_SUBSTRING_BITS), Math.round(bits / Math.log2(total)));
  return Array.from({ length: m }, (_, j) => {
    const from = Math.floor((j * bits) / m);
    const width = Math.floor(((j + 1) * bits) / m) - from;
    const offsets = new Uint32Array(2 ** width + 1);
    for (let code = 0; code < total; code++)
      offsets[substringAt(codes, code * words, from, width) + 1]!++;
    for (let key = 0; key < 2 ** width; key++) offsets[key + 1]! += offsets[key]!;
    const order = new Uint32Array(total);
    // Filled from the back, so that offsets end where they began.
    for (let code = total - 1; code >= 0; code--) {
      const key = substringAt(codes, code * words, from, width);
      order[--offsets[key + 1]!] = code;
    }
    offsets.copyWithin(0, 1);
    offsets[2 ** width] = total;
    return { from, bits: width, offsets, order };
  });
}

/** Codes in the order of one run of their bits. */
export interface Substring {
  /** First bit. */
  from: number;
  bits: number;
  /** 2^bits + 1 ends in `order`. */
  offsets: Uint32Array;
  /** Codes in the order of this substring. */
  order: Uint32Array;
}

/** Bits [from, from + width) of the code at `at`, width at most 24. */
export function substringAt(codes: Uint32Array, at: number, from: number, width: number): number {
  const word = at + (from >>> 5);
  const shift = from & 31;
  let value = codes[word]! >>> shift;
  if (shift + width > 32) value |= codes[word + 1]! << (32 - shift);
  return value & ((1 << width) - 1);
}

/** The next number with as many bits set (Gosper). */
export function nextMask(mask: number): number {
  const low = mask & -mask;
  const ripple = mask + low;
  return ripple + Math.floor((mask ^ ripple) / low / 4);
}

/** How many keys a search within `radius` looks up, over all substrings. */
export function countProbes(substrings: readonly Substring[], radius: number): number {
  const least = Math.floor(radius / substrings.length);
  let sum = 0;
  for (const [j, { bits }] of substrings.entries()) {
    const own = j <= radius % substrings.length ? least : least - 1;
    for (let weight = 0, ways = 1; weight <= own && weight <= bits; weight++) {
      sum += ways;
      ways = (ways * (bits - weight)) / (weight + 1);
    }
  }
  return sum;
}

/** The offsets of a substring, 2^bits of 4 bytes, must not take more than 64 MiB. */
const MAXIMUM_SUBSTRING_BITS = 24;
