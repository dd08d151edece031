import type { HammingMatches } from './hamming/hamming-search.ts';
import type { ResidentBuckets } from './resident/resident-buckets.ts';

/** Items near a query: the nearest first, then by ascending number. */
export interface Neighbours {
  numbers: Uint32Array;
  distances: Uint16Array;
}

export interface NeighboursBatch extends Neighbours {
  /** The neighbours of query q are [ends[q - 1], ends[q]). */
  ends: Uint32Array;
}

/** By (distance, number). */
export function sortNeighbours(numbers: Uint32Array, distances: Uint16Array): Neighbours {
  const keys = Float64Array.from(
    numbers,
    (number, i) => distances[i]! * 0x1_0000_0000 + number,
  ).sort();
  keys.forEach((key, i) => {
    distances[i] = Math.floor(key / 0x1_0000_0000);
    numbers[i] = key % 0x1_0000_0000;
  });
  return { numbers, distances };
}

/** Of neighbours in order the first place of each, in the same arrays. */
export function nearestOfEach(numbers: Uint32Array, distances: Uint16Array): Neighbours {
  const seen = new Set<number>();
  for (let i = 0; i < numbers.length; i++) {
    const number = numbers[i]!;
    if (seen.has(number)) continue;
    numbers[seen.size] = number;
    distances[seen.size] = distances[i]!;
    seen.add(number);
  }
  return { numbers: numbers.subarray(0, seen.size), distances: distances.subarray(0, seen.size) };
}

export function cut({ numbers, distances }: Neighbours, limit: number): Neighbours {
  return numbers.length <= limit
    ? { numbers, distances }
    : { numbers: numbers.slice(0, limit), distances: distances.slice(0, limit) };
}

/** One table's neighbours after the other's: the least distance of each item but `self`. */
export function leastOver(answers: Neighbours[], self: number, limit: number): Neighbours {
  const least = new Map<number, number>();
  for (const { numbers, distances } of answers) {
    numbers.forEach((number, i) => {
      if (number !== self && (least.get(number) ?? Infinity) > distances[i]!)
        least.set(number, distances[i]!);
    });
  }
  return cut(
    sortNeighbours(Uint32Array.from(least.keys()), Uint16Array.from(least.values())),
    limit,
  );
}

/** The items of the codes that match, query by query: `ends` becomes that of items. */
export function expandBatch(
  { starts, lists }: ResidentBuckets,
  matches: HammingMatches,
  ends: Uint32Array,
  limit: number,
  shared: boolean,
): NeighboursBatch {
  let most = 0;
  for (let i = 0; i < matches.count; i++) most += lists[starts[matches.codes[i]!]!]!;
  const numbers = new Uint32Array(most);
  const distances = new Uint16Array(most);
  let at = 0;
  for (let q = 0, i = 0; q < ends.length; q++) {
    const begun = at;
    for (; i < ends[q]!; i++) {
      const start = starts[matches.codes[i]!]!;
      for (let k = 1; k <= lists[start]!; k++, at++) {
        numbers[at] = lists[start + k]!;
        distances[at] = matches.distances[i]!;
      }
    }
    if (at - begun > 1) sortNeighbours(numbers.subarray(begun, at), distances.subarray(begun, at));
    if (shared)
      at =
        begun +
        nearestOfEach(numbers.subarray(begun, at), distances.subarray(begun, at)).numbers.length;
    at = Math.min(at, begun + limit);
    ends[q] = at;
  }
  return { ends, numbers: numbers.subarray(0, at), distances: distances.subarray(0, at) };
}
