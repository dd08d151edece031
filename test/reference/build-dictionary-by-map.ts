import type { Dictionary } from '../../kernels/words/build-dictionary.ts';
import { compareCodePoints } from '../../kernels/words/code-point-order.ts';

/**
 * The dictionary of documents of words by a Map of strings: what kernels/words/build-dictionary.ts
 * does with bytes.
 */
export function buildDictionary() {
  const documents: (string | undefined)[][] = [];
  let open: (string | undefined)[] = [];
  return {
    add: (word: string | undefined) => void open.push(word),
    endDocument() {
      documents.push(open);
      open = [];
    },
    finish(): { dictionary: Dictionary; tokens: Int32Array; documentOffsets: Int32Array } {
      const words = [...new Set(documents.flat())]
        .filter((word) => word !== undefined)
        .sort(compareCodePoints);
      const ids = new Map<string | undefined, number>(words.map((word, id) => [word, id]));
      const counts = new Float64Array(words.length);
      const occursIn = new Float64Array(words.length);
      for (const document of documents) {
        for (const word of document) if (word !== undefined) counts[ids.get(word)!]! += 1;
        for (const word of new Set(document))
          if (word !== undefined) occursIn[ids.get(word)!]! += 1;
      }
      const tokens = Int32Array.from(documents.flat(), (word) => ids.get(word) ?? -1);
      const documentOffsets = new Int32Array(documents.length + 1);
      for (const [d, document] of documents.entries())
        documentOffsets[d + 1] = documentOffsets[d]! + document.length;
      return { dictionary: { words, counts, documents: occursIn }, tokens, documentOffsets };
    },
  };
}
