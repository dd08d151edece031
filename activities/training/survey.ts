import { precisionRecall, sampleQueries } from '../../evaluation/precision-recall.ts';
import { retrieveByCode, sharedBucketTables } from '../../evaluation/retrieval.ts';
import { partitionRange } from '../../hashers/tournament.ts';
import { binarize } from '../../kernels/numbers/binarize.ts';
import { bucketNegatives } from '../../kernels/training/bucket-negatives.ts';
import { planRevival } from '../../kernels/training/revive.ts';
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

export interface SurveyInput {
  learning: LearningInput;
  /** Epochs done. */
  epoch: number;
  /** The states of all partitions after them. */
  states: ArtifactReference[];
}

export interface SurveyOutput {
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
 * Between two rounds, what only all codes together can tell: how well they retrieve, which items
 * share a bucket without a link (negatives of the next round) and where embeddings that are alone
 * move (applied as the next round reads its states). One state in memory at a time. Rows: moves and
 * negatives.
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
  const isReviving = share >= training.reviveFrom && share < training.reviveTo;
  const moves = isReviving
    ? planRevival(buckets, codes, affinity)
    : { item: new Int32Array(0), table: new Int32Array(0), source: new Uint32Array(0) };
  const code = codesOf(codes, bits / 8, moves.source);
  for (const [k, item] of moves.item.entries())
    codes.set(
      code.subarray((k * bits) / 8, ((k + 1) * bits) / 8),
      ((item * tables + moves.table[k]!) * bits) / 8,
    );
  const settled = moves.item.length > 0 ? sharedBuckets(codes, tables, bits / 8) : buckets;
  const draws = training.bucketPerPositive > 0 && share >= training.bucketFrom;
  const negatives = draws
    ? bucketNegatives(settled, affinity, { perRow: PER_ROW, seed, epoch })
    : { offsets: new Uint32Array(words + 1), columns: new Uint32Array(0) };
  const row = rowOfEntries(negatives.offsets);
  const parts = [
    {
      name: 'moves.parquet',
      bytes: await encodeParquet(
        codesSchema(bits),
        { item: moves.item, table: moves.table, code },
        { profile: 'internal' },
      ),
      rows: moves.item.length,
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
  return {
    parts,
    rows: moves.item.length + row.length,
    facts: { precision, recall, f1, hitRate, moves: moves.item.length },
  };
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

/** (sources, d / 8): the codes of these embeddings, which keep them: a source is never alone. */
function codesOf(codes: Uint8Array, codeBytes: number, sources: Uint32Array): Uint8Array {
  const picked = new Uint8Array(sources.length * codeBytes);
  for (const [k, source] of sources.entries())
    picked.set(codes.subarray(source * codeBytes, (source + 1) * codeBytes), k * codeBytes);
  return picked;
}
