import { keepTop, type WeightedPairs } from '../kernels/filter-affinity.ts';
import { symmetrize as symmetrizeKernel } from '../kernels/symmetrize.ts';
import { Failure } from '../schemas/failures.ts';
import { AFFINITY } from '../schemas/tables.ts';
import { openArtifact } from '../store/artifacts.ts';
import { encodeParquet } from '../store/parquet.ts';
import { filterArtifact, type FilterParameters, joinPairs, readPairs } from './filter.ts';
import { digestOfKeys } from './shard-artifacts.ts';
import { rowOfEntries } from './sparse-rows.ts';
import { type ArtifactContent, produceArtifact, type StageContext, type StageInput, type StageOutput } from './stage-context.ts';

export interface SymmetrizeInput extends StageInput, FilterParameters {
  /** Row ranges of the filter: range k is [ranges[k], ranges[k + 1]). */
  ranges: number[];
  top: number;
}

/** Keeps the heaviest of each row of what passed the filter, binarizes and symmetrizes: the affinity D. Rows: its nonzeros. */
export async function symmetrize(input: SymmetrizeInput, context: StageContext): Promise<StageOutput> {
  const store = context.openStore(input.store);
  const ranges = input.ranges.slice(1).map((to, at) => filterArtifact(input, { from: input.ranges[at] ?? 0, to }).artifact);
  const parameters = { top: input.top, ranges: digestOfKeys(ranges) };
  return await produceArtifact(context, store, { stage: 'filter', parameters, inputs: [input.rows], force: input.force }, async (): Promise<ArtifactContent> => {
    const marginals = await openArtifact(store, input.rows);
    const words = Number(marginals.manifest.facts['words']);
    const parts: WeightedPairs[] = [];
    for (const [at, reference] of ranges.entries()) {
      const range = await openArtifact(store, reference);
      parts.push(await readPairs(await range.part('kept.parquet'), `kept of ${reference.key}`));
      context.report(at + 1, ranges.length);
    }
    const { offsets, columns } = symmetrizeKernel(keepTop(joinPairs(parts), words, input.top));
    if (columns.length === 0) throw nothingLeft(input, words);
    const d = { row: rowOfEntries(offsets), column: new Int32Array(columns.buffer, columns.byteOffset, columns.length) };
    const part = { name: 'affinity.parquet', bytes: await encodeParquet(AFFINITY, d, { dress: 'internal' }), rows: columns.length };
    return { parts: [part], rows: columns.length, facts: { words, meanDegree: columns.length / words } };
  });
}

function nothingLeft({ minimumPmi, minimumWeight }: SymmetrizeInput, words: number): Failure {
  return new Failure(
    'DataError',
    `no pair of the ${words} words passes the filter: affinity.minimumPmi is ${minimumPmi}, affinity.minimumWeight ${minimumWeight}. Lower them, or give more text`,
  );
}
