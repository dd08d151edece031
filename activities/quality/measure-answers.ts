import { byTwoCodes, byVectors } from '../../evaluation/answers/code-ways.ts';
import {
  byFactorCells,
  byFactors,
  CELLS_AN_ITEM,
  cellsOf,
} from '../../evaluation/answers/factor-ways.ts';
import { someLinks } from '../../evaluation/answers/held-out-links.ts';
import { hubShare } from '../../evaluation/answers/hub-share.ts';
import { byList } from '../../evaluation/answers/list-way.ts';
import {
  type MeasuredWays,
  measureWays,
  plainWays,
} from '../../evaluation/answers/measure-ways.ts';
import type { Way } from '../../evaluation/answers/way.ts';
import { emptyLookups } from '../../evaluation/empty-lookups.ts';
import { unitVectors } from '../../evaluation/hit-rate.ts';
import { bucketTables, type BucketTables, sharedBucketTables } from '../../evaluation/retrieval.ts';
import type { LinkGraph } from '../../kernels/affinity/link-graph.ts';
import { neighbourPredictor } from '../../kernels/affinity/predict-neighbours.ts';
import { RELATION } from '../../kernels/affinity/relate-rows.ts';
import type { Factors, FactorSides } from '../../kernels/factors/factorize.ts';
import { pairScorer } from '../../kernels/factors/pair-scores.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import type { Metrics } from '../../schemas/run.ts';
import { type LinkGraphInput, loadLinkGraph } from '../affinity/load-link-graph.ts';
import { type ArtifactContent, produceArtifact } from '../stage/produce-artifact.ts';
import { type StageContext, type StageInput, type StageOutput } from '../stage/stage.ts';
import type { Prediction } from '../factors/name-factors.ts';
import { sidesOf } from '../../kernels/factors/sides-of.ts';
import { linkContent } from './answers-content.ts';
import { bucketWays, bytesOfParts, inMemory } from './bucket-ways.ts';
import { loadHeldOutLinks, sidesOfWords } from './load-held-out-links.ts';
import { readMetrics } from './read-metrics.ts';
import { loadFactors } from '../factors/load-factors.ts';
import { bucketCodes, loadCodes, twoCodes } from '../training/load-codes.ts';
import { loadModel } from '../training/load-model.ts';
import { readWords } from '../words/read-vocabulary.ts';

declare module '../stages.ts' {
  interface Stages {
    measureAnswers: typeof measureAnswers;
  }
}

interface MeasureAnswersInput extends StageInput {
  pairs: ArtifactReference;
  filtered: LinkGraphInput['filtered'];
  postings: number;
  /** What the factors are made by that the lists are made with; absent: they are made without. */
  predicted?: Prediction;
  codes: ArtifactReference;
  /** What is published of them, for its sizes. */
  exported: ArtifactReference;
  /** The embeddings, where codes are their signs. */
  model?: ArtifactReference;
  vocabulary: ArtifactReference;
  /** Buckets of more items give nothing, as in a lookup; 0: all do. */
  maximumBucket: number;
  /** What ids of the first side of two begin with, before a colon; empty: there is one side. */
  leftSide: string;
  seed: number;
}

interface MeasureAnswersOutput extends StageOutput {
  metrics: Metrics;
}

/**
 * How many of the held-out links each way of answering finds: what `query` gives, made of the
 * other links alone, buckets, codes and vectors, beside popularity and plain counting. Rows: ways.
 */
export async function measureAnswers(
  input: MeasureAnswersInput,
  context: StageContext,
): Promise<MeasureAnswersOutput> {
  const store = context.openStore(input.store);
  const { maximumBucket, leftSide, postings, predicted, seed } = input;
  const output = await produceArtifact(
    context,
    store,
    {
      stage: 'answers',
      parameters: { maximumBucket, leftSide, postings, seed, ...(predicted && { predicted }) },
      inputs: [
        input.pairs,
        input.codes,
        input.exported,
        ...(input.model ? [input.model] : []),
        input.vocabulary,
      ],
      force: input.force,
    },
    make,
  );
  return { ...output, metrics: await readMetrics(store, output.artifact) };

  async function make(): Promise<ArtifactContent> {
    const links = await loadHeldOutLinks(store, input.pairs, seed);
    const loaded = await loadCodes(store, input.codes);
    const { tables, bits } = loaded;
    const coded = { ...bucketCodes(loaded), shared: !loaded.hasRoles };
    const buckets = loaded.hasRoles ? bucketTables(coded) : sharedBucketTables(coded);
    const cap = maximumBucket > 0 ? maximumBucket : undefined;
    const shares = emptyShares(buckets, cap, links.degree);
    if (links.targets.length === 0) return linkContent([], shares);
    const graph = await loadLinkGraph(
      store,
      { affinity: input.pairs, filtered: input.filtered, postings },
      () => context.onProgress(0, 1),
    );
    const side = sidesOfWords(await readWords(store, input.vocabulary), leftSide);
    const tick = () => context.onProgress(0, 1);
    const learned = predicted && (await loadLearned(graph, predicted));
    const model = input.model && (await loadModel(store, input.model));
    const query = queryWay(graph, learned);
    const queries = affordable(links.items, tables ** 2 * bits);
    // Bits are compared eight at once.
    const codeQueries = affordable(links.items, (tables ** 2 * bits) / 8);
    const bytesOf = await bytesOfParts(store, input.exported, links.items);
    const { codes: byCodes, ...others } = bucketWays({
      coded,
      buckets,
      maximumBucket: cap,
      seed,
      bytesOf,
    });
    const measured = measureWays(
      {
        query: { way: query, cost: { bytes: bytesOf(/^neighbours\.pages$/), rounds: 1 } },
        ...(model && {
          vectors: {
            way: byVectors(unitVectors(model.embeddings, tables, bits)),
            queries,
            cost: inMemory(4 * tables * bits),
          },
        }),
        ...others,
        codes: {
          ...(loaded.hasRoles
            ? { way: byTwoCodes(twoCodes(loaded), bits / 8), cost: inMemory(bits / 4) }
            : byCodes!),
          queries: codeQueries,
        },
        ...(learned && factorWays(learned, links.items, seed, tick)),
        ...plainWays(links),
      },
      links,
      { seed, ...(side && { side }), onProgress: (done, total) => context.onProgress(done, total) },
    );
    return linkContent(measured, {
      ...shares,
      queryHubShare: hubShare(query, someLinks(links, LEAST_QUERIES, seed).queries, links.items),
    });
  }

  async function loadLearned(graph: LinkGraph, prediction: Prediction): Promise<Learned> {
    const sides = sidesOf(graph, prediction.sides);
    const parameters = { affinity: input.pairs, postings, ...prediction };
    const factors = await loadFactors(store, parameters, sides);
    return { factors, sides, width: prediction.factors };
  }
}

/** Factors of the links that were not held out. */
interface Learned {
  factors: Factors;
  sides: FactorSides;
  /** d */
  width: number;
}

/** As `query` answers first, of what was not held out. */
function queryWay(graph: LinkGraph, learned: Learned | undefined): Way {
  if (!learned) return byList(graph, RELATION.isLike, LIST_ENTRIES);
  const scorer = pairScorer(learned.factors, learned.sides, learned.width);
  const relation = scorer.split === undefined ? RELATION.related : RELATION.goesWith;
  return byList(graph, relation, LIST_ENTRIES, neighbourPredictor(graph, scorer, LIST_ENTRIES));
}

/** The factors alone: exactly, and by the plainest cells there are. */
function factorWays(
  { factors, sides, width }: Learned,
  items: number,
  seed: number,
  onStep: () => void,
): MeasuredWays {
  const cellBytes = 4 * CELLS_AN_ITEM + (cellsOf(items) * (width + 4)) / items;
  return {
    als: {
      way: byFactors(factors, sides, width),
      // Bytes, four at once.
      queries: affordable(items, width / 4),
      cost: inMemory(2 * width),
    },
    cells: {
      way: byFactorCells(factors, sides, width, seed, onStep),
      // The factors of the item that asks; then its cells, all at once.
      cost: { bytes: width + cellBytes, rounds: 2 },
    },
  };
}

/**
 * Of a list: longer than published ones are by default, so that cuts say what is behind their end.
 */
const LIST_ENTRIES = 200;
/** Work spent on a way that looks at all items, in products of floats, and its least queries. */
const MAX_WORK = 5e9;
const LEAST_QUERIES = 1000;

/** Queries of a way that compares a query with all items, by so many products each. */
const affordable = (items: number, products: number): number =>
  Math.max(LEAST_QUERIES, Math.floor(MAX_WORK / (items * products)));

/** Of all items the share that a lookup gives nothing, and of those no list answers either. */
function emptyShares(
  buckets: BucketTables,
  maximumBucket: number | undefined,
  degree: Uint32Array,
): Metrics {
  const isEmpty = emptyLookups(buckets, maximumBucket);
  const silent = isEmpty.filter((empty, item) => empty === 1 && degree[item] === 0);
  return {
    emptyLookups: isEmpty.filter(Boolean).length / isEmpty.length,
    withoutAnswer: silent.length / isEmpty.length,
  };
}
