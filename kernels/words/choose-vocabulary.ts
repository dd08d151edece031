import type { Dictionary } from './build-dictionary.ts';
import { compareCodePoints } from './code-point-order.ts';

export interface VocabularyChoice {
  /** Words to leave out, rising; they need not occur. */
  common: readonly string[];
  minimumCount: number;
  /**
   * At most so many words: the most common ones; of equally common ones those that come first in
   * word order.
   */
  maximumSize: number;
}

/**
 * The `n` most common words (all, when there are fewer; of equally common ones those that come
 * first in word order) and those in more than `share` of all documents, in word order.
 */
export function chooseCommon(
  dictionary: Dictionary,
  n: number,
  share = 1,
  documents = Number.POSITIVE_INFINITY,
): string[] {
  const byRank = mostCommon(dictionary.counts, n);
  const chosen: string[] = [];
  for (let id = 0, next = 0; id < dictionary.words.length; id++) {
    const ranked = byRank[next] === id;
    if (ranked) next += 1;
    if (ranked || dictionary.documents[id] > share * documents) chosen.push(dictionary.words[id]);
  }
  return chosen;
}

/** The words that get embeddings, with their counts: their places are the global ids. */
export function chooseVocabulary(
  dictionary: Dictionary,
  { common, minimumCount, maximumSize }: VocabularyChoice,
): Dictionary {
  const left = markWords(dictionary.words, common);
  const candidates: number[] = [];
  for (let id = 0; id < left.length; id++)
    if (left[id] === 0 && dictionary.counts[id] >= minimumCount) candidates.push(id);
  const chosen = mostCommon(
    Float64Array.from(candidates, (id) => dictionary.counts[id]),
    maximumSize,
  ).map((at) => candidates[at]);
  return {
    words: chosen.map((id) => dictionary.words[id]),
    counts: Float64Array.from(chosen, (id) => dictionary.counts[id]),
    documents: Float64Array.from(chosen, (id) => dictionary.documents[id]),
  };
}

/** (words): 1 for each word that is in `marked`. Both lists rise. */
export function markWords(words: readonly string[], marked: readonly string[]): Uint8Array {
  const ids = mapToVocabulary(words, marked);
  const marks = new Uint8Array(words.length);
  for (let i = 0; i < ids.length; i++) if (ids[i] >= 0) marks[i] = 1;
  return marks;
}

/**
 * (words): the place of each word in `vocabulary`, -1 where it is not in it. Both lists rise, so
 * the places do.
 */
export function mapToVocabulary(
  words: readonly string[],
  vocabulary: readonly string[],
): Int32Array {
  const ids = new Int32Array(words.length).fill(-1);
  // A shard has far fewer words than the vocabulary, and they rise: bisect what is left of it, with
  // growing steps.
  let from = 0;
  for (let i = 0; i < words.length && from < vocabulary.length; i++) {
    let step = 1;
    let low = from;
    while (
      from + step < vocabulary.length &&
      compareCodePoints(vocabulary[from + step], words[i]) < 0
    ) {
      low = from + step;
      step *= 2;
    }
    let high = Math.min(from + step, vocabulary.length);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareCodePoints(vocabulary[middle], words[i]) < 0) low = middle + 1;
      else high = middle;
    }
    from = low;
    if (from < vocabulary.length && vocabulary[from] === words[i]) ids[i] = from;
  }
  return ids;
}

/** Places of the `n` largest counts, rising; of equal counts the first ones. */
function mostCommon(counts: Float64Array, n: number): number[] {
  const all = n >= counts.length;
  const least = all || n === 0 ? 0 : counts.slice().sort()[counts.length - n];
  let ties = n;
  if (!all) for (let i = 0; i < counts.length; i++) if (counts[i] > least) ties -= 1;
  const chosen: number[] = [];
  if (n === 0) return chosen;
  for (let i = 0; i < counts.length; i++) {
    if (all || counts[i] > least) chosen.push(i);
    else if (counts[i] === least && ties > 0) {
      ties -= 1;
      chosen.push(i);
    }
  }
  return chosen;
}
