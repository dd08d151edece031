import type { Dictionary } from './build-dictionary.ts';
import { checkRising, compareCodePoints } from './code-point-order.ts';

/**
 * One dictionary of all: the union of the words, counts and documents summed (integers below 2^53). Sums do not depend on the order of
 * the parts, so parts may be merged in groups. Two at a time, halves before wholes: common words meet early and shrink what follows.
 */
export function mergeDictionaries(parts: readonly Dictionary[]): Dictionary {
  for (const [at, { words, counts, documents }] of parts.entries()) {
    if (counts.length !== words.length || documents.length !== words.length) {
      throw new RangeError(`dictionary ${at}: ${words.length} words, ${counts.length} counts, ${documents.length} numbers of documents`);
    }
    checkRising(words, `dictionary ${at}`);
  }
  return mergeRange(parts, 0, parts.length);
}

function mergeRange(parts: readonly Dictionary[], from: number, to: number): Dictionary {
  if (to - from === 0) return { words: [], counts: new Float64Array(0), documents: new Float64Array(0) };
  if (to - from === 1) return parts[from];
  const middle = (from + to) >>> 1;
  return mergeTwo(mergeRange(parts, from, middle), mergeRange(parts, middle, to));
}

function mergeTwo(a: Dictionary, b: Dictionary): Dictionary {
  const most = a.words.length + b.words.length;
  const words: string[] = [];
  const counts = new Float64Array(most);
  const documents = new Float64Array(most);
  for (let i = 0, j = 0; i < a.words.length || j < b.words.length; ) {
    const order = i === a.words.length ? 1 : j === b.words.length ? -1 : compareCodePoints(a.words[i], b.words[j]);
    const at = words.length;
    words.push(order <= 0 ? a.words[i] : b.words[j]);
    if (order <= 0) {
      counts[at] += a.counts[i];
      documents[at] += a.documents[i++];
    }
    if (order >= 0) {
      counts[at] += b.counts[j];
      documents[at] += b.documents[j++];
    }
    if (counts[at] > Number.MAX_SAFE_INTEGER) throw new RangeError(`the count of "${words[at]}" reaches 2^53`);
  }
  return { words, counts: counts.slice(0, words.length), documents: documents.slice(0, words.length) };
}
