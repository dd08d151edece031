import {
  Candidates,
  type CandidateRow,
  cutLengths,
  NEIGHBOURS,
} from '../../evaluation/candidates.ts';
import { nearestSoFar } from '../../evaluation/nearest-so-far.ts';
import type { Codes } from '../../evaluation/retrieval.ts';
import { codeDistancesOf } from '../../kernels/codes/code-distances.ts';
import type { MapInput } from '../../report/map-vectors.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import { readingRules } from '../../schemas/reading-rules.ts';
import type { Configuration } from '../../schemas/configuration.ts';
import { decodeDense } from '../../store/tables/arrow-ipc.ts';
import { openArtifact } from '../../store/artifacts.ts';
import type { Store } from '../../store/store.ts';
import type { StageContext } from '../stage/stage.ts';
import { evenly, scattered } from './sampled-items.ts';
import { vectorWalk } from './walk-vectors.ts';

/**
 * What a report shows of items beside their codes: ways to look up with what they find, and some of
 * the items for a map.
 */
export interface MeasuredItems {
  candidates: CandidateRow[];
  places: MapInput['places'];
  sample: Uint32Array;
}

export interface MeasureInput {
  codes: Codes;
  /** By item number. */
  names: readonly string[];
  /** Items on the map, at most. */
  points: number;
}

const MAX_QUERIES = 200;
/** Multiplications spent on nearest neighbours; many items get fewer queries. */
const MAX_WORK = 1e10;
/** Ids by number are held in memory: not of more items. */
const MAX_ITEMS = 5_000_000;

/**
 * The true neighbours of some vectors by the cosine of what the hyperplanes see of them (vectors
 * less their mean), over all of them, a file at a time. Nothing of more than 5 million.
 */
export async function measureVectors(
  { codes, names, points }: MeasureInput,
  { source, vectors }: Configuration,
  made: { files: ArtifactReference; encoded: ArtifactReference },
  store: Store,
  context: StageContext,
): Promise<MeasuredItems | undefined> {
  const items = names.length;
  if (items > MAX_ITEMS) return undefined;
  const encoded = await openArtifact(store, made.encoded);
  const mean = (await decodeDense(await encoded.part('mean.arrow'), 'mean.arrow')).columns[0]!
    .values;
  const dimensions = mean.length;
  const forEachVector = await vectorWalk(
    { files: made.files, reading: readingRules(source), vectors, dimensions, names, mean },
    store,
    context,
  );
  const sample = scattered(items, points);
  const onMap = new Map(Array.from(sample, (number, at) => [number, at]));
  const queries = evenly(
    items,
    Math.max(1, Math.min(MAX_QUERIES, Math.floor(MAX_WORK / (items * dimensions)))),
  );
  const asked = new Map(Array.from(queries, (number, at) => [number, at]));
  const shown = new Float32Array(sample.length * dimensions);
  const own = new Float32Array(queries.length * dimensions);
  await forEachVector((number, vector) => {
    const [point, query] = [onMap.get(number), asked.get(number)];
    if (point !== undefined) shown.set(vector, point * dimensions);
    if (query !== undefined) own.set(vector, query * dimensions);
  });
  const nearest = nearestSoFar(queries.length, NEIGHBOURS);
  await forEachVector((number, vector) => {
    for (let query = 0, at = 0; query < queries.length; query++) {
      let cosine = 0;
      for (let k = 0; k < dimensions; k++, at++) cosine += own[at]! * vector[k]!;
      if (queries[query] !== number) nearest.take(query, number, cosine);
    }
  });
  return {
    candidates: candidateRows(codes, queries, (query) => nearest.of(query)),
    places: { vectors: shown },
    sample,
  };
}

/** What the codes give of these neighbours, and of what is relevant where that is known. */
export function candidateRows(
  codes: Codes,
  queries: Uint32Array,
  nearestOf: (query: number) => Uint32Array,
  relevantOf: (query: number) => Uint32Array = () => new Uint32Array(0),
): CandidateRow[] {
  const distancesTo = codeDistancesOf(
    codes.codes,
    codes.tables,
    codes.codeBytes,
    false,
    cutLengths(codes.codeBytes),
  );
  const counts = new Candidates(codes);
  queries.forEach((item, query) =>
    counts.add(item, distancesTo(item).counts, nearestOf(query), relevantOf(query)),
  );
  return counts.rows(queries.length);
}
