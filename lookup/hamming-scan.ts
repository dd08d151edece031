/** Bits set in a word of 32. */
export function popcount(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Hamming distance of two codes of `words` words. */
export function hammingDistance(a: Uint32Array, atA: number, b: Uint32Array, atB: number, words: number): number {
  let distance = 0;
  for (let k = 0; k < words; k++) distance += popcount(a[atA + k]! ^ b[atB + k]!);
  return distance;
}

/** `distances[b]` becomes the distance of code b of (B, W) `codes` to `query`. */
export function scanDistances(codes: Uint32Array, words: number, query: Uint32Array, distances: Uint16Array): void {
  const buckets = codes.length / words;
  if (distances.length < buckets) throw new RangeError(`distances: expected at least ${buckets}, got ${distances.length}`);
  if (words === 1) {
    const q = query[0]!;
    for (let b = 0; b < buckets; b++) distances[b] = popcount(codes[b]! ^ q);
  } else if (words === 2) {
    const low = query[0]!;
    const high = query[1]!;
    for (let b = 0; b < buckets; b++) distances[b] = popcount(codes[2 * b]! ^ low) + popcount(codes[2 * b + 1]! ^ high);
  } else {
    for (let b = 0; b < buckets; b++) distances[b] = hammingDistance(codes, b * words, query, 0, words);
  }
}
