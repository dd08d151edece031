/**
 * WP of paper 1 (appendix A.3): over queries that WordNet knows with hypernyms, the mean similarity
 * to what is retrieved of such words; the query itself does not count, and an empty retrieval has
 * 0. Figures are of the vocabulary's own intersection with WordNet.
 */

import { PURPOSE, RandomStream } from '../../kernels/numbers/random.ts';
import type { Retrieve } from '../retrieval.ts';
import type { WordSenses } from './word-similarity.ts';

/** At most `count` different items that have a place in WordNet, drawn with the seed. */
export function sampleWords(
  senses: Pick<WordSenses, 'has'>,
  items: number,
  count: number,
  seed: number,
): Uint32Array {
  const placed = Uint32Array.from({ length: items }, (_, item) => item).filter((item) =>
    senses.has(item),
  );
  const stream = new RandomStream(seed, PURPOSE.evaluate, 1);
  const drawn = Math.min(count, placed.length);
  for (let k = 0; k < drawn; k++) {
    const other = k + stream.below(placed.length - k);
    [placed[k], placed[other]] = [placed[other]!, placed[k]!];
  }
  return placed.slice(0, drawn);
}

interface WordScores {
  best: Float64Array;
  first: Float64Array;
}

/**
 * Each query's mean similarity, for each way to retrieve: what several of them find is looked at
 * once a query.
 */
export function wuPalmerScores(
  ways: readonly Retrieve[],
  senses: WordSenses,
  queries: Uint32Array,
): WordScores[] {
  const scores = ways.map(() => ({
    best: new Float64Array(queries.length),
    first: new Float64Array(queries.length),
  }));
  const distinct = distinctOf(senses.items);
  queries.forEach((query, k) => {
    const found = ways.map((retrieve) => retrieve(query).filter((item) => senses.has(item)));
    const { best: bestOf, first: firstOf } = senses.similaritiesTo(query, distinct(found));
    scores.forEach(({ best, first }, way) => {
      const items = found[way]!;
      if (items.length === 0) return;
      let [bestSum, firstSum] = [0, 0];
      for (let at = 0; at < items.length; at++) {
        bestSum += bestOf[items[at]!]!;
        firstSum += firstOf[items[at]!]!;
      }
      best[k] = bestSum / items.length;
      first[k] = firstSum / items.length;
    });
  });
  return scores;
}

/** The items of several lists, each once; a view, good until the next call. */
function distinctOf(items: number): (lists: readonly Uint32Array[]) => Uint32Array {
  const stamps = new Uint32Array(items);
  const out = new Uint32Array(items);
  let stamp = 0;
  return (lists) => {
    stamp++;
    let count = 0;
    for (const list of lists) {
      for (let at = 0; at < list.length; at++) {
        const item = list[at]!;
        if (stamps[item] === stamp) continue;
        stamps[item] = stamp;
        out[count++] = item;
      }
    }
    return out.subarray(0, count);
  };
}
