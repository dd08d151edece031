import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WeightedPairs } from '../../kernels/affinity/filter-affinity.ts';
import { toFloat64 } from '../../kernels/numbers/int64.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import { Failure } from '../../schemas/failures.ts';
import { AFFINITY, RUN } from '../../schemas/tables.ts';
import { openArtifact } from '../../store/artifacts.ts';
import { growingFile } from '../../store/growing-file.ts';
import type { Store } from '../../store/store.ts';
import { readTablePart } from '../../store/tables/table-parts.ts';
import { createTableWriter } from '../../store/tables/table-writer.ts';
import { affinityRows } from './affinity-rows.ts';
import { digestOfKeys } from './name-counts.ts';
import { type StageContext, type StageInput, type StageOutput } from '../stage/stage.ts';
import { type ArtifactContent, produceArtifact } from '../stage/produce-artifact.ts';
import { filterArtifact, type FilterParameters } from './name-filtered.ts';

declare module '../stages.ts' {
  interface Stages {
    symmetrize: typeof symmetrize;
  }
}

interface SymmetrizeInput extends StageInput, FilterParameters {
  /** What all threads of a worker may take together, in MiB. */
  memoryMiB: number;
  /** Row ranges of the filter: range k is [ranges[k], ranges[k + 1]). */
  ranges: number[];
  top: number;
}

/** Of D: what is not yet in a file. */
const MAX_BYTES_IN_MEMORY = 2 ** 24;
/** Times that the pairs are read at most. */
const PASSES = 4;
/** Entries of D that are handed on at once. */
const STEP = 65_536;

/**
 * Keeps the heaviest of each row of what passed the filter, binarizes and symmetrizes: the affinity
 * D, within the budget. Rows: its nonzeros.
 */
export async function symmetrize(
  input: SymmetrizeInput,
  context: StageContext,
): Promise<StageOutput> {
  const store = context.openStore(input.store);
  const ranges = input.ranges
    .slice(1)
    .map((to, at) => filterArtifact(input, { from: input.ranges[at] ?? 0, to }).artifact);
  const parameters = { top: input.top, ranges: digestOfKeys(ranges) };
  const recipe = { stage: 'filter', parameters, inputs: [input.rows], force: input.force } as const;
  const scratch = await mkdtemp(join(tmpdir(), 'hashloom-symmetrize-'));
  try {
    return await produceArtifact(context, store, recipe, () =>
      affinityOf(store, ranges, input, context, scratch),
    );
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function affinityOf(
  store: Store,
  ranges: readonly ArtifactReference[],
  input: SymmetrizeInput,
  context: StageContext,
  scratch: string,
): Promise<ArtifactContent> {
  const words = Number((await openArtifact(store, input.rows)).manifest.facts['words']);
  let passes = 0;
  async function* pairs(): AsyncGenerator<WeightedPairs, void, undefined> {
    for (const [at, reference] of ranges.entries()) {
      const range = await openArtifact(store, reference);
      for await (const { row, column, sum } of readTablePart(range, 'kept.parquet', RUN)) {
        context.onProgress(passes * ranges.length + at, PASSES * ranges.length);
        yield { rows: row, columns: column, sums: toFloat64(sum) };
      }
    }
    passes += 1;
  }
  const bytes = (input.memoryMiB * 2 ** 20) / context.stageThreads;
  const file = createTableWriter(
    AFFINITY,
    growingFile(join(scratch, 'affinity'), MAX_BYTES_IN_MEMORY),
  );
  for await (const { from, offsets, columns } of affinityRows(pairs, {
    words,
    top: input.top,
    bytes,
    path: join(scratch, 'rows'),
  })) {
    for (const { row, column } of tablesOf(from, offsets, columns))
      file.add({ row, column }, row.length);
  }
  const { content, rows } = file.finish();
  if (rows === 0) throw nothingLeft(input, words);
  return {
    parts: [{ name: 'affinity.parquet', ...content, rows }],
    rows,
    facts: { words, meanDegree: rows / words },
  };
}

/** Rows as tables of a few entries more than STEP each. */
function* tablesOf(
  from: number,
  offsets: Float64Array,
  columns: Int32Array,
): Generator<{ row: Int32Array; column: Int32Array }, void, undefined> {
  const rows = offsets.length - 1;
  for (let first = 0, last = 0; first < rows; first = last) {
    while (last < rows && (last === first || offsets[last + 1]! - offsets[first]! <= STEP))
      last += 1;
    const start = offsets[first]!;
    const row = new Int32Array(offsets[last]! - start);
    for (let r = first; r < last; r++)
      row.fill(from + r, offsets[r]! - start, offsets[r + 1]! - start);
    yield { row, column: columns.subarray(start, offsets[last]) };
  }
}

function nothingLeft({ minimumPmi, minimumWeight }: SymmetrizeInput, words: number): Failure {
  // Not all pairs of a corpus can meet more seldom than by chance, so there are none.
  if (minimumPmi <= 0 && minimumWeight === 0)
    return new Failure(
      'DataError',
      `no two of the ${words} items stand together: give pairs of two different ids, sequences ` +
        'of two and more, or lower vocabulary.minimumCount',
    );
  return new Failure(
    'DataError',
    `no pair of the ${words} words passes the filter: affinity.minimumPmi is ${minimumPmi}, ` +
      `affinity.minimumWeight ${minimumWeight}. Lower them, or give more text`,
  );
}
