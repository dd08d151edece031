import { bootstrap, type Interval } from '../../evaluation/bootstrap.ts';
import type { DocumentPair } from '../../report/documents/documents-pairs.ts';
import {
  type DocumentScore,
  QUERY_PRECISION,
  QUERY_PRECISION_PART,
  rowName,
} from '../../schemas/document-experiment.ts';
import { openArtifact } from '../../store/artifacts.ts';
import { decodeParquet } from '../../store/tables/parquet.ts';
import type { Store } from '../../store/store.ts';

/** Methods of which the papers say that the first is better. */
const STATED: readonly [better: string, worse: string][] = [
  ['nash-dn', 'nash-n'],
  ['nash-n', 'nash'],
  ['nash', 'vdsh'],
  ['vdsh', 'sth'],
  ['gmsh', 'vdsh'],
  ['bmsh', 'gmsh'],
  ['bmsh', 'nash'],
  ['bmsh', 'nash-dn'],
  ['bmsh-s', 'nash-dn-s'],
  ['bmsh-s', 'gmsh-s'],
  ['gmsh-s', 'vdsh-s'],
];

/**
 * Every such pair that was measured with the same seeds: the difference of means over seeds and
 * queries, with an interval over the queries.
 */
export async function compareDocuments(
  scores: readonly DocumentScore[],
  store: Store,
): Promise<DocumentPair[]> {
  const pairs: DocumentPair[] = [];
  for (const data of new Set(scores.map((score) => score.data))) {
    for (const bits of new Set(scores.map((score) => score.bits))) {
      for (const [better, worse] of STATED) {
        const of = (name: string) =>
          scores.filter(
            (score) => score.data === data && score.bits === bits && rowName(score) === name,
          );
        const [a, b] = [of(better), of(worse)];
        const shared = a.filter(({ seed }) => b.some((other) => other.seed === seed));
        if (shared.length === 0) continue;
        const [first, second] = await Promise.all([
          meanOf(shared, store),
          meanOf(
            b.filter(({ seed }) => shared.some((other) => other.seed === seed)),
            store,
          ),
        ]);
        const { difference } = bootstrap<'difference'>(
          [first, second],
          { difference: ([x, y]) => x! - y! },
          1,
        );
        pairs.push({
          data,
          bits,
          better,
          worse,
          seeds: shared.length,
          difference: average(first) - average(second),
          interval: difference satisfies Interval,
        });
      }
    }
  }
  return pairs;
}

/** By query, the mean over trials. */
async function meanOf(trials: readonly DocumentScore[], store: Store): Promise<Float64Array> {
  const each = await Promise.all(
    trials.map(
      async ({ trial }) =>
        (
          await decodeParquet(
            await (await openArtifact(store, trial)).part(QUERY_PRECISION_PART),
            QUERY_PRECISION,
            QUERY_PRECISION_PART,
          )
        ).precision,
    ),
  );
  return Float64Array.from(
    each[0]!,
    (_, query) => each.reduce((sum, values) => sum + values[query]!, 0) / each.length,
  );
}

const average = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
