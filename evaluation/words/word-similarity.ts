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
  /** Whether a sense of the word has hypernyms, so that it has a place in the hierarchy. */
  has(item: number): boolean;
  similarity(a: number, b: number): WordSimilarity;
}

/** Senses of a vocabulary, item by item. */
export function wordSenses(words: readonly string[], { nouns, verbs }: WordNet): WordSenses {
  const parts = [nouns, verbs].map((hierarchy) => ({
    hierarchy,
    measure: wuPalmer(hierarchy),
    senses: words.map((word) => sensesOf(hierarchy, word)),
  }));
  const placed = Uint8Array.from(words, (_, item) =>
    parts.some(({ hierarchy: { parentEnds }, senses }) =>
      senses[item]!.some((synset) => parentEnds[synset + 1]! > parentEnds[synset]!),
    )
      ? 1
      : 0,
  );
  return {
    has: (item) => placed[item] === 1,
    similarity(a, b) {
      const found: WordSimilarity = { best: 0, first: 0 };
      for (const { measure, senses } of parts) {
        const [own, others] = [senses[a]!, senses[b]!];
        if (own.length === 0 || others.length === 0) continue;
        own.forEach((sense, i) => {
          measure.from(sense);
          others.forEach((other, j) => {
            const value = measure.to(other);
            if (value > found.best) found.best = value;
            if (i === 0 && j === 0 && value > found.first) found.first = value;
          });
        });
      }
      return found;
    },
  };
}
