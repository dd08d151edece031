import { holdOut as holdOutKernel } from '../kernels/hold-out.ts';
import type { ArtifactReference } from '../schemas/artifact.ts';
import { AFFINITY, HELD_OUT } from '../schemas/tables.ts';
import { openArtifact } from '../store/artifacts.ts';
import { decodeParquet, encodeParquet } from '../store/parquet.ts';
import { rowOfEntries, toSparseRows } from './sparse-rows.ts';
import { produceArtifact, type StageContext, type StageInput, type StageOutput } from './stage-context.ts';

export interface HoldOutInput extends StageInput {
  affinity: ArtifactReference;
  pairs: number;
  seed: number;
}

export interface HoldOutOutput extends StageOutput {
  /** Ranges of rows for what comes next: range k is [batches[k], batches[k + 1]). */
  batches: number[];
}

const RANGE_ROWS = 4096;
const MOST_RANGES = 256;

/** Takes pairs out of D, in both orders, to measure hit rates on. Rows: held-out pairs. */
export async function holdOut(input: HoldOutInput, context: StageContext): Promise<HoldOutOutput> {
  const store = context.openStore(input.store);
  const { pairs, seed } = input;
  const recipe = { stage: 'hold-out', parameters: { pairs, seed }, inputs: [input.affinity], force: input.force } as const;
  const affinity = await openArtifact(store, input.affinity);
  const words = Number(affinity.manifest.facts['words']);
  const output = await produceArtifact(context, store, recipe, async () => {
    const table = await decodeParquet(await affinity.part('affinity.parquet'), AFFINITY, 'affinity.parquet');
    const { training, left, right } = holdOutKernel(toSparseRows(table, 0, words, 'affinity.parquet'), { pairs, seed });
    const columns = { row: rowOfEntries(training.offsets), column: new Int32Array(training.columns) };
    const parts = [
      { name: 'training.parquet', bytes: await encodeParquet(AFFINITY, columns, { dress: 'internal' }), rows: columns.row.length },
      { name: 'held-out.parquet', bytes: await encodeParquet(HELD_OUT, { left, right }, { dress: 'internal' }), rows: left.length },
    ];
    return { parts, rows: left.length, facts: { words, training: columns.row.length } };
  });
  return { ...output, batches: rangesOf(words) };
}

/** Ends of the ranges of rows that negatives are mined by: no more than MOST_RANGES. */
export function rangesOf(rows: number): number[] {
  const step = Math.max(RANGE_ROWS, Math.ceil(rows / MOST_RANGES));
  const starts = Array.from({ length: Math.ceil(rows / step) }, (_, at) => at * step);
  return [...starts, rows];
}
