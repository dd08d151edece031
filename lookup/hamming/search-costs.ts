import { hammingDistance, scanWithin } from './hamming-scan.ts';
import type { Substring } from './substrings.ts';

/**
 * What probing and scanning cost here and now, the least of three tries. Only their ratios matter,
 * and only for time: both give the same answer.
 */
export function measureCosts(
  codes: Uint32Array,
  words: number,
  substrings: readonly Substring[],
  total: number,
): SearchCosts {
  const timed = Math.min(total, TIMED_CODES);
  const some = codes.subarray(0, timed * words);
  const query = codes.slice(0, words);
  const { offsets, order, bits } = substrings[0]!;
  const mask = 2 ** bits - 1;
  let sum = 0;
  const least = (run: () => void): number => {
    let best = Infinity;
    for (let round = 0; round < 3; round++) {
      const started = performance.now();
      run();
      best = Math.min(best, performance.now() - started);
    }
    return Math.max(best, 1e-3);
  };
  const scanMs = (least(() => scanWithin(some, words, query, 0, () => sum++)) * total) / timed;
  // Places far apart, as queries have them.
  const probes = least(() => {
    for (
      let step = 0, key = 1;
      step < TIMED_STEPS;
      step++, key = (Math.imul(key, 0x9e3779b1) + 1) >>> 0
    )
      sum += offsets[key & mask]! ^ offsets[(key & mask) + 1]!;
  });
  const candidates = least(() => {
    for (
      let step = 0, key = 1;
      step < TIMED_STEPS;
      step++, key = (Math.imul(key, 0x9e3779b1) + 1) >>> 0
    )
      sum += hammingDistance(codes, order[key % total]! * words, query, 0, words);
  });
  if (Number.isNaN(sum)) throw new RangeError('a code lies outside of its array');
  return { scanMs, probeMs: probes / TIMED_STEPS, candidateMs: candidates / TIMED_STEPS };
}

/** Milliseconds. */
export interface SearchCosts {
  /** Of a scan of all codes. */
  scanMs: number;
  /** Of looking one key of a substring up, and of comparing one code that it leads to. */
  probeMs: number;
  candidateMs: number;
}

/**
 * Codes, keys and candidates that are timed: enough for a clock that ticks every tenth of a
 * millisecond.
 */
const TIMED_CODES = 262_144;
const TIMED_STEPS = 32_768;
