import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeEntries } from '../../kernels/affinity/delta-coding.ts';
import { filterPairs, totalOf } from '../../kernels/affinity/filter-affinity.ts';
import { toFloat64, toInt64 } from '../../kernels/numbers/int64.ts';
import { MARGINALS, RUN } from '../../schemas/tables.ts';
import { filterArtifact, type FilterParameters } from './name-filtered.ts';
import { openArtifact } from '../../store/artifacts.ts';
import { growingFile } from '../../store/growing-file.ts';
import { decodeParquet } from '../../store/tables/parquet.ts';
import type { Store } from '../../store/store.ts';
import { createTableWriter } from '../../store/tables/table-writer.ts';
import { openSortedRun, readBlocks } from './read-run.ts';
import { mergeArtifact, type MergeParameters } from './name-counts.ts';
import { type StageContext, type StageInput } from '../stage/stage.ts';
import { throttled } from '../stage/throttled.ts';
import type { BatchOutput } from '../stage/batch-output.ts';
import { type ArtifactContent, produceArtifact } from '../stage/produce-artifact.ts';

declare module '../stages.ts' {
  interface Stages {
    filter: typeof filter;
  }
}

interface FilterInput extends StageInput, FilterParameters {
  /** What the merged rows were named by. */
  merged: MergeParameters;
  from: number;
  to: number;
}

/** Read ahead. */
const AHEAD_BYTES = 4 * 1024 * 1024;
/** Of what passes: what is not yet in a file. */
const MAX_BYTES_IN_MEMORY = 2 ** 24;

/**
 * Keeps the pairs of merged rows [from, to) that are typical of both their words. Rows: pairs, in
 * upper half.
 */
export async function filter(input: FilterInput, context: StageContext): Promise<BatchOutput> {
  const store = context.openStore(input.store);
  const { parameters, inputs } = filterArtifact(input, input);
  const scratch = await mkdtemp(join(tmpdir(), 'hashloom-filter-'));
  try {
    return await produceArtifact(
      context,
      store,
      { stage: 'filter', parameters, inputs, force: input.force },
      () => filterRange(store, input, context, join(scratch, 'kept')),
    );
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function filterRange(
  store: Store,
  input: FilterInput,
  context: StageContext,
  path: string,
): Promise<ArtifactContent> {
  const total = await openArtifact(store, input.rows);
  const { marginal } = await decodeParquet(
    await total.part('marginals.parquet'),
    MARGINALS,
    'marginals.parquet',
  );
  const marginals = toFloat64(marginal);
  const { minimumPmi, minimumWeight } = input;
  const options = {
    minimumPmi,
    minimumWeight,
    marginals,
    total: totalOf(marginals),
    scale: Number(total.manifest.facts['scale']),
  };
  const onProgress = throttled((done, total) => context.onProgress(done, total));
  const range = await openArtifact(store, mergeArtifact(input.merged, input).artifact);
  const sortedRun = await openSortedRun(range, 'rows');
  const blocks = readBlocks(sortedRun, 0, AHEAD_BYTES);
  const kept = createTableWriter(RUN, growingFile(path, MAX_BYTES_IN_MEMORY));
  let at = 0;
  for (const [block, { entries }] of sortedRun.blocks.entries()) {
    const { columns, sums } = decodeEntries(await blocks.next(), entries);
    const rows = new Int32Array(entries);
    const start = sortedRun.starts[block]!;
    for (let from = 0; from < entries; at++) {
      const end = sortedRun.ends[at]! - start;
      rows.fill(sortedRun.rows[at]!, from, end);
      from = end;
    }
    const pairs = {
      rows,
      columns: new Int32Array(columns.buffer),
      sums: toFloat64(new BigInt64Array(sums.buffer)),
    };
    const count = filterPairs(pairs, options);
    kept.add(
      { row: rows, column: pairs.columns, sum: toInt64(pairs.sums.subarray(0, count)) },
      count,
    );
    onProgress(block, sortedRun.blocks.length);
  }
  const { content, rows } = kept.finish();
  return { parts: [{ name: 'kept.parquet', ...content, rows }], rows };
}
