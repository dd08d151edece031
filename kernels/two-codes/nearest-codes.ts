import { hammingDistance } from '../numbers/hamming.ts';

/**
 * Of each of some codes (m, w) the nearest of `others` (n, w), of equally near ones the first:
 * (m, w). Throws RangeError where there is none to choose, or sizes do not fit.
 */
export function nearestCodes(codes: Uint8Array, others: Uint8Array, width: number): Uint8Array {
  if (codes.length % width !== 0 || others.length % width !== 0 || others.length === 0)
    throw new RangeError(
      `nearest codes: ${codes.length} and ${others.length} bytes of ${width} a code`,
    );
  const nearest = new Uint8Array(codes.length);
  for (let at = 0; at < codes.length; at += width) {
    let best = 0;
    let least = Infinity;
    for (let other = 0; other < others.length; other += width) {
      const distance = hammingDistance(codes, at, others, other, width);
      if (distance >= least) continue;
      least = distance;
      best = other;
    }
    nearest.set(others.subarray(best, best + width), at);
  }
  return nearest;
}
