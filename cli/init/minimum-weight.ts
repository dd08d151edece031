/** Tokens from which a weight is the least one, and the weight. */
const WEIGHTS: readonly [tokens: number, weight: number][] = [
  [10_000_000, 1.7],
  [3_000_000, 1.5],
  [500_000, 1.2],
  [100_000, 0.7],
  [0, 0.4],
];

/**
 * The least summed weight of a pair of words that is kept (affinity.minimumWeight): in a small
 * corpus two words that belong together meet seldom, in a large one most pairs meet by chance.
 */
export function minimumWeightFor(tokens: number): number {
  return WEIGHTS.find(([least]) => tokens >= least)![1];
}
