import { NEIGHBOURS } from '../evaluation/candidates.ts';
import { nearestSoFar } from '../evaluation/nearest-so-far.ts';
import { PURPOSE, RandomStream } from '../kernels/random.ts';
import type { ArtifactReference } from '../schemas/artifact.ts';
import type { Store } from '../store/store.ts';
import { loadWeighed } from './load-weighed.ts';
import { candidateRows, evenly, type MeasuredItems, type MeasureInput, scattered } from './measure-vectors.ts';
import type { StageContext } from './stage-context.ts';

/** Dimensions of a random projection of the weighed words, for a map. */
const PROJECTED = 64;
const MOST_QUERIES = 200;
/** Entries of the sparse matrix that are looked at; many documents get fewer queries. */
const MOST_WORK = 4e9;

/**
 * The true neighbours of some documents by the cosine of their weighed words, over all of them; what is relevant shares a label. For the map the weighed words
 * projected at random (Achlioptas 2003: signs), which keeps their distances nearly.
 */
export async function measureDocuments({ codes, points }: MeasureInput, weighed: ArtifactReference, seed: number, store: Store, context: StageContext): Promise<MeasuredItems> {
  const { all } = await loadWeighed(store, weighed);
  const { rows, labels, terms } = all;
  const items = rows.offsets.length - 1;
  const lengths = Float64Array.from({ length: items }, (_, item) => {
    let square = 0;
    for (let at = rows.offsets[item]!; at < rows.offsets[item + 1]!; at++) square += rows.weights[at]! ** 2;
    return square > 0 ? 1 / Math.sqrt(square) : 0;
  });
  const queries = evenly(items, Math.max(1, Math.min(MOST_QUERIES, Math.floor(MOST_WORK / Math.max(1, rows.terms.length)))));
  const nearest = nearestSoFar(queries.length, NEIGHBOURS);
  const own = new Float32Array(terms);
  queries.forEach((item, query) => {
    context.report(query, queries.length);
    own.fill(0);
    for (let at = rows.offsets[item]!; at < rows.offsets[item + 1]!; at++) own[rows.terms[at]!] = rows.weights[at]! * lengths[item]!;
    for (let other = 0; other < items; other++) {
      if (other === item) continue;
      let cosine = 0;
      for (let at = rows.offsets[other]!; at < rows.offsets[other + 1]!; at++) cosine += own[rows.terms[at]!]! * rows.weights[at]!;
      nearest.take(query, other, cosine * lengths[other]!);
    }
  });
  const isLabelled = labels.count > 0;
  const sample = scattered(items, points);
  return {
    candidates: candidateRows(codes, queries, (query) => nearest.of(query), isLabelled ? (query) => labelMates(queries[query]!) : undefined),
    sample,
    vectors: project(),
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

  function project(): Float32Array {
    const projected = new Float32Array(sample.length * PROJECTED);
    const signs = new Int8Array(terms * PROJECTED);
    const random = new RandomStream(seed, PURPOSE.report, 2);
    for (let at = 0; at < signs.length; at += 32) {
      const bits = random.u32();
      for (let k = 0; k < 32; k++) signs[at + k] = (bits >>> k) & 1 ? 1 : -1;
    }
    sample.forEach((item, point) => {
      for (let at = rows.offsets[item]!; at < rows.offsets[item + 1]!; at++) {
        const weight = rows.weights[at]! * lengths[item]!;
        for (let k = 0; k < PROJECTED; k++) projected[point * PROJECTED + k]! += weight * signs[rows.terms[at]! * PROJECTED + k]!;
      }
    });
    return projected;
  }
}
