const ONES = Uint8Array.from(
  { length: 256 },
  (_, byte) => byte.toString(2).replaceAll('0', '').length,
);

/** Bits that differ between `width` bytes of `a` from `at` and of `b` from `other`. */
export function hammingDistance(
  a: Uint8Array,
  at: number,
  b: Uint8Array,
  other: number,
  width: number,
): number {
  let distance = 0;
  for (let k = 0; k < width; k++) distance += ONES[a[at + k] ^ b[other + k]];
  return distance;
}
