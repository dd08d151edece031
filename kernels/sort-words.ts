import type { Utf8Words } from './word-table.ts';

/** Words that share what was sorted by are put in order by comparison below this number. */
const FEW = 12;
/** A key of three bytes and a place in 28 bits fit in a float64, whose native sort takes no callback. */
const PLACES = 2 ** 28;

/** (words): the ids of the words in the order of their bytes, a shorter word before those that begin with it. */
export function sortWords({ offsets, bytes }: Utf8Words): Int32Array {
  const order = Int32Array.from({ length: offsets.length - 1 }, (_, id) => id);
  sortRange(0, order.length, 0);
  return order;

  /** Ids order[from, to), whose words agree in their first `depth` bytes. */
  function sortRange(from: number, to: number, depth: number): void {
    if (to - from <= FEW) {
      insertionSort(from, to, depth);
      return;
    }
    const keys = new Float64Array(to - from);
    for (let k = 0; k < keys.length; k++) keys[k] = keyAt(order[from + k], depth) * PLACES + k;
    keys.sort();
    const before = order.slice(from, to);
    let runKey = -1;
    let runFrom = from;
    for (let k = 0; k < keys.length; k++) {
      const key = Math.floor(keys[k] / PLACES);
      order[from + k] = before[keys[k] - key * PLACES];
      if (key === runKey) continue;
      if (from + k - runFrom > 1) sortRange(runFrom, from + k, depth + 3);
      runKey = key;
      runFrom = from + k;
    }
    if (to - runFrom > 1) sortRange(runFrom, to, depth + 3);
  }

  /** Three bytes, each one more than it is, so that the end of a word comes before any byte (257 values a byte). */
  function keyAt(id: number, depth: number): number {
    const from = offsets[id] + depth;
    const to = offsets[id + 1];
    const a = from < to ? bytes[from] + 1 : 0;
    const b = from + 1 < to ? bytes[from + 1] + 1 : 0;
    const c = from + 2 < to ? bytes[from + 2] + 1 : 0;
    return (a * 257 + b) * 257 + c;
  }

  function insertionSort(from: number, to: number, depth: number): void {
    for (let k = from + 1; k < to; k++) {
      const id = order[k];
      let at = k;
      while (at > from && isLess(id, order[at - 1], depth)) {
        order[at] = order[at - 1];
        at -= 1;
      }
      order[at] = id;
    }
  }

  function isLess(left: number, right: number, depth: number): boolean {
    let a = offsets[left] + depth;
    let b = offsets[right] + depth;
    const endA = offsets[left + 1];
    const endB = offsets[right + 1];
    while (a < endA && b < endB && bytes[a] === bytes[b]) {
      a += 1;
      b += 1;
    }
    return a < endA && b < endB ? bytes[a] < bytes[b] : endA - a < endB - b;
  }
}

/** The words of these ids, in their order. */
export function orderWords({ offsets, bytes }: Utf8Words, order: Int32Array): Utf8Words {
  let length = 0;
  for (const id of order) length += offsets[id + 1] - offsets[id];
  const ordered: Utf8Words = { offsets: new Int32Array(order.length + 1), bytes: new Uint8Array(length) };
  let end = 0;
  for (let to = 0; to < order.length; to++) {
    for (let at = offsets[order[to]]; at < offsets[order[to] + 1]; at++) ordered.bytes[end++] = bytes[at];
    ordered.offsets[to + 1] = end;
  }
  return ordered;
}
