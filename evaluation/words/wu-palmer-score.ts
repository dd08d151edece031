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

/** Each query's mean similarity. */
export function wuPalmerScores(
  retrieve: Retrieve,
  senses: WordSenses,
  queries: Uint32Array,
): { best: Float64Array; first: Float64Array } {
  const best = new Float64Array(queries.length);
  const first = new Float64Array(queries.length);
  queries.forEach((query, k) => {
    const found = retrieve(query).filter((item) => senses.has(item));
    let [bestSum, firstSum] = [0, 0];
    for (const item of found) {
      const similarity = senses.similarity(query, item);
      bestSum += similarity.best;
      firstSum += similarity.first;
    }
    best[k] = found.length === 0 ? 0 : bestSum / found.length;
    first[k] = found.length === 0 ? 0 : firstSum / found.length;
  });
  return { best, first };
}
