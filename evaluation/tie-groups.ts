/**
 * Figures of one ranked list whose ties stand in random order, as exact expectations over all
 * orders of the ties: Hamming distances tie often, and a stable sort would reward a database that
 * is sorted by class. (McSherry and Najork, "Computing information retrieval performance measures
 * efficiently in the presence of tied scores", ECIR 2008.)
 */

import { exp, log } from '../kernels/numbers/elementary.ts';

/** The list as groups of equal distance, nearest first; the query itself is in none. */
export interface TieGroups {
  /** Items of each group; groups may be empty. */
  sizes: ArrayLike<number>;
  /** How many of them are relevant. */
  relevant: ArrayLike<number>;
}

/**
 * What average precision is divided by: the relevant items among the first R, or the least of R and
 * all relevant items.
 */
type Divisor = 'retrieved' | 'relevant';

/**
 * Expected share of relevant items among the first k (or all, where there are fewer); 0 for an
 * empty list.
 */
export function precisionAt({ sizes, relevant }: TieGroups, k: number): number {
  let [taken, hits] = [0, 0];
  for (let g = 0; g < sizes.length && taken < k; g++) {
    if (sizes[g] === 0) continue;
    const take = Math.min(sizes[g]!, k - taken);
    hits += (relevant[g]! * take) / sizes[g]!;
    taken += take;
  }
  return taken === 0 ? 0 : hits / taken;
}

/**
 * Share of the relevant items that lie in the first `groups` groups: for Hamming distances 0, 1, 2
 * ... Recall@2 is groups = 3. 0 where nothing is relevant.
 */
export function recallWithin({ relevant }: TieGroups, groups: number): number {
  let [found, all] = [0, 0];
  for (let g = 0; g < relevant.length; g++) {
    all += relevant[g]!;
    if (g < groups) found += relevant[g]!;
  }
  return all === 0 ? 0 : found / all;
}

/** Probability that one of the first k is relevant (flat hit@K). */
export function hitAt({ sizes, relevant }: TieGroups, k: number): number {
  let left = k;
  for (let g = 0; g < sizes.length && left > 0; g++) {
    const [n, r] = [sizes[g]!, relevant[g]!];
    if (r > 0) {
      if (left > n - r) return 1;
      let miss = 1;
      for (let j = 0; j < left; j++) miss *= (n - r - j) / (n - j);
      return 1 - miss;
    }
    left -= n;
  }
  return 0;
}

/**
 * Expected average precision over the first R: the sum, over the relevant of them, of the precision
 * at their ranks, over the divisor; 0 where the divisor is. Where ties cross the cut, the number of
 * relevant items before it is hypergeometric, and `retrieved` takes the expectation of the
 * quotient.
 */
export function averagePrecision(
  { sizes, relevant }: TieGroups,
  R: number,
  divisor: Divisor,
): number {
  let [before, hits, sum, all] = [0, 0, 0, 0];
  for (let g = 0; g < relevant.length; g++) all += relevant[g]!;
  for (let g = 0; g < sizes.length && before < R; g++) {
    const [n, r] = [sizes[g]!, relevant[g]!];
    if (n === 0) continue;
    const take = Math.min(n, R - before);
    if (take < n && r > 0 && divisor === 'retrieved')
      return quotientAtCut(before, hits, sum, take, n, r);
    sum += expectedSum(before, hits, take, r / n, r > 1 ? (r - 1) / (n - 1) : 0);
    before += n;
    hits += r;
  }
  const by = divisor === 'retrieved' ? hits : Math.min(R, all);
  return by === 0 ? 0 : sum / by;
}

/**
 * Sum over the places j = 1 .. take of a group of P(relevant) E[precision | relevant]: `share` of
 * the places are relevant, and `others` of the places before a relevant one.
 */
function expectedSum(
  before: number,
  hits: number,
  take: number,
  share: number,
  others: number,
): number {
  if (share === 0) return 0;
  let sum = 0;
  for (let j = 1; j <= take; j++) sum += (hits + 1 + (j - 1) * others) / (before + j);
  return share * sum;
}

/**
 * The last group, of which `take` of n items come before the cut: m of its r relevant ones with
 * hypergeometric probability.
 */
function quotientAtCut(
  before: number,
  hits: number,
  sum: number,
  take: number,
  n: number,
  r: number,
): number {
  const least = Math.max(0, take - (n - r));
  const most = Math.min(take, r);
  let expectation = 0;
  for (let m = least; m <= most; m++) {
    if (hits + m === 0) continue;
    const part = expectedSum(before, hits, take, m / take, m > 1 ? (m - 1) / (take - 1) : 0);
    expectation +=
      exp(logChoose(r, m) + logChoose(n - r, take - m) - logChoose(n, take)) *
      ((sum + part) / (hits + m));
  }
  return expectation;
}

/** Sums of ln k!, grown as needed. */
const LOG_FACTORIAL = [0];

function logChoose(n: number, k: number): number {
  for (let i = LOG_FACTORIAL.length; i <= n; i++)
    LOG_FACTORIAL.push(LOG_FACTORIAL[i - 1]! + log(i));
  return LOG_FACTORIAL[n]! - LOG_FACTORIAL[k]! - LOG_FACTORIAL[n - k]!;
}

/**
 * Average hierarchical precision at K: the mean over k = 1 .. K of HP@k, the similarity summed over
 * the first k by that of the best order's first k (Deng et al., "Hierarchical semantic indexing for
 * large scale image retrieval", CVPR 2011). `gains`: the similarity summed over each group; `best`:
 * the similarities of the list, highest first, at least the first K of them. Where there are fewer
 * items than K they are all.
 */
export function averageHierarchicalPrecision(
  sizes: ArrayLike<number>,
  gains: ArrayLike<number>,
  best: ArrayLike<number>,
  K: number,
): number {
  let [got, ideal, sum, k] = [0, 0, 0, 0];
  for (let g = 0; g < sizes.length; g++) {
    for (let j = 0; j < sizes[g]! && k < K; j++, k++) {
      got += gains[g]! / sizes[g]!;
      ideal += best[k]!;
      sum += ideal > 0 ? got / ideal : 0;
    }
  }
  return k === 0 ? 0 : sum / k;
}
