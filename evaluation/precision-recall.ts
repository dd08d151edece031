/**
 * Precision and recall by equal code over the union of L tables: mean over queries of the query's
 * own P and R (an empty retrieval has P 0), F1 of the two means. The query counts neither as
 * retrieved nor as relevant.
 */

import { PURPOSE, RandomStream } from '../kernels/numbers/random.ts';
import { Failure } from '../schemas/failures.ts';
import { checkIds, type Retrieve } from './retrieval.ts';

/** Relevant items: those of item i are columns[rowOffsets[i] .. rowOffsets[i + 1]). */
export interface Truth {
  /** V + 1 ends. */
  rowOffsets: Int32Array | Uint32Array | Float64Array;
  columns: Int32Array | Uint32Array;
}

interface PrecisionRecall {
  precision: number;
  recall: number;
  f1: number;
  /** Share of queries for which nothing is retrieved. */
  emptyShare: number;
  /** Mean number of items retrieved. */
  retrieved: number;
  queries: number;
}

/** Figures over these queries; each must have a relevant item. */
export function precisionRecall(
  retrieve: Retrieve,
  truth: Truth,
  queries: Uint32Array,
): PrecisionRecall {
  return meanPrecisionRecall(precisionRecallOf(retrieve, truth, queries));
}

/** The figures of each query, in the order of the queries. */
interface QueryFigures {
  precision: Float64Array;
  recall: Float64Array;
  retrieved: Uint32Array;
}

export function precisionRecallOf(
  retrieve: Retrieve,
  truth: Truth,
  queries: Uint32Array,
): QueryFigures {
  const isRelevant = relevance(truth);
  const figures = {
    precision: new Float64Array(queries.length),
    recall: new Float64Array(queries.length),
    retrieved: new Uint32Array(queries.length),
  };
  queries.forEach((query, k) => {
    const { test, wanted } = isRelevant(query);
    const found = retrieve(query);
    let hits = 0;
    for (let i = 0; i < found.length; i++) if (test(found[i]!)) hits++;
    figures.precision[k] = found.length === 0 ? 0 : hits / found.length;
    figures.recall[k] = hits / wanted;
    figures.retrieved[k] = found.length;
  });
  return figures;
}

export function meanPrecisionRecall(figures: QueryFigures): PrecisionRecall {
  const queries = figures.retrieved.length;
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / queries;
  const [precision, recall] = [mean(figures.precision), mean(figures.recall)];
  const empty = figures.retrieved.reduce((count, found) => count + (found === 0 ? 1 : 0), 0);
  return {
    precision,
    recall,
    f1: harmonicMean(precision, recall),
    emptyShare: empty / queries,
    retrieved: figures.retrieved.reduce((sum, found) => sum + found, 0) / queries,
    queries,
  };
}

/** What is relevant to a query, the query itself left out. */
export interface Relevance {
  test: (item: number) => boolean;
  wanted: number;
  /** The `wanted` items, each once. */
  items: Uint32Array;
}

/** Relevance to one query after another; what was returned for a query holds until the next one. */
export function relevance({ rowOffsets, columns }: Truth): (query: number) => Relevance {
  const relevant = new Uint32Array(rowOffsets.length - 1);
  const items = new Uint32Array(relevant.length);
  let stamp = 0;
  return (query) => {
    stamp++;
    let wanted = 0;
    for (let at = rowOffsets[query]!; at < rowOffsets[query + 1]!; at++) {
      const item = columns[at]!;
      if (item === query || relevant[item] === stamp) continue;
      relevant[item] = stamp;
      items[wanted++] = item;
    }
    return { test: (item) => relevant[item] === stamp, wanted, items: items.subarray(0, wanted) };
  };
}

/**
 * `count` different items that have a relevant item beside themselves, drawn with the seed; all
 * such items where there are no more. Throws Failure (DataError) where truth does not fit `items`
 * or no item has a relevant one.
 */
export function sampleQueries(
  truth: Truth,
  items: number,
  count: number,
  seed: number,
): Uint32Array {
  const { rowOffsets, columns } = truth;
  if (rowOffsets.length !== items + 1)
    throw new Failure(
      'DataError',
      `truth: expected ${items} rows, one an item, got ${rowOffsets.length - 1}`,
    );
  if (rowOffsets[items] !== columns.length)
    throw new Failure(
      'DataError',
      `truth: its rows end at ${rowOffsets[items]}, its columns at ${columns.length}`,
    );
  checkIds('truth', columns, items);
  const eligible = new Uint32Array(items);
  let left = 0;
  for (let item = 0; item < items; item++) {
    for (let at = rowOffsets[item]!; at < rowOffsets[item + 1]!; at++) {
      if (columns[at] === item) continue;
      eligible[left++] = item;
      break;
    }
  }
  if (left === 0)
    throw new Failure(
      'DataError',
      `truth: none of ${items} items has a relevant item, so there is nothing to measure`,
    );
  const stream = new RandomStream(seed, PURPOSE.evaluate);
  const drawn = Math.min(count, left);
  for (let k = 0; k < drawn; k++) {
    const other = k + stream.below(left - k);
    const item = eligible[other]!;
    eligible[other] = eligible[k]!;
    eligible[k] = item;
  }
  return eligible.slice(0, drawn);
}

/** F1; 0 where both are 0. */
export function harmonicMean(precision: number, recall: number): number {
  return precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
}
