import type { HeldOutLinks } from './held-out-links.ts';
import type { TargetRanks } from './rank-targets.ts';

/** How many of the held-out links a way of answering finds, and how surely that is known. */
export interface HitFigures {
  /** By cut: the share of links whose target is among the first so many unknown answers. */
  uniform: number[];
  /**
   * The same, each link weighing 1 / links of its target: what all items get, not the common ones.
   */
  fair: number[];
  /** By class of the target's number of links, then by cut; NaN of a class without links. */
  byDegree: number[][];
  /** Share of links whose target is among the first 10 of the items with as many links. */
  matched: number;
  /** Share of queries without any unknown answer. */
  empty: number;
  /** Unknown answers a query, in the mean. */
  answers: number;
  /** Standard errors of `uniform`, `fair` and `matched`; links of a query are taken together. */
  errors: { uniform: number[]; fair: number[]; matched: number };
}

/** Answers that are looked at. */
export const CUTS = [10, 50, 200, 1000, 3000] as const;
/** Classes of the number of links: each begins here. */
export const DEGREE_CLASSES = [0, 10, 50, 200] as const;
const MATCHED_CUT = 10;

export function hitFigures(ranks: TargetRanks, links: HeldOutLinks): HitFigures {
  const { targets, degree, starts } = links;
  const ones = new Float64Array(targets.length).fill(1);
  const fairly = Float64Array.from(targets, (target) => 1 / degree[target]!);
  const hits = CUTS.map((cut) =>
    Float64Array.from(ranks.better, (better, link) => shareWithin(better, ranks.equal[link]!, cut)),
  );
  const matched = Float64Array.from(ranks.betterMatched, (better, link) =>
    shareWithin(better, ranks.equalMatched[link]!, MATCHED_CUT),
  );
  const uniform = hits.map((hit) => weighedMean(hit, ones, starts));
  const fair = hits.map((hit) => weighedMean(hit, fairly, starts));
  const near = weighedMean(matched, ones, starts);
  const classOf = Uint8Array.from(targets, (target) =>
    DEGREE_CLASSES.findLastIndex((least) => degree[target]! >= least),
  );
  return {
    uniform: uniform.map(({ mean }) => mean),
    fair: fair.map(({ mean }) => mean),
    byDegree: DEGREE_CLASSES.map((_, which) => {
      const inClass = Float64Array.from(classOf, (own) => Number(own === which));
      return hits.map((hit) => weighedMean(hit, inClass, starts).mean);
    }),
    matched: near.mean,
    empty: ranks.answers.filter((count) => count === 0).length / ranks.answers.length,
    answers: ranks.answers.reduce((sum, count) => sum + count, 0) / ranks.answers.length,
    errors: {
      uniform: uniform.map(({ error }) => error),
      fair: fair.map(({ error }) => error),
      matched: near.error,
    },
  };
}

/** The chance to be within the cut where equal scores are put in a random order; 0 of no answer. */
function shareWithin(better: number, equal: number, cut: number): number {
  if (Number.isNaN(better)) return 0;
  return Math.max(0, Math.min(1, (cut - better) / equal));
}

/**
 * A weighed mean of links and its standard error by the ratio of sums over queries (Cochran,
 * Sampling Techniques, 1977, 6.4).
 */
function weighedMean(
  values: Float64Array,
  weights: Float64Array,
  starts: Uint32Array,
): { mean: number; error: number } {
  let sum = 0;
  let weight = 0;
  for (let link = 0; link < values.length; link++) {
    sum += values[link]! * weights[link]!;
    weight += weights[link]!;
  }
  const mean = sum / weight;
  let squares = 0;
  for (let k = 0; k + 1 < starts.length; k++) {
    let residual = 0;
    for (let link = starts[k]!; link < starts[k + 1]!; link++)
      residual += weights[link]! * (values[link]! - mean);
    squares += residual * residual;
  }
  return { mean, error: Math.sqrt(squares) / weight };
}
