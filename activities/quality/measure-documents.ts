import { NEIGHBOURS } from '../../evaluation/candidates.ts';
import { nearestSoFar } from '../../evaluation/nearest-so-far.ts';
import { MAP_NEIGHBOURS, type MapNeighbours } from '../../report/map-vectors.ts';
import type { ArtifactReference } from '../../schemas/artifact.ts';
import type { Store } from '../../store/store.ts';
import { loadWeighed } from '../documents/load-weighed.ts';
import { candidateRows, type MeasuredItems, type MeasureInput } from './measure-vectors.ts';
import { evenly, scattered } from './sampled-items.ts';
import type { StageContext } from '../stage/stage.ts';

const MAX_QUERIES = 200;
/** Entries of the sparse matrix that are looked at; many documents get fewer queries. */
const MAX_WORK = 4e9;

/**
 * The true neighbours of some documents by the cosine of their weighed words, over all of them;
 * what is relevant shares a label. A map is made of such neighbours within a sample.
 */
export async function measureDocuments(
  { codes, points }: MeasureInput,
  weighed: ArtifactReference,
  store: Store,
  context: StageContext,
): Promise<MeasuredItems> {
  const { all } = await loadWeighed(store, weighed);
  const { rows, labels, terms } = all;
  const items = rows.offsets.length - 1;
  const lengths = Float64Array.from({ length: items }, (_, item) => {
    let square = 0;
    for (let at = rows.offsets[item]!; at < rows.offsets[item + 1]!; at++)
      square += rows.weights[at]! ** 2;
    return square > 0 ? 1 / Math.sqrt(square) : 0;
  });
  const queries = evenly(
    items,
    Math.max(1, Math.min(MAX_QUERIES, Math.floor(MAX_WORK / Math.max(1, rows.terms.length)))),
  );
  const nearest = nearestSoFar(queries.length, NEIGHBOURS);
  const own = new Float32Array(terms);
  queries.forEach((item, query) => {
    context.onProgress(query, queries.length);
    spread(item);
    for (let other = 0; other < items; other++)
      if (other !== item) nearest.take(query, other, cosineTo(other));
  });
  const isLabelled = labels.count > 0;
  const sample = scattered(items, points);
  return {
    candidates: candidateRows(
      codes,
      queries,
      (query) => nearest.of(query),
      isLabelled ? (query) => labelMates(queries[query]!) : undefined,
    ),
    sample,
    places: neighboursOf(sample),
  };

  function labelMates(item: number): Uint32Array {
    const sought = new Set(labels.values.subarray(labels.offsets[item], labels.offsets[item + 1]));
    const mates: number[] = [];
    for (let other = 0; other < items; other++) {
      if (other === item) continue;
      for (let at = labels.offsets[other]!; at < labels.offsets[other + 1]!; at++) {
        if (!sought.has(labels.values[at]!)) continue;
        mates.push(other);
        break;
      }
    }
    return Uint32Array.from(mates);
  }

  /** The nearest of the sample to each of them. */
  function neighboursOf(sample: Uint32Array): MapNeighbours {
    const nearestOnMap = nearestSoFar(
      sample.length,
      Math.max(1, Math.min(MAP_NEIGHBOURS, sample.length - 1)),
    );
    sample.forEach((item, at) => {
      if (at % 64 === 0) context.onProgress(at, sample.length);
      // Itself first, though another may have the very same words.
      nearestOnMap.take(at, at, 2);
      spread(item);
      for (const [place, other] of sample.entries())
        if (place !== at) nearestOnMap.take(at, place, cosineTo(other));
    });
    const each = Array.from(sample, (_, at) => at);
    return {
      indices: each.map((at) => [...nearestOnMap.of(at)]),
      distances: each.map((at) =>
        Array.from(nearestOnMap.similaritiesOf(at), (similarity) => Math.max(0, 1 - similarity)),
      ),
    };
  }

  /** The item's weighed words, of length 1, in `own`. */
  function spread(item: number): void {
    own.fill(0);
    for (let at = rows.offsets[item]!; at < rows.offsets[item + 1]!; at++)
      own[rows.terms[at]!] = rows.weights[at]! * lengths[item]!;
  }

  function cosineTo(other: number): number {
    let cosine = 0;
    for (let at = rows.offsets[other]!; at < rows.offsets[other + 1]!; at++)
      cosine += own[rows.terms[at]!]! * rows.weights[at]!;
    return cosine * lengths[other]!;
  }
}
