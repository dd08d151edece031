import { type LargeBuckets, largeBuckets } from '../kernels/codes/large-buckets.ts';
import { Failure } from '../schemas/failures.ts';
import type { Metrics } from '../schemas/run.ts';
import { bootstrap, type Interval } from './bootstrap.ts';
import { bucketStatistics } from './bucket-statistics.ts';
import { askedDistancesOf, codeDistancesOf } from '../kernels/codes/code-distances.ts';
import { type LargestCosines, largestCosinesOf } from '../kernels/codes/largest-cosines.ts';
import { emptyLookups } from './empty-lookups.ts';
import { type CandidateRow, cutLengths } from './candidates.ts';
import { type Pairs, pairHits, type UnitVectors, unitVectors } from './hit-rate.ts';
import { affordableQueries, neighbourFigures } from './neighbours.ts';
import {
  harmonicMean,
  meanPrecisionRecall,
  precisionRecallOf,
  relevance,
  sampleQueries,
  type Truth,
} from './precision-recall.ts';
import { rankedFigures } from './ranked-figures.ts';
import {
  type BucketTables,
  bucketTables,
  checkIds,
  type Codes,
  type Retrieve,
  retrieveByCode,
  sharedBucketTables,
} from './retrieval.ts';
import { shuffledBuckets } from './shuffled-buckets.ts';
import type { WordSenses } from './words/word-similarity.ts';
import { sampleWords, wuPalmerScores } from './words/wu-palmer-score.ts';

export interface EvaluationInput extends Codes {
  /**
   * (V, L, d) row-major, d = 8 * codeBytes; without them there are neither hit rates nor
   * neighbours.
   */
  embeddings?: Float32Array;
  truth: Truth;
  /** Pairs kept from training; without any there are no hit rates. */
  heldOut?: Pairs;
  /**
   * One space of codes for all tables (of trained embeddings), or a space each (of hyperplanes).
   */
  shared?: boolean;
  /**
   * Where an item asks with another code than it answers with, both of them, (V, w) each: the order
   * by Hamming distance is theirs, `codes` make buckets.
   */
  askedBy?: { asking: Uint8Array; answering: Uint8Array };
  /** Buckets of more items give nothing, as in a lookup; all do when absent. */
  maximumBucket?: number;
  /** The items' senses in a WordNet; without them there is no Wu-Palmer similarity. */
  senses?: WordSenses;
  /** Items to sample for each of the metrics that are means over queries. */
  queries: number;
  seed: number;
  /** Shuffles that the shuffled figures are the mean of; 5 when absent. */
  shuffles?: number;
  /** Called between queries; may throw to stop. */
  tick?: () => void;
}

interface Evaluation {
  metrics: Metrics;
  /** Of 95%, for the metrics that are means over queries or pairs. */
  intervals: Record<string, Interval>;
  candidates: CandidateRow[];
}

const CUTS = [50, 500] as const;

/**
 * All metrics of an index, by name; the same input and seed give the same figures. Throws Failure
 * (DataError) where the inputs are not of one vocabulary.
 */
export function evaluate(input: EvaluationInput): Evaluation {
  const {
    truth,
    heldOut,
    embeddings,
    senses,
    queries,
    seed,
    maximumBucket,
    shuffles = 5,
    tick = () => undefined,
  } = input;
  const buckets = input.shared ? sharedBucketTables(input) : bucketTables(input);
  const { items } = buckets;
  checkInput(input, items);
  const sample = sampleQueries(truth, items, queries, seed);
  const words = senses && sampleWords(senses, items, queries, seed);
  const vectors = embeddings && unitVectors(embeddings, input.tables, 8 * input.codeBytes);
  const cosinesTo = vectors && largestCosinesOf(vectors.values, vectors.tables, vectors.bits);
  const measures = {
    truth,
    sample,
    ...(vectors &&
      cosinesTo &&
      heldOut &&
      heldOut.left.length > 0 && { vectors, cosinesTo, heldOut }),
    ...(senses && words && words.length > 0 && { senses, words }),
  };

  const [learned, ...chance] = measure(
    [
      retrieveByCode(buckets, undefined, maximumBucket),
      ...shuffledBuckets(buckets, shuffles, seed, maximumBucket),
    ],
    measures,
    tick,
  ) as [Measured, ...Measured[]];
  const distancesTo = codeDistancesOf(
    input.codes,
    input.tables,
    input.codeBytes,
    input.shared ?? false,
    cutLengths(input.codeBytes),
  );
  const ranked = rankedFigures(
    input.askedBy
      ? askedDistancesOf(input.askedBy, input.codeBytes)
      : (item) => distancesTo(item).distances,
    8 * input.codeBytes,
    truth,
    sample,
    tick,
  );
  const near =
    vectors &&
    cosinesTo &&
    neighbourFigures(
      input,
      cosinesTo,
      affordableQueries(sample, items, vectors, seed),
      relevance(truth),
      distancesTo,
      tick,
    );
  const ordered = [
    ranked,
    ...(near ? [{ hammingCosineTau: near.tau, hammingCosineGain250: near.ahp }] : []),
  ];
  return {
    metrics: {
      ...learned.means,
      ...(Object.assign({}, ...ordered.map(meansOf)) as Metrics),
      ...shuffledNames(meanOf(chance.map(({ means }) => means))),
      ...bucketStatistics(input, buckets),
      emptyLookups: emptyLookups(buckets, maximumBucket).filter(Boolean).length / items,
      ...(maximumBucket !== undefined && overCap(buckets, maximumBucket)),
      items,
      queries: sample.length,
      heldOutPairs: heldOut?.left.length ?? 0,
      ...(words && { wordQueries: words.length }),
      ...(near && { neighbourQueries: near.tau.length }),
    },
    intervals: Object.assign(
      {},
      ...[...learned.columns, ...ordered].map((group) => intervalsOf(group, seed)),
    ) as Record<string, Interval>,
    candidates: near?.rows ?? [],
  };
}

/** Of the buckets that are there once. */
function overCap({ items, tables }: BucketTables, maximumBucket: number): LargeBuckets {
  const large = largeBuckets(maximumBucket, items);
  for (const table of new Set(tables)) large.add(table);
  return large.counts();
}

/** Figures of each query (or pair); columns of one group are of the same queries. */
type Columns = Record<string, Float64Array>;

interface Measures {
  truth: Truth;
  sample: Uint32Array;
  vectors?: UnitVectors;
  cosinesTo?: LargestCosines;
  heldOut?: Pairs;
  senses?: WordSenses;
  words?: Uint32Array;
}

interface Measured {
  means: Metrics;
  columns: Columns[];
}

/** What hangs on retrieval by equal code, of each way to retrieve: the learned one, and chance. */
function measure(
  ways: readonly Retrieve[],
  { truth, sample, vectors, cosinesTo, heldOut, senses, words }: Measures,
  tick: () => void,
): Measured[] {
  const watched = ways.map((retrieve): Retrieve => (query) => {
    tick();
    return retrieve(query);
  });
  const similarities = senses && words && wuPalmerScores(watched, senses, words);
  return watched.map((retrieve, way) => {
    const found = precisionRecallOf(retrieve, truth, sample);
    const { precision, recall, f1, retrieved } = meanPrecisionRecall(found);
    const columns: Columns[] = [{ precision: found.precision, recall: found.recall }];
    const means: Metrics = { precision, recall, f1, retrieved };
    const wp = similarities?.[way];
    if (wp) columns.push({ wp: wp.best, wpFirst: wp.first });
    if (vectors && heldOut) {
      const hits = pairHits(retrieve, vectors, heldOut, CUTS, cosinesTo);
      columns.push(Object.fromEntries(CUTS.map((cut, k) => [`hr${cut}`, hits[k]!])));
    }
    for (const group of columns.slice(1)) Object.assign(means, meansOf(group));
    return { means, columns };
  });
}

function meanOf(all: readonly Metrics[]): Metrics {
  const sums: Metrics = {};
  for (const metrics of all) {
    for (const [name, value] of Object.entries(metrics))
      sums[name] = (sums[name] ?? 0) + value / all.length;
  }
  return sums;
}

function meansOf(columns: Columns): Metrics {
  return Object.fromEntries(
    Object.entries(columns).map(([name, values]) => [
      name,
      values.reduce((sum, value) => sum + value, 0) / values.length,
    ]),
  );
}

function intervalsOf(columns: Columns, seed: number): Record<string, Interval> {
  const names = Object.keys(columns);
  const statistics = Object.fromEntries(
    names.map((name, k) => [name, (means: readonly number[]) => means[k]!]),
  );
  if (names.includes('precision'))
    statistics['f1'] = ([precision, recall]) => harmonicMean(precision!, recall!);
  return bootstrap(Object.values(columns), statistics, seed);
}

/** Sizes are those of the learned buckets: they are not figures of chance. */
function shuffledNames({ retrieved: _mean, ...chance }: Metrics): Metrics {
  return Object.fromEntries(
    Object.entries(chance).map(([name, value]) => [
      `shuffled${name[0]!.toUpperCase()}${name.slice(1)}`,
      value,
    ]),
  );
}

function checkInput({ codes, embeddings, heldOut }: EvaluationInput, items: number): void {
  if (items === 0) throw new Failure('DataError', 'codes: expected at least one item, got none');
  if (embeddings && embeddings.length !== codes.length * 8) {
    throw new Failure(
      'DataError',
      `embeddings: expected ${codes.length * 8} values for ${items} items, got ` +
        `${embeddings.length}; codes and embeddings are of different runs`,
    );
  }
  if (!heldOut) return;
  if (heldOut.left.length !== heldOut.right.length)
    throw new Failure(
      'DataError',
      `held-out pairs: ${heldOut.left.length} left against ${heldOut.right.length} right`,
    );
  checkIds('held-out pairs, left', heldOut.left, items);
  checkIds('held-out pairs, right', heldOut.right, items);
}
