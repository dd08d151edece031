/**
 * What ways of answering find where the truth is known for every item: the exact nearest of
 * documents and of vectors, and labels where there are any. Q queries; recall@n is the share of the
 * n nearest that are among the first n answers.
 */

import type { SparseRows } from '../../kernels/training/train-rows.ts';
import { expectedHits } from './expected-hits.ts';
import type { HeldOutLinks } from './held-out-links.ts';
import { hitFigures } from './hit-figures.ts';
import type { MeasuredWays, WayFigures } from './measure-ways.ts';
import { rankTargets } from './rank-targets.ts';
import type { WayName } from './way-names.ts';
import type { Answers, Way } from './way.ts';

/** The exact nearest of some items. */
export interface NearestTruth {
  /** V */
  items: number;
  /** Ascending. */
  queries: Uint32Array;
  /** (Q): at most FAR of each, the nearest first; fewer of an item that is near to few. */
  nearest: readonly Uint32Array[];
  /** What tells whether an item shares a label with a query; absent where there are no labels. */
  labelMates?: (query: number) => (item: number) => boolean;
}

/** Nearest items whose share is told against the number of answers, and those of recall@50. */
export const NEAR = 10;
export const FAR = 50;
export const LABEL_CUTS = [10, 50] as const;

/** A share with its standard error. */
export interface Share {
  share: number;
  error: number;
}

export interface NearestFigures extends WayFigures {
  /** recall@50; `figures.uniform` begins with recall@10. */
  recall50: Share;
  /** By LABEL_CUTS: the share of the first answers that have a label of the query. */
  labels?: Share[];
}

export function measureNearest(
  ways: MeasuredWays,
  truth: NearestTruth,
  onProgress: (done: number, total: number) => void,
): NearestFigures[] {
  const links = nearestLinks(truth);
  const names = Object.keys(ways) as WayName[];
  let done = 0;
  return names.map((name) => {
    const { way, cost } = ways[name]!;
    const columns: Columns = { recall50: [], labels: LABEL_CUTS.map(() => []) };
    const tick = () => onProgress(done++, names.length * links.queries.length);
    const seen: Way = (query) => {
      const answers = way(query);
      look(truth, query, answers, columns);
      return answers;
    };
    const figures = hitFigures(rankTargets(seen, links, { tick }), links);
    return {
      way: name,
      figures,
      recall50: meanOf(columns.recall50),
      ...(truth.labelMates && { labels: columns.labels.map(meanOf) }),
      ...(cost && { cost }),
    };
  });
}

/** The exact nearest as answers, and the items that are nearest to the most of the queries. */
export function nearestWays(truth: NearestTruth): MeasuredWays {
  const counts = new Float32Array(truth.items);
  for (const nearest of truth.nearest)
    for (const item of nearest.subarray(0, NEAR)) counts[item]! += 1;
  const placeOf = new Map(Array.from(truth.queries, (query, at) => [query, at]));
  const nearestOf = (query: number): Uint32Array => truth.nearest[placeOf.get(query)!]!;
  const counted = Uint32Array.from(counts.keys()).filter((item) => counts[item]! > 0);
  const others = new Float32Array(truth.items);
  return {
    exact: {
      way: (query) => {
        const items = nearestOf(query);
        return { items, scores: Float32Array.from(items, (_, rank) => -rank) };
      },
    },
    popularity: {
      // What a query has counted itself is no knowledge of others.
      way: (query) => {
        others.set(counts);
        for (const item of nearestOf(query).subarray(0, NEAR)) others[item]! -= 1;
        return { items: counted, scores: Float32Array.from(counted, (item) => others[item]!) };
      },
      cost: { bytes: 0, rounds: 0 },
    },
  };
}

/** Links of each query with the NEAR nearest; nothing is known, so all of them may answer. */
function nearestLinks({ items, queries, nearest }: NearestTruth): HeldOutLinks {
  const degree = new Uint32Array(items);
  const starts = new Uint32Array(queries.length + 1);
  const targets = nearest.flatMap((own, k) => {
    const first = [...own.subarray(0, NEAR)].toSorted((a, b) => a - b);
    starts[k + 1] = starts[k]! + first.length;
    for (const item of first) degree[item]! += 1;
    return first;
  });
  const known: SparseRows = { offsets: new Uint32Array(items + 1), columns: new Uint32Array(0) };
  return { items, queries, starts, targets: Uint32Array.from(targets), degree, known };
}

interface Columns {
  recall50: number[];
  labels: number[][];
}

/** What a query gets beside the ranks of its targets. */
function look(truth: NearestTruth, query: number, answers: Answers, columns: Columns): void {
  const { items, scores } = others(query, answers);
  const itemAt = (at: number): number => (items ? items[at]! : at);
  const nearest = new Set(truth.nearest[columns.recall50.length]);
  if (nearest.size > 0)
    columns.recall50.push(
      expectedHits(scores, FAR, (at) => nearest.has(itemAt(at))) / nearest.size,
    );
  else columns.recall50.push(Number.NaN);
  const isMate = truth.labelMates?.(query);
  if (!isMate) return;
  LABEL_CUTS.forEach((cut, k) =>
    columns.labels[k]!.push(expectedHits(scores, cut, (at) => isMate(itemAt(at))) / cut),
  );
}

/** The answers without the query itself. */
function others(query: number, { items, scores }: Answers): Answers {
  if (items === undefined) {
    const rest = Float32Array.from(scores);
    rest[query] = Number.NEGATIVE_INFINITY;
    return { scores: rest };
  }
  const own = items.indexOf(query);
  if (own < 0) return { items, scores };
  return {
    items: items.filter((_, at) => at !== own),
    scores: scores.filter((_, at) => at !== own),
  };
}

/** The mean over the queries that have a value, and its standard error. */
function meanOf(values: readonly number[]): Share {
  const known = values.filter((value) => !Number.isNaN(value));
  const n = known.length;
  if (n === 0) return { share: Number.NaN, error: Number.NaN };
  const share = known.reduce((sum, value) => sum + value, 0) / n;
  const squares = known.reduce((sum, value) => sum + (value - share) ** 2, 0);
  return { share, error: Math.sqrt(squares) / n };
}
