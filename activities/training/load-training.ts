import { partitionRange } from '../../hashers/tournament.ts';
import type { BlockSide, SparseRows } from '../../kernels/training/train-rows.ts';
import {
  initializePartition,
  type PartitionState,
} from '../../kernels/training/train-partition.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import { Failure } from '../../schemas/failures.ts';
import { AFFINITY, NEGATIVES } from '../../schemas/tables.ts';
import { decodeDense, encodeDense } from '../../store/tables/arrow-ipc.ts';
import { openArtifact } from '../../store/artifacts.ts';
import { decodeParquet } from '../../store/tables/parquet.ts';
import type { Store } from '../../store/store.ts';
import { loadModel } from './load-model.ts';
import { concatenateInt32, toSparseRows } from '../affinity/load-sparse-rows.ts';
import { type LearningInput, minedOf } from './name-training.ts';
import { readWords } from '../words/read-vocabulary.ts';

interface Tables {
  key: string;
  affinity: { row: Int32Array; column: Int32Array };
  negatives: { row: Int32Array; column: Int32Array };
}

/** One run's tables are kept in a thread: every visit to a block needs them. */
let kept: Tables | undefined;

/** One side of a block: the partition's state with its rows of D and of negatives. */
export async function loadSide(
  store: Store,
  learning: LearningInput,
  partition: number,
  state: ArtifactReference | null,
  survey: ArtifactReference | null,
): Promise<BlockSide> {
  const { words, training } = learning;
  const { first, end } = partitionRange(words, training.partitions, partition);
  const tables = await loadTables(store, learning);
  const sparse = (table: Tables['affinity'], where: string): SparseRows =>
    toSparseRows(table, first, end - first, where);
  const surveyed = survey && (await loadSurvey(store, survey));
  const side = {
    state: state
      ? await readState(store, state, first)
      : await initialState(store, learning, first, end - first),
    affinity: sparse(tables.affinity, 'training D'),
    negatives: sparse(tables.negatives, 'hard negatives'),
  };
  if (!surveyed) return side;
  return { ...side, bucketed: sparse(surveyed.negatives, 'negatives from buckets') };
}

/** Random; of words that the warm start knows, its embeddings. */
async function initialState(
  store: Store,
  { seed, training: { tables, bits }, warm }: LearningInput,
  first: number,
  rows: number,
): Promise<PartitionState> {
  const state = initializePartition(seed, first, rows, tables, bits);
  if (!warm) return state;
  const { embeddings } = await loadModel(store, warm.model);
  const places = new Map((await readWords(store, warm.vocabulary)).map((word, at) => [word, at]));
  const width = tables * bits;
  for (const [row, word] of (await readWords(store, warm.own))
    .slice(first, first + rows)
    .entries()) {
    const place = places.get(word);
    if (place !== undefined)
      state.embeddings.set(embeddings.subarray(place * width, (place + 1) * width), row * width);
  }
  return state;
}

interface Survey {
  key: string;
  negatives: { row: Int32Array; column: Int32Array };
}

let keptSurvey: Survey | undefined;

async function loadSurvey(store: Store, reference: ArtifactReference): Promise<Survey> {
  if (keptSurvey?.key === reference.key) return keptSurvey;
  keptSurvey = undefined;
  const artifact = await openArtifact(store, reference);
  const negatives = await decodeParquet(
    await artifact.part('negatives.parquet'),
    NEGATIVES,
    'negatives.parquet',
  );
  keptSurvey = { key: reference.key, negatives };
  return keptSurvey;
}

async function loadTables(store: Store, learning: LearningInput): Promise<Tables> {
  const key = JSON.stringify([
    store.uri,
    learning.pairs.key,
    learning.perRow,
    learning.over,
    learning.mineSeed ?? learning.seed,
  ]);
  if (kept?.key === key) return kept;
  kept = undefined;
  const pairs = await openArtifact(store, learning.pairs);
  const affinity = await decodeParquet(
    await pairs.part('training.parquet'),
    AFFINITY,
    'training.parquet',
  );
  const parts: { row: Int32Array; column: Int32Array }[] = [];
  for (const [at, to] of learning.batches.slice(1).entries()) {
    const mined = await openArtifact(
      store,
      minedOf(learning, { from: learning.batches[at] ?? 0, to }),
    );
    parts.push(
      await decodeParquet(await mined.part('negatives.parquet'), NEGATIVES, 'negatives.parquet'),
    );
  }
  const negatives = {
    row: concatenateInt32(parts.map(({ row }) => row)),
    column: concatenateInt32(parts.map(({ column }) => column)),
  };
  kept = { key, affinity, negatives };
  return kept;
}

const COLUMNS = ['embedding', 'moment1', 'moment2'] as const;

/**
 * A partition's state as Arrow: embeddings and Adam's moments, FixedSizeList<float32>[L * d] a row.
 */
export async function writeState(state: PartitionState, width: number): Promise<Uint8Array> {
  const arrays = [state.embeddings, state.moment1, state.moment2];
  const columns = COLUMNS.map((name, at) => ({ name, width, values: arrays[at]! }));
  return await encodeDense(columns, {
    firstRow: String(state.firstRow),
    steps: String(state.steps),
  });
}

export async function readState(
  store: Store,
  reference: ArtifactReference,
  firstRow: number,
): Promise<PartitionState> {
  const artifact = await openArtifact(store, reference);
  const where = `state.arrow of block/${reference.key}`;
  const { columns, metadata } = await decodeDense(await artifact.part('state.arrow'), where);
  const [embeddings, moment1, moment2] = COLUMNS.map(
    (name) => columns.find((column) => column.name === name)?.values,
  );
  if (!embeddings || !moment1 || !moment2 || metadata['firstRow'] !== String(firstRow)) {
    throw new Failure(
      'IntegrityError',
      `${where}: expected columns ${COLUMNS.join(', ')} from row ${firstRow}, found ` +
        `${columns.map(({ name }) => name).join(', ')} from row ${metadata['firstRow']}`,
    );
  }
  return { firstRow, embeddings, moment1, moment2, steps: Number(metadata['steps']) };
}
