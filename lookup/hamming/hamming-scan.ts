import { scanModule } from './scan-module.ts';

/** Bits set in a word of 32. */
export function popcount(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Hamming distance of two codes of `words` words. */
export function hammingDistance(
  a: Uint32Array,
  atA: number,
  b: Uint32Array,
  atB: number,
  words: number,
): number {
  let distance = 0;
  for (let k = 0; k < words; k++) distance += popcount(a[atA + k]! ^ b[atB + k]!);
  return distance;
}

/**
 * `distances[b]` becomes the distance of code b of (B, W) `codes` to `query`: by SIMD where that
 * may be compiled.
 */
export function scanDistances(
  codes: Uint32Array,
  words: number,
  query: Uint32Array,
  distances: Uint16Array,
): void {
  const buckets = codes.length / words;
  if (distances.length < buckets)
    throw new RangeError(`distances: expected at least ${buckets}, got ${distances.length}`);
  const module = scanModule();
  if (module) module.distances(codes, words, query, distances);
  else
    for (let b = 0; b < buckets; b++)
      distances[b] = hammingDistance(codes, b * words, query, 0, words);
}

/** Calls `take` for each code of (B, W) `codes` within `radius` of `query`, ascending. */
export function scanWithin(
  codes: Uint32Array,
  words: number,
  query: Uint32Array,
  radius: number,
  take: (code: number, distance: number) => void,
): void {
  const module = scanModule();
  const most = Math.min(radius, 32 * words);
  if (module) {
    module.within(codes, words, query, most, take);
    return;
  }
  for (let b = 0; b < codes.length / words; b++) {
    const distance = hammingDistance(codes, b * words, query, 0, words);
    if (distance <= most) take(b, distance);
  }
}
