import { answerMetrics } from '../../evaluation/answers/answer-metrics.ts';
import {
  byBuckets,
  byFactors,
  byHamming,
  byTwoCodes,
  byVectors,
} from '../../evaluation/answers/code-ways.ts';
import {
  type HeldOutLinks,
  heldOutLinks,
  someLinks,
} from '../../evaluation/answers/held-out-links.ts';
import { CUTS, DEGREE_CLASSES } from '../../evaluation/answers/hit-figures.ts';
import { hubShare } from '../../evaluation/answers/hub-share.ts';
import { byList } from '../../evaluation/answers/list-way.ts';
import { measureWays, type WayFigures } from '../../evaluation/answers/measure-ways.ts';
import type { Way } from '../../evaluation/answers/way.ts';
import { emptyLookups } from '../../evaluation/empty-lookups.ts';
import { unitVectors } from '../../evaluation/hit-rate.ts';
import { bucketTables, type BucketTables, sharedBucketTables } from '../../evaluation/retrieval.ts';
import { permutation } from '../../evaluation/shuffled-buckets.ts';
import type { LinkGraph } from '../../kernels/affinity/link-graph.ts';
import { neighbourPredictor } from '../../kernels/affinity/predict-neighbours.ts';
import { RELATION } from '../../kernels/affinity/relate-rows.ts';
import type { PairScorer } from '../../kernels/factors/pair-scores.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import type { Metrics } from '../../schemas/run.ts';
import { ANSWERS, HELD_OUT } from '../../schemas/tables.ts';
import { openArtifact } from '../../store/artifacts.ts';
import { decodeParquet, encodeParquet } from '../../store/tables/parquet.ts';
import type { Store } from '../../store/store.ts';
import { type LinkGraphInput, loadLinkGraph } from '../affinity/load-link-graph.ts';
import { readSparseRows } from '../affinity/load-sparse-rows.ts';
import { toJson } from '../stage/json-object.ts';
import { type ArtifactContent, produceArtifact } from '../stage/produce-artifact.ts';
import { type StageContext, type StageInput, type StageOutput } from '../stage/stage.ts';
import type { Prediction } from '../factors/name-factors.ts';
import { readMetrics } from './read-metrics.ts';
import { keepScorer } from '../factors/load-factors.ts';
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
      inputs: [input.pairs, input.codes, ...(input.model ? [input.model] : []), input.vocabulary],
      force: input.force,
    },
    make,
  );
  return { ...output, metrics: await readMetrics(store, output.artifact) };

  async function make(): Promise<ArtifactContent> {
    const links = someLinks(await loadLinks(store, input.pairs), MOST_QUERIES, seed);
    const loaded = await loadCodes(store, input.codes);
    const { tables, bits } = loaded;
    const coded = bucketCodes(loaded);
    const buckets = loaded.hasRoles ? bucketTables(coded) : sharedBucketTables(coded);
    const cap = maximumBucket > 0 ? maximumBucket : undefined;
    const shares = emptyShares(buckets, cap, links.degree);
    if (links.targets.length === 0) return contentOf([], shares);
    const graph = await loadLinkGraph(
      store,
      { affinity: input.pairs, filtered: input.filtered, postings },
      () => context.onProgress(0, 1),
    );
    const side = leftSide === '' ? undefined : await readSides(store, input.vocabulary, leftSide);
    const scorer =
      predicted &&
      (await keepScorer(store, { affinity: input.pairs, postings, ...predicted }, graph));
    const query = queryWay(graph, scorer);
    const model = input.model && (await loadModel(store, input.model));
    let asked = 0;
    const all = WAYS * links.queries.length;
    const queries = affordable(links.items, tables, bits);
    const measured = measureWays(
      {
        query: { way: query },
        ...(model && {
          vectors: { way: byVectors(unitVectors(model.embeddings, tables, bits)), queries },
        }),
        ...(scorer && !model && { vectors: { way: byFactors(scorer, links.items), queries } }),
        codes: {
          way: loaded.hasRoles
            ? byTwoCodes(twoCodes(loaded), bits / 8)
            : byHamming({ ...coded, shared: true }),
          queries,
        },
        buckets: { way: byBuckets(buckets, cap) },
        shuffledBuckets: { way: byBuckets(buckets, cap, permutation(links.items, seed, 0)) },
      },
      links,
      { seed, ...(side && { side }), tick: () => context.onProgress(asked++, all) },
    );
    return contentOf(measured, {
      ...shares,
      queryHubShare: hubShare(query, someLinks(links, LEAST_QUERIES, seed).queries, links.items),
    });
  }
}

/** As `query` answers first: the factors are those of the links that were not held out. */
function queryWay(graph: LinkGraph, scorer: PairScorer | undefined): Way {
  if (!scorer) return byList(graph, RELATION.isLike, LIST_ENTRIES);
  const relation = scorer.split === undefined ? RELATION.related : RELATION.goesWith;
  const predictor = neighbourPredictor(graph, scorer, LIST_ENTRIES);
  return byList(graph, relation, LIST_ENTRIES, predictor);
}

const WAYS = 7;
/** Items that ask: the standard error of a share is below a point then. */
const MOST_QUERIES = 3000;
/**
 * Of a list: longer than published ones are by default, so that cuts say what is behind their end.
 */
const LIST_ENTRIES = 200;
/** Products spent on ways that look at all items, and queries that they get in any case. */
const MAX_WORK = 2e9;
const LEAST_QUERIES = 1000;

/** Queries of a way that compares a query with all items. */
const affordable = (items: number, tables: number, bits: number): number =>
  Math.max(LEAST_QUERIES, Math.floor(MAX_WORK / (items * tables ** 2 * bits)));

/** D without the held-out pairs, and these. */
async function loadLinks(store: Store, reference: ArtifactReference): Promise<HeldOutLinks> {
  const artifact = await openArtifact(store, reference);
  const words = Number(artifact.manifest.facts['words']);
  const known = await readSparseRows(artifact, 'training.parquet', words);
  const part = await artifact.part('held-out.parquet');
  return heldOutLinks(await decodeParquet(part, HELD_OUT, 'held-out.parquet'), known);
}

/** Of each item 0 where it is of the first side. */
async function readSides(
  store: Store,
  vocabulary: ArtifactReference,
  leftSide: string,
): Promise<Uint8Array> {
  const words = await readWords(store, vocabulary);
  return Uint8Array.from(words, (word) => Number(!word.startsWith(`${leftSide}:`)));
}

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

async function contentOf(measured: readonly WayFigures[], more: Metrics): Promise<ArtifactContent> {
  const { metrics, intervals } = answerMetrics(measured);
  const rows = measured.flatMap(rowsOf);
  const table = {
    way: rows.map(({ way }) => way),
    weighing: rows.map(({ weighing }) => weighing),
    cut: Int32Array.from(rows, ({ cut }) => cut),
    share: Float64Array.from(rows, ({ share }) => share),
    error: Float64Array.from(rows, ({ error }) => error),
    answers: Float64Array.from(rows, ({ answers }) => answers),
    empty: Float64Array.from(rows, ({ empty }) => empty),
  };
  const named = { ...metrics, ...more };
  return {
    parts: [
      { name: 'metrics.json', bytes: toJson(named), rows: Object.keys(named).length },
      { name: 'intervals.json', bytes: toJson(intervals), rows: Object.keys(intervals).length },
      {
        name: 'answers.parquet',
        bytes: await encodeParquet(ANSWERS, table, { profile: 'internal' }),
        rows: rows.length,
      },
    ],
    rows: measured.length,
  };
}

function rowsOf({ way, figures }: WayFigures) {
  const { uniform, fair, byDegree, matched, errors, answers, empty } = figures;
  const row = (weighing: string, cut: number, share: number, error: number) => ({
    way,
    weighing,
    cut,
    share,
    error,
    answers,
    empty,
  });
  return [
    ...CUTS.map((cut, k) => row('uniform', cut, uniform[k]!, errors.uniform[k]!)),
    ...CUTS.map((cut, k) => row('fair', cut, fair[k]!, errors.fair[k]!)),
    row('matched', 10, matched, errors.matched),
    ...DEGREE_CLASSES.flatMap((least, which) =>
      Number.isNaN(byDegree[which]![0]!)
        ? []
        : CUTS.map((cut, k) => row(`degree ${least}`, cut, byDegree[which]![k]!, 0)),
    ),
  ];
}
