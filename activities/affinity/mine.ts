import {
  meanNegatives,
  mineAnyPairs,
  mineNegatives,
} from '../../kernels/affinity/mine-negatives.ts';
import { rowOfEntries } from '../../kernels/numbers/row-of-entries.ts';
import type { SparseRows } from '../../kernels/training/train-rows.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import { NEGATIVES } from '../../schemas/tables.ts';
import { openArtifact } from '../../store/artifacts.ts';
import { encodeParquet } from '../../store/tables/parquet.ts';
import type { Store } from '../../store/store.ts';
import { mineArtifact, type MineParameters } from './name-negatives.ts';
import { concatenateInt32, readSparseRows } from './load-sparse-rows.ts';
import { type StageContext, type StageInput } from '../stage/stage.ts';
import type { BatchOutput } from '../stage/batch-output.ts';
import { produceArtifact } from '../stage/produce-artifact.ts';

declare module '../stages.ts' {
  interface Stages {
    mine: typeof mine;
  }
}

interface MineInput extends StageInput, MineParameters {
  from: number;
  to: number;
}

/** Mined at once between two reports. */
const STEP_ROWS = 512;
/**
 * Rows whose pairs are counted to know how many there are in all: the same rows for every range.
 */
const SAMPLED_ROWS = 2048;

/** Hard negatives of rows [from, to) from the training D. Rows: negatives. */
export async function mine(input: MineInput, context: StageContext): Promise<BatchOutput> {
  const store = context.openStore(input.store);
  const { from, to, perRow, over, seed } = input;
  const { parameters, inputs } = mineArtifact(input, { from, to });
  return await produceArtifact(
    context,
    store,
    { stage: 'mine', parameters, inputs, force: input.force },
    async () => {
      const affinity = await loadTraining(store, input.pairs);
      const share =
        over === 'pairs'
          ? Math.min(
              1,
              perRow / Math.max(meanNegatives(affinity, { most: SAMPLED_ROWS, seed }), 1e-9),
            )
          : 0;
      const rows: Int32Array[] = [];
      const columns: Uint32Array[] = [];
      for (let first = from; first < to; first += STEP_ROWS) {
        const range = { from: first, to: Math.min(first + STEP_ROWS, to), seed };
        const mined =
          over === 'pairs'
            ? mineAnyPairs(affinity, { ...range, share })
            : mineNegatives(affinity, { ...range, perRow });
        rows.push(rowOfEntries(mined.offsets, first));
        columns.push(mined.columns);
        context.onProgress(first - from, to - from);
      }
      const row = concatenateInt32(rows);
      const column = concatenateInt32(columns);
      return {
        parts: [
          {
            name: 'negatives.parquet',
            bytes: await encodeParquet(NEGATIVES, { row, column }, { profile: 'internal' }),
            rows: row.length,
          },
        ],
        rows: row.length,
      };
    },
  );
}

let kept: { key: string; affinity: SparseRows } | undefined;

/** The same D for every range, so a thread keeps the last one. */
async function loadTraining(store: Store, reference: ArtifactReference): Promise<SparseRows> {
  const key = `${store.uri}/${reference.key}`;
  if (kept?.key === key) return kept.affinity;
  kept = undefined;
  const pairs = await openArtifact(store, reference);
  const affinity = await readSparseRows(
    pairs,
    'training.parquet',
    Number(pairs.manifest.facts['words']),
  );
  kept = { key, affinity };
  return affinity;
}
