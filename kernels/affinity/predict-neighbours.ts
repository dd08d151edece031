/**
 * Neighbours that are predicted. Two estimates are added, each divided by its tenth best of the
 * row: what links of links tell, and what factors of D do (kernels/factors/pair-scores.ts).
 *
 * related, of rows of one set: .3 s / s_10 + f / f_10, s the score of `is like`, over the 1,000
 * best rows by s and the links.
 *
 * Of pairs with two sides, rows of the other side that are no links: t / t_10 + f / f_10, where
 * t(i, k) = sum of s(i, j) g_jk over the first 50 rows j of the list `is like`: what those that are
 * like it are linked with.
 */

import type { PairScorer } from '../factors/pair-scores.ts';
import { BestEntries } from '../numbers/best-entries.ts';
import { selectLargest } from '../numbers/select-largest.ts';
import type { LinkGraph } from './link-graph.ts';

export interface NeighbourPredictor {
  top: number;
  /** Whether the rows are of two sets. */
  hasTwoSides: boolean;
  /**
   * The related rows of a row: `top` that are no links of it, and as many that are where these rank
   * higher. met: the first `count` are rows that share links with it, their s in `sums`; linked as
   * in LinkGraph; alike: its list `is like`.
   */
  related(row: number, count: number, alike: BestEntries): BestEntries;
  /** Adds to the links of a row, which stay before them, `top` predicted ones of the other side. */
  extend(row: number, alike: BestEntries, links: BestEntries): BestEntries;
}

const CANDIDATES = 1000;
const ALIKE_WEIGHT = 0.3;
/** Of the list `is like` so many tell what links to predict, however long it is. */
const ALIKE_ROWS = 50;
/** Scores are divided by that of this place. */
const TENTH = 10;

/** Holds some numbers a row, and is good for one thread at a time. */
export function neighbourPredictor(
  graph: LinkGraph,
  scorer: PairScorer,
  top: number,
): NeighbourPredictor {
  const { offsets, columns, roots, linked, met, sums, postings } = graph;
  const size = offsets.length - 1;
  const picked = new Uint32Array(size);
  const values = new Float64Array(size);
  const across = new Float64Array(size);
  const reached = new Uint32Array(size);
  const unknown = new BestEntries(top);
  const known = new BestEntries(top);
  const both = new BestEntries(2 * top);
  const tenth = new BestEntries(TENTH);

  /** The best of the first `count` of `numbers` by their sums go to `picked`. */
  function pickLargest(numbers: Uint32Array, from: Float64Array, count: number): number {
    for (let at = 0; at < count; at++) values[at] = from[numbers[at]];
    const least = selectLargest(values, count, CANDIDATES);
    let some = 0;
    for (let at = 0; at < count; at++) if (from[numbers[at]] >= least) picked[some++] = numbers[at];
    return some;
  }

  /** What a factor estimate is multiplied with; 0 where none is above 0. */
  function weightOfFactors(estimates: Float32Array, count: number): number {
    tenth.clear();
    for (let at = 0; at < count; at++) tenth.offer(picked[at], estimates[at]);
    return inverse(tenth);
  }

  return {
    top,
    hasTwoSides: scorer.split !== undefined,
    related(row, count, alike) {
      let some = pickLargest(met, sums, count);
      // Links that are among the candidates already are not taken twice.
      for (let at = 0; at < some; at++) values[picked[at]] = -1;
      for (let at = offsets[row]; at < offsets[row + 1]; at++)
        if (values[columns[at]] !== -1) picked[some++] = columns[at];
      for (let at = 0; at < some; at++) values[picked[at]] = 0;
      const estimates = scorer.scores(row, picked, some);
      const byAlike = ALIKE_WEIGHT * inverse(alike);
      const byFactors = weightOfFactors(estimates, some);
      unknown.clear();
      known.clear();
      for (let at = 0; at < some; at++) {
        const j = picked[at];
        if (j === row) continue;
        const score = byAlike * sums[j] + byFactors * estimates[at];
        if (score > 0) (linked[j] > 0 ? known : unknown).offer(j, score);
      }
      both.clear();
      for (const { numbers, scores, size: found } of [unknown, known])
        for (let k = 0; k < found; k++) both.offer(numbers[k], scores[k]);
      return both;
    },
    extend(row, alike, links) {
      let count = 0;
      let looked = 0;
      for (let k = 0; k < Math.min(alike.size, ALIKE_ROWS) && looked < postings; k++) {
        const j = alike.numbers[k];
        const end = Math.min(offsets[j + 1], offsets[j] + postings);
        looked += end - offsets[j];
        for (let at = offsets[j]; at < end; at++) {
          const other = columns[at];
          if (linked[other] > 0 || other === row) continue;
          if (across[other] === 0) reached[count++] = other;
          across[other] += alike.scores[k] * roots[at] * roots[at];
        }
      }
      const some = pickLargest(reached, across, count);
      const estimates = scorer.scores(row, picked, some);
      tenth.clear();
      for (let at = 0; at < some; at++) tenth.offer(picked[at], across[picked[at]]);
      const byLinks = inverse(tenth);
      const byFactors = weightOfFactors(estimates, some);
      unknown.clear();
      for (let at = 0; at < some; at++) {
        const score = byLinks * across[picked[at]] + byFactors * estimates[at];
        if (score > 0) unknown.offer(picked[at], score);
      }
      for (let at = 0; at < count; at++) across[reached[at]] = 0;
      return oneAfterOther(links, unknown, both);
    },
  };
}

/** 1 / the tenth best score, or the last one where there are fewer; 0 where that is not above 0. */
function inverse({ scores, size }: BestEntries): number {
  const score = size === 0 ? 0 : scores[Math.min(size, TENTH) - 1];
  return score > 0 ? 1 / score : 0;
}

/** Scores of the first list from 1 to 2, of the second up to 1, each by its best. */
function oneAfterOther(first: BestEntries, second: BestEntries, out: BestEntries): BestEntries {
  out.clear();
  for (let k = 0; k < first.size; k++)
    out.offer(first.numbers[k], 1 + first.scores[k] / first.scores[0]);
  for (let k = 0; k < second.size; k++)
    out.offer(second.numbers[k], second.scores[k] / second.scores[0]);
  return out;
}
