import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chooseHeldOut } from '../../kernels/affinity/choose-held-out.ts';
import { holdOut as holdOutKernel } from '../../kernels/affinity/hold-out.ts';
import { drawKeys } from '../../kernels/words/draw-keys.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import { AFFINITY, HELD_OUT } from '../../schemas/tables.ts';
import { openArtifact } from '../../store/artifacts.ts';
import { growingFile } from '../../store/growing-file.ts';
import { encodeParquet } from '../../store/tables/parquet.ts';
import { readTablePart } from '../../store/tables/table-parts.ts';
import { createTableWriter } from '../../store/tables/table-writer.ts';
import { type StageContext, type StageInput, type StageOutput } from '../stage/stage.ts';
import { type ArtifactContent, produceArtifact } from '../stage/produce-artifact.ts';
import { readWords } from '../words/read-vocabulary.ts';

declare module '../stages.ts' {
  interface Stages {
    holdOut: typeof holdOut;
  }
}

interface HoldOutInput extends StageInput {
  affinity: ArtifactReference;
  /** The words of D, by which pairs are drawn. */
  vocabulary: ArtifactReference;
  pairs: number;
  seed: number;
}

interface HoldOutOutput extends StageOutput {
  /** Ranges of rows for what comes next: range k is [batches[k], batches[k + 1]). */
  batches: number[];
}

/** Of D: what is not yet in a file. */
const MAX_BYTES_IN_MEMORY = 2 ** 24;
const RANGE_ROWS = 4096;
const MAX_RANGES = 256;

/**
 * Takes pairs out of D, in both orders, to measure hit rates on. D passes by twice, a row group at
 * a time. Rows: held-out pairs.
 */
export async function holdOut(input: HoldOutInput, context: StageContext): Promise<HoldOutOutput> {
  const store = context.openStore(input.store);
  const { pairs, seed } = input;
  const recipe = {
    stage: 'hold-out',
    parameters: { pairs, seed },
    inputs: [input.affinity],
    force: input.force,
  } as const;
  const affinity = await openArtifact(store, input.affinity);
  const words = Number(affinity.manifest.facts['words']);
  const make = async (scratch: string): Promise<ArtifactContent> => {
    const entries = affinity.manifest.rows;
    const keys = drawKeys(await readWords(store, input.vocabulary));
    const choosing = chooseHeldOut({ entries, pairs, seed, keys });
    let done = 0;
    const passBy = async (pass: (rows: Int32Array, columns: Int32Array) => void): Promise<void> => {
      for await (const { row, column } of readTablePart(affinity, 'affinity.parquet', AFFINITY)) {
        pass(row, column);
        context.onProgress((done += row.length), 2 * entries);
      }
    };
    await passBy((row, column) => choosing.add(row, column));
    const holding = holdOutKernel({ words, entries, chosen: choosing.finish() });
    const training = createTableWriter(
      AFFINITY,
      growingFile(join(scratch, 'training'), MAX_BYTES_IN_MEMORY),
    );
    await passBy((row, column) => training.add({ row, column }, holding.add(row, column)));
    const { left, right } = holding.finish();
    const { content, rows } = training.finish();
    const parts = [
      { name: 'training.parquet', ...content, rows },
      {
        name: 'held-out.parquet',
        bytes: await encodeParquet(HELD_OUT, { left, right }, { profile: 'internal' }),
        rows: left.length,
      },
    ];
    return { parts, rows: left.length, facts: { words, training: rows } };
  };
  const scratch = await mkdtemp(join(tmpdir(), 'hashloom-hold-out-'));
  try {
    return {
      ...(await produceArtifact(context, store, recipe, () => make(scratch))),
      batches: rangesOf(words),
    };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Ends of the ranges of rows that negatives are mined by: no more than MAX_RANGES. */
export function rangesOf(rows: number): number[] {
  const step = Math.max(RANGE_ROWS, Math.ceil(rows / MAX_RANGES));
  const starts = Array.from({ length: Math.ceil(rows / step) }, (_, at) => at * step);
  return [...starts, rows];
}
