import { filterAffinity, totalOf } from '../kernels/filter-affinity.ts';
import { toFloat64 } from '../kernels/int64.ts';
import { concatenateRows, symmetrize } from '../kernels/symmetrize.ts';
import type { SparseRows } from '../kernels/train-rows.ts';
import type { ArtifactReference } from '../schemas/artifact.ts';
import { Failure } from '../schemas/failures.ts';
import { AFFINITY, MARGINALS, ROWS } from '../schemas/tables.ts';
import { openArtifact } from '../store/artifacts.ts';
import { decodeParquet, encodeParquet } from '../store/parquet.ts';
import { rowOfEntries, toSparseRows } from './sparse-rows.ts';
import { type ArtifactContent, produceArtifact, type StageContext, type StageInput, type StageOutput } from './stage-context.ts';

export interface FilterInput extends StageInput {
  rows: ArtifactReference;
  minimumPmi: number;
  minimumWeight: number;
  top: number;
}

/** Keeps the pairs that are typical of both their words, binarizes and symmetrizes: the affinity D. Rows: its nonzeros. */
export async function filter(input: FilterInput, context: StageContext): Promise<StageOutput> {
  const store = context.openStore(input.store);
  const { minimumPmi, minimumWeight, top } = input;
  const recipe = { stage: 'filter', parameters: { minimumPmi, minimumWeight, top }, inputs: [input.rows], force: input.force } as const;
  return await produceArtifact(context, store, recipe, () => filterRows(input, context));
}

async function filterRows(input: FilterInput, context: StageContext): Promise<ArtifactContent> {
  const rows = await openArtifact(context.openStore(input.store), input.rows);
  const { marginal } = await decodeParquet(await rows.part('marginals.parquet'), MARGINALS, 'marginals.parquet');
  const marginals = toFloat64(marginal);
  const words = marginals.length;
  const options = { ...input, marginals, total: totalOf(marginals), scale: Number(rows.manifest.facts['scale']) };
  const names = rows.manifest.parts.map(({ name }) => name).filter((name) => name.startsWith('rows-'));
  const halves: SparseRows[] = [];
  let first = 0;
  for (const [at, name] of names.entries()) {
    const table = await decodeParquet(await rows.part(name), ROWS, name);
    const next = at + 1 < names.length ? (table.row.at(-1) ?? first - 1) + 1 : words;
    const { offsets, columns } = toSparseRows(table, first, next - first, name);
    halves.push(filterAffinity({ offsets, columns, sums: toFloat64(table.sum) }, { ...options, from: first }));
    first = next;
    context.report(at + 1, names.length);
  }
  const { offsets, columns } = symmetrize(concatenateRows(halves));
  if (columns.length === 0) throw nothingLeft(input, words);
  const d = { row: rowOfEntries(offsets), column: new Int32Array(columns) };
  const part = { name: 'affinity.parquet', bytes: await encodeParquet(AFFINITY, d, { dress: 'internal' }), rows: columns.length };
  return { parts: [part], rows: columns.length, facts: { words, meanDegree: columns.length / words } };
}

function nothingLeft({ minimumPmi, minimumWeight }: FilterInput, words: number): Failure {
  return new Failure(
    'DataError',
    `no pair of the ${words} words passes the filter: affinity.minimumPmi is ${minimumPmi}, affinity.minimumWeight ${minimumWeight}. Lower them, or give more text`,
  );
}
