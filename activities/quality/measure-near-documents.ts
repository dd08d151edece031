import { hubShare } from '../../evaluation/answers/hub-share.ts';
import {
  FAR,
  measureNearest,
  type NearestTruth,
  nearestWays,
} from '../../evaluation/answers/nearest-answers.ts';
import type { MeasuredWays } from '../../evaluation/answers/measure-ways.ts';
import type { Way } from '../../evaluation/answers/way.ts';
import { emptyLookups } from '../../evaluation/empty-lookups.ts';
import { bucketTables } from '../../evaluation/retrieval.ts';
import type { TrainingDocuments } from '../../hashers/documents/training-documents.ts';
import {
  type DocumentGraph,
  documentGraph,
  documentLister,
} from '../../kernels/documents/near-documents.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import type { Metrics } from '../../schemas/run.ts';
import { loadWeighed } from '../documents/load-weighed.ts';
import { type ArtifactContent, produceArtifact } from '../stage/produce-artifact.ts';
import type { StageContext, StageInput, StageOutput } from '../stage/stage.ts';
import { loadCodes } from '../training/load-codes.ts';
import { nearestContent } from './answers-content.ts';
import { bucketWays, bytesOfParts, inMemory } from './bucket-ways.ts';
import { cellLists } from './cell-lists.ts';
import { readMetrics } from './read-metrics.ts';
import { scattered } from './sampled-items.ts';

declare module '../stages.ts' {
  interface Stages {
    measureNearDocuments: typeof measureNearDocuments;
  }
}

interface MeasureNearDocumentsInput extends StageInput {
  weighed: ArtifactReference;
  encoded: ArtifactReference;
  /** Cells of outputs; absent where the method has none. */
  cells?: ArtifactReference;
  /** What is published of them, for its sizes. */
  exported: ArtifactReference;
  /** Entries of a published list; 0: there are none. */
  top: number;
  /** Documents that are met for a list. */
  postings: number;
  /** Buckets of more items give nothing, as in a lookup; 0: all do. */
  maximumBucket: number;
  seed: number;
}

interface MeasureNearDocumentsOutput extends StageOutput {
  metrics: Metrics;
}

/** Documents that ask, and those that are met to find their exact neighbours, with repeats. */
const MAX_QUERIES = 1000;
const MAX_WORK = 2e9;

/**
 * How many of the exact nearest, by the cosine of all weighed words, each way of answering finds:
 * lists, cells of outputs, codes and buckets, beside buckets of chance and the same answers to all;
 * and how many answers share a label, where there are labels. Rows: ways.
 */
export async function measureNearDocuments(
  input: MeasureNearDocumentsInput,
  context: StageContext,
): Promise<MeasureNearDocumentsOutput> {
  const store = context.openStore(input.store);
  const { cells, top, postings, maximumBucket, seed } = input;
  const output = await produceArtifact(
    context,
    store,
    {
      stage: 'answers',
      parameters: { top, postings, maximumBucket, seed },
      inputs: [input.weighed, input.encoded, ...(cells ? [cells] : []), input.exported],
      force: input.force,
    },
    make,
  );
  return { ...output, metrics: await readMetrics(store, output.artifact) };

  async function make(): Promise<ArtifactContent> {
    const { all } = await loadWeighed(store, input.weighed);
    const { codes, tables, bits, items } = await loadCodes(store, input.encoded);
    const coded = { codes, tables, codeBytes: bits / 8, shared: false };
    const buckets = bucketTables(coded);
    const cap = maximumBucket > 0 ? maximumBucket : undefined;
    const graph = documentGraph(all.rows, { count: all.terms, postings });
    const shares = {
      emptyLookups: emptyLookups(buckets, cap).filter(Boolean).length / items,
      withoutAnswer: lonely(graph) / items,
    };
    const progress = (done: number, total: number) => context.onProgress(done, total);
    const truth = nearestDocuments(all, progress);
    if (truth.nearest.every(({ length }) => length === 0)) return await nearestContent([], shares);
    const bytesOf = await bytesOfParts(store, input.exported, items);
    const list = documentLister(graph, Math.max(1, top));
    const query: Way = (document) => {
      const { numbers, scores, size } = list(document);
      return {
        items: Uint32Array.from(numbers.subarray(0, size)),
        scores: Float32Array.from(scores.subarray(0, size)),
      };
    };
    const ofLists: MeasuredWays =
      top > 0
        ? { query: { way: query, cost: { bytes: bytesOf(/^neighbours\.pages$/), rounds: 1 } } }
        : {};
    const ofCells: MeasuredWays = {};
    if (cells) {
      const lists = await cellLists(store, cells, truth.queries, progress);
      const cost = { bytes: (await bytesOfParts(store, cells, items))(/^cells\./), rounds: 2 };
      ofCells.cells = { way: (document) => lists.get(document) ?? NOTHING, cost };
    }
    const { exact, popularity } = nearestWays(truth);
    const measured = measureNearest(
      {
        ...ofLists,
        ...ofCells,
        // A term and its weight, 8 bytes.
        exact: { ...exact!, cost: inMemory((8 * all.rows.terms.length) / items) },
        ...bucketWays({ coded, buckets, maximumBucket: cap, seed, bytesOf }),
        popularity: popularity!,
      },
      truth,
      progress,
    );
    return await nearestContent(measured, {
      ...shares,
      ...(top > 0 && { queryHubShare: hubShare(query, truth.queries, items) }),
      queries: truth.queries.length,
    });
  }
}

const NOTHING = { items: new Uint32Array(0), scores: new Float32Array(0) };

/** Documents that share no word with another: no list answers for them. */
function lonely({ rows, starts }: DocumentGraph): number {
  let count = 0;
  for (let row = 0; row + 1 < rows.offsets.length; row++) {
    let isShared = false;
    for (let at = rows.offsets[row]!; at < rows.offsets[row + 1]! && !isShared; at++) {
      const term = rows.terms[at]!;
      isShared = rows.weights[at]! !== 0 && starts[term + 1]! - starts[term]! > 1;
    }
    if (!isShared) count++;
  }
  return count;
}

/** By an index of all words without a bound on what is met, so that nothing near is missed. */
function nearestDocuments(
  { rows, terms, labels }: TrainingDocuments,
  onProgress: (done: number, total: number) => void,
): NearestTruth {
  const items = rows.offsets.length - 1;
  const graph = documentGraph(rows, { count: terms, postings: Infinity });
  const list = documentLister(graph, FAR);
  const found = new Map<number, Uint32Array>();
  let met = 0;
  const order = scattered(items, MAX_QUERIES);
  for (const document of order) {
    if (met > MAX_WORK) break;
    onProgress(found.size, order.length);
    for (let at = rows.offsets[document]!; at < rows.offsets[document + 1]!; at++)
      met += graph.starts[rows.terms[at]! + 1]! - graph.starts[rows.terms[at]!]!;
    const { numbers, size } = list(document);
    found.set(document, Uint32Array.from(numbers.subarray(0, size)));
  }
  const queries = Uint32Array.from(found.keys()).sort();
  const labelsOf = (document: number): Int32Array =>
    labels.values.subarray(labels.offsets[document], labels.offsets[document + 1]);
  return {
    items,
    queries,
    nearest: Array.from(queries, (query) => found.get(query)!),
    ...(labels.count > 0 && {
      labelMates: (query: number) => {
        const own = new Set(labelsOf(query));
        return (item: number) => labelsOf(item).some((label) => own.has(label));
      },
    }),
  };
}
