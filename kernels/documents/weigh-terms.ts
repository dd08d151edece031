/**
 * TF-IDF. The weight of word t in document d is
 *
 *   w(t, d) = tf(t, d) (ln((1 + N) / (1 + df(t))) + 1),   then w(., d) / |w(., d)|_2
 *
 * N: training documents, df(t): those of them that hold t; tf: the count c, or 1 + ln c, or 1. The
 * vocabulary: words with minimumDocuments <= df <= maximumShare N that are no stop words; of more
 * than maximumTerms those of largest df, of equals the first in word order.
 */

import { log } from '../numbers/elementary.ts';

export interface TermChoice {
  /** In word order; id = place. */
  terms: string[];
  /** df. */
  documents: Int32Array;
  /** ln((1 + N) / (1 + df)) + 1. */
  scales: Float64Array;
}

/** df within some rows of a shard, by the shard's own ids. A document's terms come once each. */
export function documentFrequencies(
  offsets: Int32Array,
  terms: Int32Array,
  rows: readonly number[],
): Map<number, number> {
  const frequencies = new Map<number, number>();
  for (const row of rows) {
    for (let at = offsets[row]; at < offsets[row + 1]; at++)
      frequencies.set(terms[at], (frequencies.get(terms[at]) ?? 0) + 1);
  }
  return frequencies;
}

export function chooseTerms(
  frequencies: ReadonlyMap<string, number>,
  training: number,
  stopWords: ReadonlySet<string>,
  {
    minimumDocuments,
    maximumShare,
    maximumTerms,
  }: { minimumDocuments: number; maximumShare: number; maximumTerms: number },
  compareWords: (a: string, b: string) => number,
): TermChoice {
  const candidates = [...frequencies].filter(
    ([word, df]) => df >= minimumDocuments && df <= maximumShare * training && !stopWords.has(word),
  );
  candidates.sort(([a, dfA], [b, dfB]) => dfB - dfA || compareWords(a, b));
  const chosen = candidates.slice(0, maximumTerms).sort(([a], [b]) => compareWords(a, b));
  return {
    terms: chosen.map(([word]) => word),
    documents: Int32Array.from(chosen, ([, df]) => df),
    scales: Float64Array.from(chosen, ([, df]) => log((1 + training) / (1 + df)) + 1),
  };
}

/**
 * One document's weights by ascending term. `global` maps its terms to ids, -1 for words that have
 * none; absent: they are ids.
 */
export function weighCounts(
  terms: Int32Array,
  counts: Float32Array,
  global: readonly number[] | undefined,
  scales: Float64Array,
  frequency: 'count' | 'log' | 'binary',
  unit: boolean,
): { terms: Int32Array; weights: Float32Array } {
  const entries: { id: number; weight: number }[] = [];
  let squares = 0;
  for (let at = 0; at < terms.length; at++) {
    const id = global ? global[terms[at]] : terms[at];
    if (id < 0) continue;
    let weight = scales[id];
    if (frequency === 'count') weight *= counts[at];
    else if (frequency === 'log') weight *= 1 + log(counts[at]);
    squares += weight * weight;
    entries.push({ id, weight });
  }
  entries.sort((a, b) => a.id - b.id);
  const length = unit ? Math.sqrt(squares) : 1;
  return {
    terms: Int32Array.from(entries, ({ id }) => id),
    weights: Float32Array.from(entries, ({ weight }) => weight / length),
  };
}
