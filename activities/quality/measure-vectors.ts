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
import { payloadFields } from '../../schemas/payload-fields.ts';
import { decodeDense } from '../../store/tables/arrow-ipc.ts';
import { openArtifact } from '../../store/artifacts.ts';
import type { Store } from '../../store/store.ts';
import { readListedFiles } from '../corpus/listed-files.ts';
import type { StageContext } from '../stage/stage.ts';
import { readVectorRows } from '../vectors/read-vectors.ts';

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
  const files = await readListedFiles(store, made.files);
  const numberOf = new Map(names.map((name, number) => [name, number]));

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

  /** Every vector less the mean, of length 1, which is good until the next. */
  async function forEachVector(
    visit: (number: number, vector: Float32Array) => void,
  ): Promise<void> {
    const vector = new Float32Array(dimensions);
    const fields = payloadFields(vectors.payload);
    let first = 0;
    for (const [at, file] of files.entries()) {
      const rows = await readVectorRows(
        file,
        { reading: readingRules(source), vectors },
        context,
        dimensions,
        fields,
      );
      if ('reason' in rows) continue;
      for (let row = 0; row < rows.rows; row++) {
        if (row % 4096 === 0) context.onProgress(at, files.length);
        const number = numberOf.get(String(rows.ids?.[row] ?? first + row));
        if (number === undefined) continue;
        let square = 0;
        for (let k = 0; k < dimensions; k++) {
          const value = rows.values[row * dimensions + k]! - mean[k]!;
          vector[k] = value;
          square += value * value;
        }
        const scale = square > 0 ? 1 / Math.sqrt(square) : 0;
        for (let k = 0; k < dimensions; k++) vector[k]! *= scale;
        visit(number, vector);
      }
      first += rows.rows;
    }
  }
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

/** The same in an order that goes back and forth, so that the first ones come from everywhere. */
export function scattered(items: number, count: number): Uint32Array {
  const even = evenly(items, count);
  const n = even.length;
  let step = Math.max(1, Math.round(0.618 * n));
  while (divisor(step, n) > 1) step++;
  return Uint32Array.from(even, (_, k) => even[(k * step) % n]!);
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}

/** At most `count` of the numbers below `items`, at even distances. */
export function evenly(items: number, count: number): Uint32Array {
  const n = Math.min(items, count);
  return Uint32Array.from({ length: n }, (_, k) => Math.floor((k * items) / n));
}
