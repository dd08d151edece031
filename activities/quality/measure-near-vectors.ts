import { hubShare } from '../../evaluation/answers/hub-share.ts';
import {
  FAR,
  measureNearest,
  type NearestTruth,
  nearestWays,
} from '../../evaluation/answers/nearest-answers.ts';
import type { Answers, Way } from '../../evaluation/answers/way.ts';
import { emptyLookups } from '../../evaluation/empty-lookups.ts';
import { nearestSoFar } from '../../evaluation/nearest-so-far.ts';
import { bucketTables } from '../../evaluation/retrieval.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import type { Configuration } from '../../schemas/configuration.ts';
import type { ReadingRules } from '../../schemas/reading-rules.ts';
import type { Metrics } from '../../schemas/run.ts';
import { openArtifact } from '../../store/artifacts.ts';
import { type ArtifactContent, produceArtifact } from '../stage/produce-artifact.ts';
import type { StageContext, StageInput, StageOutput } from '../stage/stage.ts';
import { loadCodes } from '../training/load-codes.ts';
import { nearestContent } from './answers-content.ts';
import { bucketWays, bytesOfParts, inMemory } from './bucket-ways.ts';
import { cellLists } from './cell-lists.ts';
import { readMetrics } from './read-metrics.ts';
import { readNames } from './report-sources.ts';
import { evenly } from './sampled-items.ts';
import { vectorWalk } from './walk-vectors.ts';

declare module '../stages.ts' {
  interface Stages {
    measureNearVectors: typeof measureNearVectors;
  }
}

interface MeasureNearVectorsInput extends StageInput {
  files: ArtifactReference;
  reading: ReadingRules;
  vectors: Configuration['vectors'];
  encoded: ArtifactReference;
  cells: ArtifactReference;
  /** What is published of them, for its sizes. */
  exported: ArtifactReference;
  /** Entries of a published list; 0: there are none. */
  top: number;
  /** Buckets of more items give nothing, as in a lookup; 0: all do. */
  maximumBucket: number;
  seed: number;
}

interface MeasureNearVectorsOutput extends StageOutput {
  metrics: Metrics;
}

/**
 * Items that ask: fewer of many, for multiplications spent on their exact neighbours, and items
 * that a way looks at which looks at all.
 */
const MAX_QUERIES = 1000;
const MAX_WORK = 1e10;
const MAX_LOOKED_AT = 5e7;
/** Ids by number and codes are held in memory: of more items empty lookups alone are counted. */
const MAX_ITEMS = 5_000_000;

/**
 * How many of the exact nearest, by the cosine of all vectors, each way of answering finds: lists,
 * cells, codes and buckets, beside buckets of chance and the same answers to all. Rows: ways.
 */
export async function measureNearVectors(
  input: MeasureNearVectorsInput,
  context: StageContext,
): Promise<MeasureNearVectorsOutput> {
  const store = context.openStore(input.store);
  const { vectors, reading, top, maximumBucket, seed } = input;
  const { id, vector } = vectors;
  const output = await produceArtifact(
    context,
    store,
    {
      stage: 'answers',
      parameters: { id, vector, reading, top, maximumBucket, seed },
      inputs: [input.files, input.encoded, input.cells, input.exported],
      force: input.force,
    },
    make,
  );
  return { ...output, metrics: await readMetrics(store, output.artifact) };

  async function make(): Promise<ArtifactContent> {
    const { codes, tables, bits, items } = await loadCodes(store, input.encoded);
    const coded = { codes, tables, codeBytes: bits / 8, shared: false };
    const buckets = bucketTables(coded);
    const cap = maximumBucket > 0 ? maximumBucket : undefined;
    const empty = emptyLookups(buckets, cap).filter(Boolean).length / items;
    const hasLists = top > 0 && items > 1;
    const shares = { emptyLookups: empty, withoutAnswer: hasLists ? 0 : empty };
    const progress = (done: number, total: number) => context.onProgress(done, total);
    const truth = await nearestVectors(items);
    if (!truth || items < 2) return await nearestContent([], shares);
    const bytesOf = await bytesOfParts(store, input.exported, items);
    const ofCells = await bytesOfParts(store, input.cells, items);
    const lists = await cellLists(store, input.cells, truth.queries, progress);
    const whole = (query: number): Required<Answers> => lists.get(query) ?? NOTHING;
    const published: Way = (query) => {
      const { items: numbers, scores } = whole(query);
      return { items: numbers.subarray(0, top), scores: scores.subarray(0, top) };
    };
    const { exact, popularity } = nearestWays(truth);
    const measured = measureNearest(
      {
        ...(hasLists && {
          query: { way: published, cost: { bytes: bytesOf(/^neighbours\.pages$/), rounds: 1 } },
        }),
        // The cells of the nearest groups; then the nearest of these cells, all at once.
        cells: { way: whole, cost: { bytes: ofCells(/^cells\./), rounds: 2 } },
        exact: { ...exact!, cost: inMemory(4 * (await dimensionsOf())) },
        ...bucketWays({ coded, buckets, maximumBucket: cap, seed, bytesOf }),
        popularity: popularity!,
      },
      truth,
      progress,
    );
    const answering = hasLists ? published : whole;
    return await nearestContent(measured, {
      ...shares,
      queryHubShare: hubShare(answering, truth.queries, items),
      queries: truth.queries.length,
    });
  }

  async function dimensionsOf(): Promise<number> {
    return Number((await openArtifact(store, input.encoded)).manifest.facts['dimensions']);
  }

  /** Undefined of too many items. */
  async function nearestVectors(items: number): Promise<NearestTruth | undefined> {
    if (items > MAX_ITEMS) return undefined;
    const dimensions = await dimensionsOf();
    const { names } = await readNames(store, input.encoded);
    const { files } = input;
    const walk = await vectorWalk({ files, reading, vectors, dimensions, names }, store, context);
    const most = Math.floor(Math.min(MAX_WORK / dimensions, MAX_LOOKED_AT) / items);
    const queries = evenly(items, Math.max(1, Math.min(MAX_QUERIES, most)));
    const asked = new Map(Array.from(queries, (number, at) => [number, at]));
    const own = new Float32Array(queries.length * dimensions);
    await walk((number, values) => {
      const query = asked.get(number);
      if (query !== undefined) own.set(values, query * dimensions);
    });
    const nearest = nearestSoFar(queries.length, FAR);
    await walk((number, values) => {
      for (let query = 0, at = 0; query < queries.length; query++) {
        let cosine = 0;
        for (let k = 0; k < dimensions; k++, at++) cosine += own[at]! * values[k]!;
        if (queries[query] !== number) nearest.take(query, number, cosine);
      }
    });
    return { items, queries, nearest: Array.from(queries, (_, query) => nearest.of(query)) };
  }
}

const NOTHING = { items: new Uint32Array(0), scores: new Float32Array(0) };
