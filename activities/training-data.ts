import { partitionRange } from '../hashers/tournament.ts';
import type { BlockSide, SparseRows } from '../kernels/train-rows.ts';
import { initializePartition, type PartitionState } from '../kernels/train-partition.ts';
import type { ArtifactReference } from '../schemas/artifact.ts';
import { Failure } from '../schemas/failures.ts';
import { AFFINITY, NEGATIVES } from '../schemas/tables.ts';
import { decodeDense, encodeDense } from '../store/arrow-ipc.ts';
import { openArtifact } from '../store/artifacts.ts';
import { decodeParquet } from '../store/parquet.ts';
import type { Store } from '../store/store.ts';
import { mineArtifact } from './mined-artifacts.ts';
import { concatenateInt32, toSparseRows } from './sparse-rows.ts';
import type { LearningInput } from './training-artifacts.ts';

interface Tables {
  key: string;
  affinity: { row: Int32Array; column: Int32Array };
  negatives: { row: Int32Array; column: Int32Array };
}

/** One run's tables are kept in a thread: every visit to a block needs them. */
let kept: Tables | undefined;

/** One side of a block: the partition's state with its rows of D and of the hard negatives. */
export async function loadSide(store: Store, learning: LearningInput, partition: number, state: ArtifactReference | null): Promise<BlockSide> {
  const { words, training, seed } = learning;
  const { first, end } = partitionRange(words, training.partitions, partition);
  const tables = await loadTables(store, learning);
  const sparse = (table: Tables['affinity'], where: string): SparseRows => toSparseRows(table, first, end - first, where);
  return {
    state: state ? await readState(store, state, first) : initializePartition(seed, first, end - first, training.tables, training.bits),
    affinity: sparse(tables.affinity, 'training D'),
    negatives: sparse(tables.negatives, 'hard negatives'),
  };
}

async function loadTables(store: Store, learning: LearningInput): Promise<Tables> {
  const key = JSON.stringify([store.uri, learning.pairs.key, learning.perRow, learning.seed]);
  if (kept?.key === key) return kept;
  kept = undefined;
  const pairs = await openArtifact(store, learning.pairs);
  const affinity = await decodeParquet(await pairs.part('training.parquet'), AFFINITY, 'training.parquet');
  const parts: { row: Int32Array; column: Int32Array }[] = [];
  for (const [at, to] of learning.batches.slice(1).entries()) {
    const { artifact } = mineArtifact(learning, { from: learning.batches[at] ?? 0, to });
    const mined = await openArtifact(store, artifact);
    parts.push(await decodeParquet(await mined.part('negatives.parquet'), NEGATIVES, 'negatives.parquet'));
  }
  const negatives = { row: concatenateInt32(parts.map(({ row }) => row)), column: concatenateInt32(parts.map(({ column }) => column)) };
  kept = { key, affinity, negatives };
  return kept;
}

const COLUMNS = ['embedding', 'moment1', 'moment2'] as const;

/** A partition's state as Arrow: embeddings and Adam's moments, FixedSizeList<float32>[L * d] a row. */
export async function writeState(state: PartitionState, width: number): Promise<Uint8Array> {
  const arrays = [state.embeddings, state.moment1, state.moment2];
  const columns = COLUMNS.map((name, at) => ({ name, width, values: arrays[at]! }));
  return await encodeDense(columns, { firstRow: String(state.firstRow), steps: String(state.steps) });
}

export async function readState(store: Store, reference: ArtifactReference, firstRow: number): Promise<PartitionState> {
  const artifact = await openArtifact(store, reference);
  const where = `state.arrow of block/${reference.key}`;
  const { columns, metadata } = await decodeDense(await artifact.part('state.arrow'), where);
  const [embeddings, moment1, moment2] = COLUMNS.map((name) => columns.find((column) => column.name === name)?.values);
  if (!embeddings || !moment1 || !moment2 || metadata['firstRow'] !== String(firstRow)) {
    throw new Failure('IntegrityError', `${where}: expected columns ${COLUMNS.join(', ')} from row ${firstRow}, found ${columns.map(({ name }) => name).join(', ')} from row ${metadata['firstRow']}`);
  }
  return { firstRow, embeddings, moment1, moment2, steps: Number(metadata['steps']) };
}
