import type { ResidentKeys } from './resident/resident-keys.ts';

interface NearSpelling {
  key: string;
  /**
   * Insertions, deletions, substitutions and swaps of neighbours between it and the query, letter
   * cases apart.
   */
  distance: number;
}

/**
 * The keys nearest to a text by the optimal string alignment distance over UTF-16 units, at most a
 * third of its length and 2: the nearest first, then in the order of keys. Looks at all V keys; a
 * letter mask and the length leave few of them to be compared.
 */
export function nearSpellings(
  keys: ResidentKeys,
  items: number,
  query: string,
  limit: number,
): NearSpelling[] {
  const sought = query.toLowerCase();
  const most = Math.min(2, Math.max(1, Math.floor(sought.length / 3)));
  if (sought.length === 0 || sought.length > 200) return [];
  const mask = letterMask(sought);
  const found: NearSpelling[][] = Array.from({ length: most + 1 }, () => []);
  for (let number = 0; number < items; number++) {
    const bytes = keys.bytesOf(number);
    // A key of n bytes has n / 4 to n characters.
    if (bytes.length < sought.length - most || bytes.length > 4 * (sought.length + most)) continue;
    const key = keys.textOf(number);
    if (Math.abs(key.length - sought.length) > most) continue;
    const lower = key.toLowerCase();
    if (bitCount(letterMask(lower) ^ mask) > 2 * most) continue;
    const distance = alignmentDistance(sought, lower, most);
    if (distance <= most && key !== query) found[distance]!.push({ key, distance });
  }
  return found.flat().slice(0, limit);
}

function letterMask(text: string): number {
  let mask = 0;
  for (let at = 0; at < text.length; at++) mask |= 1 << (text.charCodeAt(at) & 31);
  return mask;
}

function bitCount(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** Exact up to `most`; something above it where it is more. */
export function alignmentDistance(a: string, b: string, most: number): number {
  let before = new Uint16Array(b.length + 1);
  let last = Uint16Array.from({ length: b.length + 1 }, (_, column) => column);
  let current = new Uint16Array(b.length + 1);
  for (let row = 1; row <= a.length; row++) {
    current[0] = row;
    let least = row;
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let distance = Math.min(
        last[column]! + 1,
        current[column - 1]! + 1,
        last[column - 1]! + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1])
        distance = Math.min(distance, before[column - 2]! + 1);
      current[column] = distance;
      least = Math.min(least, distance);
    }
    if (least > most) return least;
    [before, last, current] = [last, current, before];
  }
  return last[b.length]!;
}
