import { type LinkGraph, linkGraph } from '../../kernels/affinity/link-graph.ts';
import { placeWeights } from '../../kernels/affinity/place-weights.ts';
import { toFloat64 } from '../../kernels/numbers/int64.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import { RUN } from '../../schemas/tables.ts';
import { openArtifact } from '../../store/artifacts.ts';
import type { Store } from '../../store/store.ts';
import { readTablePart } from '../../store/tables/table-parts.ts';
import { filterArtifact, type FilterParameters } from './name-filtered.ts';
import { readSparseRows } from './load-sparse-rows.ts';

export interface LinkGraphInput {
  /** D, or the held-out pairs: then D without them. */
  affinity: ArtifactReference;
  postings: number;
  /** The pairs that passed the filter, by ranges of rows: D is binary, they have the weights. */
  filtered: FilterParameters & { ranges: number[] };
}

/**
 * D, of held-out pairs what is left of it, with its weights, a row group of either at a time: 8
 * bytes a nonzero and 48 a row stay in memory.
 */
export async function loadLinkGraph(
  store: Store,
  { affinity, postings, filtered }: LinkGraphInput,
  onProgress: (done: number, total: number) => void,
): Promise<LinkGraph> {
  const d = await openArtifact(store, affinity);
  const part = affinity.stage === 'hold-out' ? 'training.parquet' : 'affinity.parquet';
  const rows = await readSparseRows(d, part, Number(d.manifest.facts['words']));
  const weights = placeWeights(rows);
  const { ranges } = filtered;
  for (const [at, to] of ranges.slice(1).entries()) {
    const { artifact } = filterArtifact(filtered, { from: ranges[at] ?? 0, to });
    const range = await openArtifact(store, artifact);
    for await (const { row, column, sum } of readTablePart(range, 'kept.parquet', RUN)) {
      onProgress(at, ranges.length - 1);
      weights.add({ rows: row, columns: column, sums: toFloat64(sum) });
    }
  }
  return linkGraph(rows, weights.finish(), postings);
}
