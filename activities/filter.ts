import { filterPairs, totalOf, type WeightedPairs } from '../kernels/filter-affinity.ts';
import { toFloat64, toInt64 } from '../kernels/int64.ts';
import type { ArtifactReference } from '../schemas/artifact.ts';
import { MARGINALS, RUN } from '../schemas/tables.ts';
import { artifactReference, openArtifact } from '../store/artifacts.ts';
import { decodeParquet, encodeParquet } from '../store/parquet.ts';
import type { BatchOutput } from './ingest.ts';
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
  const range = await openArtifact(store, mergeArtifact(input.merging, input).artifact);
  const pairs = await readPairs(await range.part('rows.parquet'), `rows of ${range.reference.key}`);
  context.report(0, 1);
  const count = filterPairs(pairs, options);
  const kept = { row: pairs.rows.subarray(0, count), column: pairs.columns.subarray(0, count), sum: toInt64(pairs.sums.subarray(0, count)) };
  return { parts: [{ name: 'kept.parquet', bytes: await encodeParquet(RUN, kept, { dress: 'internal' }), rows: count }], rows: count };
}

/** A table of RUN as columns to compute with. */
export async function readPairs(bytes: Uint8Array, where: string): Promise<WeightedPairs> {
  const { row, column, sum } = await decodeParquet(bytes, RUN, where);
  return { rows: row, columns: column, sums: toFloat64(sum) };
}
