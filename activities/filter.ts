import { decodeEntries } from '../kernels/delta-coding.ts';
import { filterPairs, totalOf, type WeightedPairs } from '../kernels/filter-affinity.ts';
import { toFloat64, toInt64 } from '../kernels/int64.ts';
import type { ArtifactReference } from '../schemas/artifact.ts';
import { MARGINALS, RUN } from '../schemas/tables.ts';
import { artifactReference, openArtifact } from '../store/artifacts.ts';
import { decodeParquet, encodeParquet } from '../store/parquet.ts';
import { throttled } from './count.ts';
import type { BatchOutput } from './ingest.ts';
import { openRun, readBlocks } from './read-run.ts';
import { mergeArtifact, type MergeParameters } from './shard-artifacts.ts';
import { type ArtifactContent, produceArtifact, type StageContext, type StageInput } from './stage-context.ts';

/** What the pairs that pass the filter depend on. */
export interface FilterParameters {
  merging: MergeParameters;
  /** The marginals of the merged rows. */
  rows: ArtifactReference;
  minimumPmi: number;
  minimumWeight: number;
}

export interface FilterInput extends StageInput, FilterParameters {
  from: number;
  to: number;
}

/** Read ahead. */
const AHEAD_BYTES = 4 * 1024 * 1024;

/** Names the pairs of rows [from, to) that pass. */
export function filterArtifact({ rows, minimumPmi, minimumWeight }: FilterParameters, { from, to }: { from: number; to: number }) {
  const inputs = [rows];
  const parameters = { minimumPmi, minimumWeight, from, to };
  return { parameters, inputs, artifact: artifactReference({ stage: 'filter', parameters, inputs }) };
}

/** Keeps the pairs of merged rows [from, to) that are typical of both their words. Rows: pairs, in upper half. */
export async function filter(input: FilterInput, context: StageContext): Promise<BatchOutput> {
  const { parameters, inputs } = filterArtifact(input, input);
  return await produceArtifact(context, context.openStore(input.store), { stage: 'filter', parameters, inputs, force: input.force }, () => filterRange(input, context));
}

async function filterRange(input: FilterInput, context: StageContext): Promise<ArtifactContent> {
  const store = context.openStore(input.store);
  const total = await openArtifact(store, input.rows);
  const { marginal } = await decodeParquet(await total.part('marginals.parquet'), MARGINALS, 'marginals.parquet');
  const marginals = toFloat64(marginal);
  const options = { ...input, marginals, total: totalOf(marginals), scale: Number(total.manifest.facts['scale']) };
  const report = throttled((done, total) => context.report(done, total));
  const range = await openArtifact(store, mergeArtifact(input.merging, input).artifact);
  const run = await openRun(range, 'rows');
  const blocks = readBlocks(run, 0, AHEAD_BYTES);
  const chosen: WeightedPairs[] = [];
  let at = 0;
  for (const [block, { entries }] of run.blocks.entries()) {
    const { columns, sums } = decodeEntries(await blocks.next(), entries);
    const rows = new Int32Array(entries);
    const start = run.starts[block]!;
    for (let from = 0; from < entries; at++) {
      const end = run.ends[at]! - start;
      rows.fill(run.rows[at]!, from, end);
      from = end;
    }
    const pairs = { rows, columns: new Int32Array(columns.buffer), sums: toFloat64(new BigInt64Array(sums.buffer)) };
    const count = filterPairs(pairs, options);
    chosen.push({ rows: rows.slice(0, count), columns: pairs.columns.slice(0, count), sums: pairs.sums.slice(0, count) });
    report(block, run.blocks.length);
  }
  const pairs = joinPairs(chosen);
  const count = pairs.rows.length;
  const kept = { row: pairs.rows, column: pairs.columns, sum: toInt64(pairs.sums) };
  return { parts: [{ name: 'kept.parquet', bytes: await encodeParquet(RUN, kept, { dress: 'internal' }), rows: count }], rows: count };
}

/** A table of RUN as columns to compute with. */
export async function readPairs(bytes: Uint8Array, where: string): Promise<WeightedPairs> {
  const { row, column, sum } = await decodeParquet(bytes, RUN, where);
  return { rows: row, columns: column, sums: toFloat64(sum) };
}

/** Pairs of several tables, one after the other. */
export function joinPairs(parts: readonly WeightedPairs[]): WeightedPairs {
  const length = parts.reduce((sum, { rows }) => sum + rows.length, 0);
  const all = { rows: new Int32Array(length), columns: new Int32Array(length), sums: new Float64Array(length) };
  let at = 0;
  for (const { rows, columns, sums } of parts) {
    all.rows.set(rows, at);
    all.columns.set(columns, at);
    all.sums.set(sums, at);
    at += rows.length;
  }
  return all;
}
