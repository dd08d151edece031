/**
 * The lists of kernels/affinity/relate-rows.ts over a dense matrix, every pair of rows by itself,
 * as the formulas say it.
 */
export interface RelatedNeighbour {
  neighbour: number;
  score: number;
  known: boolean;
}

/** weights[i][j]: 0 where D has no link; symmetric. */
export function goesWithByPairs(weights: number[][], row: number, top: number): RelatedNeighbour[] {
  const middle = medianWeight(weights);
  const scored = weights[row]!.map((weight, neighbour) => ({
    neighbour,
    score: Math.log(1 + weight / middle),
    known: true,
  }));
  return best(
    scored.filter(({ neighbour }) => weights[row]![neighbour]! > 0),
    top,
  );
}

/** Without a budget: all shared neighbours count. */
export function isLikeByPairs(weights: number[][], row: number, top: number): RelatedNeighbour[] {
  const middle = medianWeight(weights);
  const degrees = weights.map((row) => row.filter((weight) => weight > 0).length);
  const strength = (i: number, j: number) => Math.log(1 + weights[i]![j]! / middle);
  const scored = weights.map((_, neighbour) => {
    let score = 0;
    for (let k = 0; k < weights.length; k++) {
      if (weights[row]![k]! > 0 && weights[neighbour]![k]! > 0)
        score += Math.sqrt(strength(row, k) * strength(neighbour, k)) / Math.log(degrees[k]!);
    }
    return {
      neighbour,
      score: score / degrees[neighbour]! ** 0.25,
      known: weights[row]![neighbour]! > 0,
    };
  });
  return best(
    scored.filter(({ neighbour, score }) => neighbour !== row && score > 0),
    top,
  );
}

function best(scored: RelatedNeighbour[], top: number): RelatedNeighbour[] {
  return scored.sort((a, b) => b.score - a.score || a.neighbour - b.neighbour).slice(0, top);
}

function medianWeight(weights: number[][]): number {
  const all = weights
    .flat()
    .filter((weight) => weight > 0)
    .sort((a, b) => a - b);
  return all[all.length >> 1]!;
}
