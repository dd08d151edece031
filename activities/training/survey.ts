import { precisionRecall, sampleQueries } from '../../evaluation/precision-recall.ts';
import { retrieveByCode, sharedBucketTables } from '../../evaluation/retrieval.ts';
import { partitionRange } from '../../hashers/tournament.ts';
import { binarize } from '../../kernels/numbers/binarize.ts';
import { bucketNegatives } from '../../kernels/training/bucket-negatives.ts';
import { rowOfEntries } from '../../kernels/numbers/row-of-entries.ts';
import { sharedBuckets } from '../../kernels/codes/shared-buckets.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import { codes as codesSchema, HELD_OUT, NEGATIVES } from '../../schemas/tables.ts';
import { openArtifact } from '../../store/artifacts.ts';
import { decodeParquet, encodeParquet } from '../../store/tables/parquet.ts';
import type { Store } from '../../store/store.ts';
import { readSparseRows } from '../affinity/load-sparse-rows.ts';
import { type StageContext } from '../stage/stage.ts';
import { type LearningInput, surveyArtifact } from './name-training.ts';
import { readState } from './load-training.ts';
import { type ArtifactContent, produceArtifact } from '../stage/produce-artifact.ts';

declare module '../stages.ts' {
  interface Stages {
    survey: typeof survey;
  }
}

interface SurveyInput {
  learning: LearningInput;
  /** Epochs done. */
  epoch: number;
  /** The states of all partitions after them. */
  states: ArtifactReference[];
}

interface SurveyOutput {
  artifact: ArtifactReference;
  /** Against the training D, on a sample of its words. */
  precision: number;
  recall: number;
  f1: number;
  /** Share of held-out pairs that share a code. */
  hitRate: number;
}

const QUERIES = 1000;
/**
 * Negatives from buckets kept a row; an epoch draws about its positives times bucketPerPositive of
 * them.
 */
const PER_ROW = 64;

/**
 * Between two rounds, what only all codes together can tell: how well they retrieve, and which
 * items share a bucket without a link (negatives of the next round). One state in memory at a time.
 * Rows: negatives.
 */
export async function survey(input: SurveyInput, context: StageContext): Promise<SurveyOutput> {
  const { learning, epoch, states } = input;
  const store = context.openStore(learning.store);
  const { parameters, inputs } = surveyArtifact(learning, epoch, states);
  const recipe = { stage: 'survey', parameters, inputs, force: learning.force } as const;
  const { artifact, facts } = await produceArtifact(context, store, recipe, () =>
    lookAt(input, store, context),
  );
  const figure = (name: string) => Number(facts[name]);
  return {
    artifact,
    precision: figure('precision'),
    recall: figure('recall'),
    f1: figure('f1'),
    hitRate: figure('hitRate'),
  };
}

async function lookAt(
  input: SurveyInput,
  store: Store,
  context: StageContext,
): Promise<ArtifactContent> {
  const { learning, epoch } = input;
  const { words, training, seed } = learning;
  const { tables, bits } = training;
  const codes = await readCodes(input, store, context);
  const pairs = await openArtifact(store, learning.pairs);
  const affinity = await readSparseRows(pairs, 'training.parquet', words);
  const heldOut = await decodeParquet(
    await pairs.part('held-out.parquet'),
    HELD_OUT,
    'held-out.parquet',
  );
  const buckets = sharedBuckets(codes, tables, bits / 8);

  const retrieve = retrieveByCode(sharedBucketTables({ codes, tables, codeBytes: bits / 8 }));
  const truth = { rowOffsets: affinity.offsets, columns: affinity.columns };
  const { precision, recall, f1 } = precisionRecall(
    retrieve,
    truth,
    sampleQueries(truth, words, QUERIES, seed),
  );
  let hits = 0;
  for (const [k, left] of heldOut.left.entries())
    if (retrieve(left).includes(heldOut.right[k]!)) hits += 1;
  const hitRate = heldOut.left.length > 0 ? hits / heldOut.left.length : 0;

  const share = epoch / training.epochs;
  const draws = training.bucketPerPositive > 0 && share >= training.bucketFrom;
  const negatives = draws
    ? bucketNegatives(buckets, affinity, { perRow: PER_ROW, seed, epoch })
    : { offsets: new Uint32Array(words + 1), columns: new Uint32Array(0) };
  const row = rowOfEntries(negatives.offsets);
  const parts = [
    {
      // Once held the embeddings that were to move; it stays for the bytes of this version's
      // surveys.
      name: 'moves.parquet',
      bytes: await encodeParquet(
        codesSchema(bits),
        { item: new Int32Array(0), table: new Int32Array(0), code: new Uint8Array(0) },
        { profile: 'internal' },
      ),
      rows: 0,
    },
    {
      name: 'negatives.parquet',
      bytes: await encodeParquet(
        NEGATIVES,
        { row, column: new Int32Array(negatives.columns) },
        { profile: 'internal' },
      ),
      rows: row.length,
    },
  ];
  return { parts, rows: row.length, facts: { precision, recall, f1, hitRate } };
}

/** (V, L, d / 8) of all partitions. */
async function readCodes(
  { learning: { words, training }, states }: SurveyInput,
  store: Store,
  context: StageContext,
): Promise<Uint8Array> {
  const { tables, bits, partitions } = training;
  const width = (tables * bits) / 8;
  const codes = new Uint8Array(words * width);
  for (const [p, reference] of states.entries()) {
    context.onProgress(p, partitions);
    const { first, end } = partitionRange(words, partitions, p);
    const { embeddings } = await readState(store, reference, first);
    binarize(embeddings, tables, bits, codes.subarray(first * width, end * width));
  }
  return codes;
}
