import { toFloat64, toInt64 } from '../../kernels/numbers/int64.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import { Failure } from '../../schemas/failures.ts';
import { MARGINALS } from '../../schemas/tables.ts';
import { openArtifact } from '../../store/artifacts.ts';
import { decodeParquet, encodeParquet } from '../../store/tables/parquet.ts';
import { digestOfKeys, mergeArtifact, type MergeParameters } from './name-counts.ts';
import { type StageContext, type StageInput, type StageOutput } from '../stage/stage.ts';
import { produceArtifact } from '../stage/produce-artifact.ts';

declare module '../stages.ts' {
  interface Stages {
    sumMarginals: typeof sumMarginals;
  }
}

interface SumMarginalsInput extends StageInput, MergeParameters {
  /** Row ranges of the merge: range k is [ranges[k], ranges[k + 1]). */
  ranges: number[];
}

const MOST = 2 ** 53;

/**
 * The marginals of the merged rows, and with them the merge as one: its parts are the ranges. Rows:
 * pairs, in upper half.
 */
export async function sumMarginals(
  input: SumMarginalsInput,
  context: StageContext,
): Promise<StageOutput> {
  const store = context.openStore(input.store);
  const merged = rangesOf(input);
  const recipe = {
    stage: 'merge',
    parameters: { ranges: digestOfKeys(merged) },
    inputs: [input.vocabulary],
    force: input.force,
  } as const;
  return await produceArtifact(context, store, recipe, async () => {
    let total: Float64Array | undefined;
    let rows = 0;
    let scale = 0;
    for (const [at, reference] of merged.entries()) {
      const range = await openArtifact(store, reference);
      const { marginal } = await decodeParquet(
        await range.part('marginals.parquet'),
        MARGINALS,
        `marginals of ${reference.key}`,
      );
      const values = toFloat64(marginal);
      total ??= new Float64Array(values.length);
      for (let i = 0; i < values.length; i++) total[i]! += values[i]!;
      rows += range.manifest.rows;
      scale = Number(range.manifest.facts['scale']);
      context.onProgress(at + 1, merged.length);
    }
    const sums = total ?? new Float64Array(0);
    for (let i = 0; i < sums.length; i++) {
      if (sums[i]! >= MOST)
        throw new Failure(
          'DataError',
          `word ${i}: its marginal reaches 2^53 units; use a smaller window or drop more ` +
            'common words',
        );
    }
    const part = {
      name: 'marginals.parquet',
      bytes: await encodeParquet(MARGINALS, { marginal: toInt64(sums) }, { profile: 'internal' }),
      rows: sums.length,
    };
    return { parts: [part], rows, facts: { words: sums.length, scale } };
  });
}

/** The merged ranges, in order. */
function rangesOf(input: MergeParameters & { ranges: readonly number[] }): ArtifactReference[] {
  return input.ranges
    .slice(1)
    .map((to, at) => mergeArtifact(input, { from: input.ranges[at] ?? 0, to }).artifact);
}
