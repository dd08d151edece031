import { evaluate as evaluateCodes } from '../../evaluation/evaluate.ts';
import { openDictionary } from '../../evaluation/words/open-dictionary.ts';
import { partOfPairs, partOfTruth } from '../../evaluation/query-parts.ts';
import { wordSenses } from '../../evaluation/words/word-similarity.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import type { Metrics } from '../../schemas/run.ts';
import type { QueryPart } from '../../schemas/word-experiment.ts';
import { AFFINITY, CANDIDATES, HELD_OUT, VOCABULARY } from '../../schemas/tables.ts';
import { openArtifact } from '../../store/artifacts.ts';
import { decodeParquet, encodeParquet } from '../../store/tables/parquet.ts';
import { toJson } from '../stage/json-object.ts';
import { readMetrics } from './read-metrics.ts';
import { bucketCodes, loadCodes, twoCodes } from '../training/load-codes.ts';
import { loadModel } from '../training/load-model.ts';
import { toSparseRows } from '../affinity/load-sparse-rows.ts';
import { type StageContext, type StageInput, type StageOutput } from '../stage/stage.ts';
import { type ArtifactContent, produceArtifact } from '../stage/produce-artifact.ts';

declare module '../stages.ts' {
  interface Stages {
    evaluate: typeof evaluate;
  }
}

interface EvaluateInput extends StageInput {
  codes: ArtifactReference;
  /** The embeddings, where codes are their signs. */
  model?: ArtifactReference;
  affinity: ArtifactReference;
  pairs: ArtifactReference;
  /** The words, for `wordnet`. */
  vocabulary: ArtifactReference;
  queries: number;
  /** Buckets of more items give nothing, as in a lookup; 0 or absent: all do. */
  maximumBucket?: number;
  /** Folder of a dictionary on this machine, or the package; empty: no Wu-Palmer similarity. */
  wordnet: string;
  seed: number;
  /** Only this half of the words as queries, and of the held-out pairs; all when absent. */
  part?: QueryPart;
}

interface EvaluateOutput extends StageOutput {
  metrics: Metrics;
}

/**
 * All metrics of the codes: against D, on the held-out pairs, against the embeddings, and of words
 * by WordNet. Rows: metrics.
 */
export async function evaluate(
  input: EvaluateInput,
  context: StageContext,
): Promise<EvaluateOutput> {
  const store = context.openStore(input.store);
  const { queries, seed, part, maximumBucket = 0 } = input;
  const dictionary = input.wordnet === '' ? undefined : await openDictionary(input.wordnet);
  const parameters = {
    queries,
    seed,
    ...(maximumBucket > 0 && { maximumBucket }),
    ...(part && { part }),
    ...(dictionary && { wordnet: dictionary.digest }),
  };
  const inputs = [
    input.codes,
    ...(input.model ? [input.model] : []),
    input.affinity,
    input.pairs,
    ...(dictionary ? [input.vocabulary] : []),
  ];
  const output = await produceArtifact(
    context,
    store,
    { stage: 'evaluate', parameters, inputs, force: input.force },
    make,
  );
  return { ...output, metrics: await readMetrics(store, output.artifact) };

  async function make(): Promise<ArtifactContent> {
    const loaded = await loadCodes(store, input.codes);
    const { items } = loaded;
    const model = input.model && (await loadModel(store, input.model));
    const affinity = await openArtifact(store, input.affinity);
    const d = await decodeParquet(
      await affinity.part('affinity.parquet'),
      AFFINITY,
      'affinity.parquet',
    );
    const pairs = await openArtifact(store, input.pairs);
    const heldOut = await decodeParquet(
      await pairs.part('held-out.parquet'),
      HELD_OUT,
      'held-out.parquet',
    );
    const { offsets, columns } = toSparseRows(d, 0, items, 'affinity.parquet');
    const vocabulary = dictionary && (await openArtifact(store, input.vocabulary));
    const words =
      vocabulary &&
      (
        await decodeParquet(
          await vocabulary.part('vocabulary.parquet'),
          VOCABULARY,
          'vocabulary.parquet',
        )
      ).word;
    const senses = words && wordSenses(words, dictionary.wordnet);
    const tick = () => context.onProgress(1, 2);
    const all = { rowOffsets: offsets, columns };
    const truth = part ? partOfTruth(all, part, seed) : all;
    const { metrics, intervals, candidates } = evaluateCodes({
      ...bucketCodes(loaded),
      ...(loaded.hasRoles && { askedBy: twoCodes(loaded) }),
      ...(model && { shared: true, embeddings: model.embeddings }),
      truth,
      heldOut: part ? partOfPairs(heldOut, part, seed) : heldOut,
      ...(senses && { senses }),
      queries,
      seed,
      tick,
      ...(maximumBucket > 0 && { maximumBucket }),
    });
    const rows = Object.keys(metrics).length;
    const table = {
      tables: Int32Array.from(candidates, (row) => row.tables),
      bits: Int32Array.from(candidates, (row) => row.bits),
      radius: Int32Array.from(candidates, (row) => row.radius),
      candidates: Float64Array.from(candidates, (row) => row.candidates),
      recall: Float64Array.from(candidates, (row) => row.recall),
      recallOfD: Float64Array.from(candidates, (row) => row.recallOfD),
    };
    return {
      parts: [
        { name: 'metrics.json', bytes: toJson(metrics), rows },
        { name: 'intervals.json', bytes: toJson(intervals), rows: Object.keys(intervals).length },
        {
          name: 'candidates.parquet',
          bytes: await encodeParquet(CANDIDATES, table, { profile: 'internal' }),
          rows: candidates.length,
        },
      ],
      rows,
    };
  }
}
