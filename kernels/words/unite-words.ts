import { orderWords, sortWords } from './sort-words.ts';
import { type Utf8Words, wordTable } from './word-table.ts';

interface UnitedWords {
  /** Every word of any list but those left out, once, in word order. */
  words: Utf8Words;
  /**
   * Of each list: the place of each of its words in `words`, or -1 for one left out. Where a list
   * is in word order, its places rise.
   */
  places: Int32Array[];
  /** Distinct words of the lists, with those left out. */
  distinct: number;
}

/**
 * The union of lists of words without some of them: by a table of words, so any number of lists is
 * read once.
 */
export function uniteWords(lists: readonly Utf8Words[], leftOut: Utf8Words): UnitedWords {
  const table = wordTable();
  const add = ({ offsets, bytes }: Utf8Words) => {
    const ids = new Int32Array(offsets.length - 1);
    for (let k = 0; k < ids.length; k++) ids[k] = table.add(bytes, offsets[k], offsets[k + 1]);
    return ids;
  };
  add(leftOut);
  const first = table.size();
  const met = new Uint8Array(first);
  const ids = lists.map(add);
  for (const list of ids)
    for (let k = 0; k < list.length; k++) if (list[k] < first) met[list[k]] = 1;
  const all = table.words();
  const order = sortWords(all).filter((id) => id >= first);
  const placeOf = new Int32Array(table.size()).fill(-1);
  for (let to = 0; to < order.length; to++) placeOf[order[to]] = to;
  for (const list of ids) for (let k = 0; k < list.length; k++) list[k] = placeOf[list[k]];
  return {
    words: orderWords(all, order),
    places: ids,
    distinct: order.length + met.reduce((sum, mark) => sum + mark, 0),
  };
}

/**
 * (words): the place of each word in `vocabulary`, -1 where it is not in it. Both are in word
 * order, so the places rise.
 */
export function mapWords(words: Utf8Words, vocabulary: Utf8Words): Int32Array {
  const places = new Int32Array(words.offsets.length - 1).fill(-1);
  const size = vocabulary.offsets.length - 1;
  let at = 0;
  for (let k = 0; k < places.length && at < size; k++) {
    let order = compare(words, k, vocabulary, at);
    if (order > 0) {
      // Growing steps, then bisection: one list may be far longer than the other.
      let step = 1;
      let low = at;
      while (at + step < size && compare(words, k, vocabulary, at + step) > 0) {
        low = at + step;
        step *= 2;
      }
      let high = Math.min(at + step, size);
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (compare(words, k, vocabulary, middle) > 0) low = middle + 1;
        else high = middle;
      }
      at = low;
      order = at < size ? compare(words, k, vocabulary, at) : -1;
    }
    if (order === 0) places[k] = at++;
  }
  return places;
}

/** Below 0, 0 or above as word `i` of `a` comes before, is, or comes after word `j` of `b`. */
function compare(a: Utf8Words, i: number, b: Utf8Words, j: number): number {
  let p = a.offsets[i];
  let q = b.offsets[j];
  const endP = a.offsets[i + 1];
  const endQ = b.offsets[j + 1];
  while (p < endP && q < endQ) {
    const difference = a.bytes[p++] - b.bytes[q++];
    if (difference !== 0) return difference;
  }
  return endP - p - (endQ - q);
}
