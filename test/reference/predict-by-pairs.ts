/**
 * The predicted neighbours of kernels/affinity/predict-neighbours.ts over dense matrices, as the
 * formulas say them, without a budget and with all rows for candidates.
 */
import { goesWithByPairs, isLikeByPairs } from './relate-by-pairs.ts';

/** predictions[i][j]: what factors tell of the pair. Scores above 0 alone, of all rows. */
export function relatedByPairs(
  weights: number[][],
  predictions: number[][],
  row: number,
  top: number,
): Map<number, number> {
  const size = weights.length;
  const alike = new Map(
    isLikeByPairs(weights, row, size).map(({ neighbour, score }) => [neighbour, score]),
  );
  const looked = [...weights.keys()].filter(
    (j) => j !== row && (alike.has(j) || weights[row]![j]! > 0),
  );
  const byAlike = 0.3 * inverseOfTenth([...alike.values()].slice(0, top));
  const estimates = looked.map((j) => predictions[row]![j]!);
  // A row shares links with itself, so it is a candidate where factors are measured.
  const own = weights[row]!.some((weight, k) => weight > 0 && degreeOf(weights, k) > 1);
  const byFactors = inverseOfTenth([...estimates, ...(own ? [predictions[row]![row]!] : [])]);
  return positive(
    looked.map((j, at) => [j, byAlike * (alike.get(j) ?? 0) + byFactors * estimates[at]!]),
  );
}

/** Rows of the other side that are not linked with the row. */
export function predictedByPairs(
  weights: number[][],
  predictions: number[][],
  row: number,
  top: number,
): Map<number, number> {
  const size = weights.length;
  const reached = new Map<number, number>();
  for (const { neighbour, score } of isLikeByPairs(weights, row, top))
    for (const link of goesWithByPairs(weights, neighbour, size))
      if (!(weights[row]![link.neighbour]! > 0))
        reached.set(
          link.neighbour,
          (reached.get(link.neighbour) ?? 0) + Math.fround(score) * link.score,
        );
  const byLinks = inverseOfTenth([...reached.values()]);
  const byFactors = inverseOfTenth([...reached.keys()].map((k) => predictions[row]![k]!));
  return positive(
    [...reached].map(([k, sum]) => [k, byLinks * sum + byFactors * predictions[row]![k]!]),
  );
}

function inverseOfTenth(scores: number[]): number {
  const sorted = scores.toSorted((a, b) => b - a);
  const tenth = sorted[Math.min(10, sorted.length) - 1] ?? 0;
  return tenth > 0 ? 1 / tenth : 0;
}

const degreeOf = (weights: number[][], k: number): number =>
  weights[k]!.filter((weight) => weight > 0).length;

const positive = (scored: [number, number][]): Map<number, number> =>
  new Map(scored.filter(([, score]) => score > 1e-12));
