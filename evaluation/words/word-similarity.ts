import { sensesOf, type WordNet } from './wordnet.ts';
import { wuPalmer } from './wu-palmer.ts';

/**
 * Similarity of two words, by the best pair of senses of one part of speech and by their first
 * senses alone.
 */
export interface WordSimilarity {
  /** The largest over the parts of speech that both words have; 0 where they share none. */
  best: number;
  /** Of the first sense of each part of speech, the larger; 0 likewise. */
  first: number;
}

export interface WordSenses {
  items: number;
  /** Whether a sense of the word has hypernyms, so that it has a place in the hierarchy. */
  has(item: number): boolean;
  similarity(a: number, b: number): WordSimilarity;
  /** Of one item to the others, by item; what it has of those is valid until the next call. */
  similaritiesTo(item: number, others: Uint32Array): WordSimilarities;
}

/** See WordSimilarity. */
interface WordSimilarities {
  best: Float64Array;
  first: Float64Array;
}

/** Senses of a vocabulary, item by item. */
export function wordSenses(words: readonly string[], { nouns, verbs }: WordNet): WordSenses {
  const parts = [nouns, verbs].map((hierarchy) => ({
    hierarchy,
    measure: wuPalmer(hierarchy),
    ...listSenses(words.map((word) => sensesOf(hierarchy, word))),
  }));
  const placed = Uint8Array.from(words, (_, item) =>
    parts.some(({ hierarchy: { parentEnds }, ends, senses }) =>
      senses
        .subarray(ends[item], ends[item + 1])
        .some((synset) => parentEnds[synset + 1]! > parentEnds[synset]!),
    )
      ? 1
      : 0,
  );
  const best = new Float64Array(words.length);
  const first = new Float64Array(words.length);

  /** A sense of the item at a time, so that its way to the root is laid out once for all others. */
  function similaritiesTo(item: number, others: Uint32Array): WordSimilarities {
    for (let k = 0; k < others.length; k++) best[others[k]!] = first[others[k]!] = 0;
    for (const { measure, ends, senses } of parts) {
      const own = ends[item]!;
      for (let i = own; i < ends[item + 1]!; i++) {
        measure.from(senses[i]!);
        for (let k = 0; k < others.length; k++) {
          const other = others[k]!;
          const theirs = ends[other]!;
          const end = ends[other + 1]!;
          let most = best[other]!;
          for (let j = theirs; j < end; j++) {
            const value = measure.to(senses[j]!);
            if (value > most) most = value;
          }
          best[other] = most;
          if (i === own && theirs < end)
            first[other] = Math.max(first[other]!, measure.to(senses[theirs]!));
        }
      }
    }
    return { best, first };
  }

  return {
    items: words.length,
    has: (item) => placed[item] === 1,
    similarity(a, b) {
      similaritiesTo(a, Uint32Array.of(b));
      return { best: best[b]!, first: first[b]! };
    },
    similaritiesTo,
  };
}

/** Those of word k are senses[ends[k] .. ends[k + 1]). */
function listSenses(words: number[][]): { ends: Int32Array; senses: Int32Array } {
  const ends = new Int32Array(words.length + 1);
  words.forEach((each, word) => (ends[word + 1] = ends[word]! + each.length));
  return { ends, senses: Int32Array.from(words.flat()) };
}
