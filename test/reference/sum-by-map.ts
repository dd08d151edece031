import type { Dictionary } from '../../kernels/words/build-dictionary.ts';
import { compareCodePoints } from '../../kernels/words/code-point-order.ts';

/** The dictionary of several: a map of words to sums, its keys sorted. */
export function sumByMap(parts: readonly Dictionary[]): Dictionary {
  const sums = new Map<string, { count: number; documents: number }>();
  for (const { words, counts, documents } of parts) {
    for (const [at, word] of words.entries()) {
      const sum = sums.get(word) ?? { count: 0, documents: 0 };
      sums.set(word, { count: sum.count + counts[at]!, documents: sum.documents + documents[at]! });
    }
  }
  const words = [...sums.keys()].sort(compareCodePoints);
  return {
    words,
    counts: Float64Array.from(words, (word) => sums.get(word)!.count),
    documents: Float64Array.from(words, (word) => sums.get(word)!.documents),
  };
}
