import { LimitError } from '../limit-error.ts';
import type { Utf8Dictionary } from './build-dictionary.ts';
import { orderWords, sortWords } from './sort-words.ts';
import { wordTable } from './word-table.ts';

interface DictionarySum {
  /**
   * Adds a dictionary; its words need no order. Throws RangeError where columns differ in length,
   * LimitError where a count reaches 2^53.
   */
  add(part: Utf8Dictionary): void;
  /** Words so far. */
  size(): number;
  /** The union of the words in word order, counts and documents summed. */
  finish(): Utf8Dictionary;
}

/**
 * One dictionary of many, by a table of words: each is read once, and memory is that of the union.
 * Sums are of integers, so their order is no matter.
 */
export function sumDictionaries(): DictionarySum {
  const table = wordTable();
  let counts = new Float64Array(1024);
  let documents = new Float64Array(1024);

  function grow(): void {
    const [moreCounts, moreDocuments] = [
      new Float64Array(2 * counts.length),
      new Float64Array(2 * counts.length),
    ];
    moreCounts.set(counts);
    moreDocuments.set(documents);
    [counts, documents] = [moreCounts, moreDocuments];
  }

  return {
    add({ words: { offsets, bytes }, counts: more, documents: moreDocuments }) {
      const words = offsets.length - 1;
      if (more.length !== words || moreDocuments.length !== words)
        throw new RangeError(
          `a dictionary of ${words} words, ${more.length} counts, ${moreDocuments.length} ` +
            'numbers of documents',
        );
      for (let k = 0; k < words; k++) {
        const id = table.add(bytes, offsets[k], offsets[k + 1]);
        if (id === counts.length) grow();
        counts[id] += more[k];
        documents[id] += moreDocuments[k];
        if (counts[id] > Number.MAX_SAFE_INTEGER)
          throw new LimitError(
            'the count of ' +
              `"${Buffer.from(bytes.subarray(offsets[k], offsets[k + 1])).toString('utf8')}" ` +
              'reaches 2^53',
          );
      }
    },
    size: () => table.size(),
    finish() {
      const arrived = table.words();
      const order = sortWords(arrived);
      const summed = {
        words: orderWords(arrived, order),
        counts: new Float64Array(order.length),
        documents: new Float64Array(order.length),
      };
      for (let to = 0; to < order.length; to++) {
        summed.counts[to] = counts[order[to]];
        summed.documents[to] = documents[order[to]];
      }
      return summed;
    },
  };
}
