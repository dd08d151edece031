import { windowScale } from '../../kernels/affinity/window-scale.ts';

/**
 * Cooccurrence by definition: every pair of places of every document. Key `i,j` with i <= j to an
 * exact sum.
 */
export function countByPairs(
  documents: readonly (readonly number[])[],
  common: readonly number[],
  window: number,
): Map<string, bigint> {
  const scale = BigInt(windowScale(window));
  const counts = (word: number) => word >= 0 && !common.includes(word);
  const sums = new Map<string, bigint>();
  for (const tokens of documents) {
    for (const [p, a] of tokens.entries()) {
      for (const [between, b] of tokens.slice(p + 1, p + 1 + window).entries()) {
        if (!counts(a) || !counts(b)) continue;
        const pair = `${Math.min(a, b)},${Math.max(a, b)}`;
        sums.set(pair, (sums.get(pair) ?? 0n) + scale / BigInt(between + 1));
      }
    }
  }
  return sums;
}

/** F and its marginals, dense: both orders of each pair of places. */
export function denseCooccurrence(
  sums: ReadonlyMap<string, bigint>,
  size: number,
): { F: number[][]; marginals: number[] } {
  const F = Array.from({ length: size }, () => new Array<number>(size).fill(0));
  for (const [pair, sum] of sums) {
    const [i, j] = pair.split(',').map(Number) as [number, number];
    F[i]![j]! += Number(sum);
    F[j]![i]! += Number(sum);
  }
  return { F, marginals: F.map((row) => row.reduce((sum, value) => sum + value, 0)) };
}
