/**
 * Exact Hamming search over distinct codes by multi-index hashing (Norouzi, Punjani, Fleet: Fast
 * Exact Search in Hamming Space With Multi-Index Hashing, TPAMI 2014): a code within r of the query
 * has one of m disjoint substrings within floor(r / m) of the query's. B codes of W words of 32
 * bits, d bits.
 */

import { hammingDistance, popcount, scanDistances, scanWithin } from './hamming-scan.ts';
import { measureCosts, type SearchCosts } from './search-costs.ts';
import { countProbes, indexSubstrings, nextMask, substringAt } from './substrings.ts';

/**
 * Codes near a query: places in the (B, W) array and their distances, in no order. Valid until the
 * next search.
 */
export interface HammingMatches {
  count: number;
  codes: Uint32Array;
  distances: Uint16Array;
}

export interface HammingSearch {
  /** All codes within `radius` of the first W words of `query`. */
  within(query: Uint32Array, radius: number): HammingMatches;
  /**
   * The same for each of the queries, (n, W): matches in the order of queries, those of query q up
   * to ends[q]. Queries wait for memory together. Valid until the next search.
   */
  withinBatch(queries: Uint32Array, radius: number, ends: Uint32Array): HammingMatches;
  /** All codes up to the least distance at which `weights` (items a code) add up to k. */
  nearest(query: Uint32Array, k: number, weightOf: (code: number) => number): HammingMatches;
  /** Bytes held beside the codes. */
  readonly heldBytes: number;
}

/** Fewer codes are scanned at once in less time than it takes to index them. */
const MIN_INDEXED = 2048;
/**
 * Queries of a batch whose candidates are gathered before the first is compared; bits of a word
 * tell them apart.
 */
const BLOCK = 32;

/** Indexes the substrings of all codes. `bits` is d. */
export function hammingSearch(codes: Uint32Array, words: number, bits: number): HammingSearch {
  const total = codes.length / words;
  const substrings = total < MIN_INDEXED ? [] : indexSubstrings(codes, words, bits, total);
  const matches: HammingMatches = {
    count: 0,
    codes: new Uint32Array(64),
    distances: new Uint16Array(64),
  };
  let measured: SearchCosts | undefined;
  /** Measured at the first search, on these very codes: a millisecond or two. */
  const costs = (): SearchCosts => (measured ??= measureCosts(codes, words, substrings, total));
  let scanned: Uint16Array | undefined;

  function push(code: number, distance: number): void {
    if (matches.count === matches.codes.length) {
      const larger = {
        codes: new Uint32Array(2 * matches.count),
        distances: new Uint16Array(2 * matches.count),
      };
      larger.codes.set(matches.codes);
      larger.distances.set(matches.distances);
      Object.assign(matches, larger);
    }
    matches.codes[matches.count] = code;
    matches.distances[matches.count++] = distance;
  }

  function scan(query: Uint32Array): Uint16Array {
    scanned ??= new Uint16Array(total);
    scanDistances(codes, words, query, scanned);
    return scanned;
  }

  function scanFor(query: Uint32Array, radius: number): HammingMatches {
    matches.count = 0;
    scanWithin(codes, words, query, radius, push);
    return matches;
  }

  const gathered = { count: 0, codes: new Uint32Array(1024), substrings: new Uint8Array(1024) };

  function gather(first: number, last: number, j: number): void {
    const wanted = gathered.count + last - first;
    if (wanted > gathered.codes.length) {
      const larger = { codes: new Uint32Array(2 * wanted), substrings: new Uint8Array(2 * wanted) };
      larger.codes.set(gathered.codes);
      larger.substrings.set(gathered.substrings);
      Object.assign(gathered, larger);
    }
    const { order } = substrings[j]!;
    const { codes: found, substrings: from } = gathered;
    let count = gathered.count;
    for (let at = first; at < last; at++) {
      found[count] = order[at]!;
      from[count++] = j;
    }
    gathered.count = count;
  }

  /**
   * Candidates of the query at `at` in `gathered`; false, and none, when they or the probes would
   * cost more than a scan.
   */
  function gatherCandidates(queries: Uint32Array, at: number, radius: number): boolean {
    const m = substrings.length;
    if (m === 0) return false;
    const { scanMs, probeMs, candidateMs } = costs();
    if (countProbes(substrings, radius) * probeMs > scanMs) return false;
    const begun = gathered.count;
    const most = begun + scanMs / candidateMs;
    const least = Math.floor(radius / m);
    for (let j = 0; j < m; j++) {
      const own = j <= radius % m ? least : least - 1;
      if (own < 0) break;
      const { from, bits: width, offsets } = substrings[j]!;
      const key = substringAt(queries, at, from, width);
      const end = 2 ** width;
      for (let weight = 0; weight <= Math.min(own, width); weight++) {
        for (let mask = 2 ** weight - 1; mask < end; mask = nextMask(mask)) {
          gather(offsets[key ^ mask]!, offsets[(key ^ mask) + 1]!, j);
          if (gathered.count > most) {
            gathered.count = begun;
            return false;
          }
          if (mask === 0) break;
        }
      }
    }
    return true;
  }

  /** False when it would have cost more than a scan: then matches are incomplete. */
  function probe(query: Uint32Array, radius: number): boolean {
    const m = substrings.length;
    if (m === 0) return false;
    const { scanMs, probeMs, candidateMs } = costs();
    if (countProbes(substrings, radius) * probeMs > scanMs) return false;
    let candidatesLeft = scanMs / candidateMs;
    matches.count = 0;
    const least = Math.floor(radius / m);
    for (let j = 0; j < m; j++) {
      const own = j <= radius % m ? least : least - 1;
      if (own < 0) break;
      const { from, bits: width, offsets, order } = substrings[j]!;
      const key = substringAt(query, 0, from, width);
      const end = 2 ** width;
      for (let weight = 0; weight <= Math.min(own, width); weight++) {
        for (let mask = 2 ** weight - 1; mask < end; mask = nextMask(mask)) {
          const first = offsets[key ^ mask]!;
          const last = offsets[(key ^ mask) + 1]!;
          candidatesLeft -= last - first;
          if (candidatesLeft < 0) return false;
          for (let at = first; at < last; at++) {
            const code = order[at]!;
            const distance = hammingDistance(codes, code * words, query, 0, words);
            if (distance <= radius && !foundBefore(code, query, 0, j, radius)) push(code, distance);
          }
          if (mask === 0) break;
        }
      }
    }
    return true;
  }

  /** Whether an earlier substring has found this code already: matches need no set. */
  function foundBefore(
    code: number,
    query: Uint32Array,
    queryAt: number,
    j: number,
    radius: number,
  ): boolean {
    const least = Math.floor(radius / substrings.length);
    const last = radius % substrings.length;
    for (let i = 0; i < j; i++) {
      const { from, bits: width } = substrings[i]!;
      const apart = popcount(
        substringAt(codes, code * words, from, width) ^ substringAt(query, queryAt, from, width),
      );
      if (apart <= (i <= last ? least : least - 1)) return true;
    }
    return false;
  }

  return {
    withinBatch(queries, radius, ends) {
      matches.count = 0;
      const candidateEnds = new Uint32Array(BLOCK);
      for (let first = 0; first < ends.length; first += BLOCK) {
        const n = Math.min(BLOCK, ends.length - first);
        gathered.count = 0;
        let scanned = 0;
        for (let q = 0; q < n; q++) {
          // A query that is scanned has no candidates: a bit says so.
          if (!gatherCandidates(queries, (first + q) * words, radius)) scanned |= 1 << q;
          candidateEnds[q] = gathered.count;
        }
        for (let q = 0, at = 0; q < n; q++) {
          const queryAt = (first + q) * words;
          if ((scanned & (1 << q)) !== 0)
            scanWithin(codes, words, queries.subarray(queryAt, queryAt + words), radius, push);
          for (; at < candidateEnds[q]!; at++) {
            const code = gathered.codes[at]!;
            const distance = hammingDistance(codes, code * words, queries, queryAt, words);
            if (
              distance <= radius &&
              !foundBefore(code, queries, queryAt, gathered.substrings[at]!, radius)
            )
              push(code, distance);
          }
          ends[first + q] = matches.count;
        }
      }
      return matches;
    },
    within: (query, radius) => (probe(query, radius) ? matches : scanFor(query, radius)),
    nearest(query, k, weightOf) {
      for (let radius = 0; radius <= bits && probe(query, radius); radius++) {
        let weight = 0;
        for (let i = 0; i < matches.count; i++) weight += weightOf(matches.codes[i]!);
        if (weight >= k || radius === bits) return matches;
      }
      const distances = scan(query);
      const weights = new Float64Array(bits + 1);
      for (let code = 0; code < total; code++) weights[distances[code]!]! += weightOf(code);
      let radius = 0;
      for (let weight = weights[0]!; weight < k && radius < bits;) weight += weights[++radius]!;
      return scanFor(query, radius);
    },
    heldBytes: substrings.reduce(
      (sum, { offsets, order }) => sum + offsets.byteLength + order.byteLength,
      0,
    ),
  };
}
