import { Failure } from '../schemas/failures.ts';
import type { Metrics } from '../schemas/run.ts';
import { bucketStatistics } from './bucket-statistics.ts';
import { hitRate, type Pairs, unitVectors } from './hit-rate.ts';
import { precisionRecall, sampleQueries, type Truth } from './precision-recall.ts';
import { bucketTables, checkIds, type Codes, type Retrieve, retrieveByCode } from './retrieval.ts';
import { shuffledBuckets } from './shuffled-buckets.ts';

export interface EvaluationInput extends Codes {
  /** (V, L, d) row-major, d = 8 * codeBytes. */
  embeddings: Float32Array;
  truth: Truth;
  /** Pairs kept from training; without any there are no hit rates. */
  heldOut: Pairs;
  /** Items to sample for precision and recall. */
  queries: number;
  seed: number;
  /** Shuffles that the shuffled figures are the mean of; 5 when absent. */
  shuffles?: number;
}

const CUTS = [50, 500] as const;

/** All metrics of an index, by name; the same input and seed give the same figures. Throws Failure (DataError) where the inputs are not of one vocabulary. */
export function evaluate(input: EvaluationInput): Metrics {
  const { tables, codeBytes, embeddings, truth, heldOut, queries, seed, shuffles = 5 } = input;
  const buckets = bucketTables(input);
  const { items } = buckets;
  checkInput(input, items);
  const sample = sampleQueries(truth, items, queries, seed);
  const vectors = unitVectors(embeddings, tables, 8 * codeBytes);

  const figures = (retrieve: Retrieve): Metrics => {
    const { precision, recall, f1, emptyShare, retrieved } = precisionRecall(retrieve, truth, sample);
    const rates = heldOut.left.length > 0 ? hitRate(retrieve, vectors, heldOut, CUTS) : [];
    return { precision, recall, f1, emptyShare, retrieved, ...Object.fromEntries(rates.map((rate, k) => [`hr${CUTS[k]}`, rate])) };
  };
  const learned = figures(retrieveByCode(buckets));
  const { emptyShare: _share, retrieved: _mean, ...chance } = shuffledBuckets(buckets, shuffles, seed, figures);
  return {
    ...learned,
    ...Object.fromEntries(Object.entries(chance).map(([name, value]) => [`shuffled${name[0]!.toUpperCase()}${name.slice(1)}`, value])),
    ...bucketStatistics(input, buckets),
    items,
    queries: sample.length,
    heldOutPairs: heldOut.left.length,
  };
}

function checkInput({ codes, embeddings, heldOut }: EvaluationInput, items: number): void {
  if (items === 0) throw new Failure('DataError', 'codes: expected at least one item, got none');
  if (embeddings.length !== codes.length * 8) {
    throw new Failure('DataError', `embeddings: expected ${codes.length * 8} values for ${items} items, got ${embeddings.length}; codes and embeddings are of different runs`);
  }
  if (heldOut.left.length !== heldOut.right.length) throw new Failure('DataError', `held-out pairs: ${heldOut.left.length} left against ${heldOut.right.length} right`);
  checkIds('held-out pairs, left', heldOut.left, items);
  checkIds('held-out pairs, right', heldOut.right, items);
}
