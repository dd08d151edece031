import { UMAP } from 'umap-js';
import type { BucketTables } from '../evaluation/retrieval.ts';
import { tanh } from '../kernels/numbers/elementary.ts';
import { PURPOSE, RandomStream } from '../kernels/numbers/random.ts';
import type { MapPoint } from './report-data.ts';
import { shownName } from './shown-name.ts';

export interface MapInput {
  /** Of the n items on the map: (n, width) row-major, or who is near whom. */
  places: { vectors: Float32Array } | MapNeighbours;
  /** Their numbers; names are given to the first ones first. */
  sample: ArrayLike<number>;
  words: readonly string[];
  buckets: BucketTables;
  seed: number;
  /** Called between steps; may throw to stop. */
  onProgress: (done: number, total: number) => void;
}

const NAMED = 60;
/** Room of a letter and of a line, as shares of the map. */
const LETTER_WIDTH = 0.011;
const NAME_HEIGHT = 0.03;
export const MAP_NEIGHBOURS = 15;
const STEPS = 200;
/** With fewer words there is no map to speak of. */
const FEWEST = 8;

/**
 * Of each item on the map places of the nearest ones, at most MAP_NEIGHBOURS and all alike many,
 * itself first, with their distances.
 */
export interface MapNeighbours {
  indices: number[][];
  distances: number[][];
}

/**
 * tanh of all L embeddings of the commonest items, at most `points` of them. embeddings: (V, L, d)
 * row-major; counts: occurrences.
 */
export function commonestEmbeddings(
  embeddings: Float32Array,
  counts: ArrayLike<number | bigint>,
  points: number,
): Pick<MapInput, 'places' | 'sample'> {
  const width = embeddings.length / counts.length;
  const sample = commonest(counts, points);
  const vectors = Float32Array.from({ length: sample.length * width }, (_, at) =>
    tanh(embeddings[sample[Math.floor(at / width)]! * width + (at % width)]!),
  );
  return { places: { vectors }, sample };
}

/** The bits of the codes of the commonest items as 1 and -1. codes: (V, w) bytes. */
export function commonestCodes(
  codes: Uint8Array,
  counts: ArrayLike<number | bigint>,
  points: number,
): Pick<MapInput, 'places' | 'sample'> {
  const codeBytes = codes.length / counts.length;
  const bits = 8 * codeBytes;
  const sample = commonest(counts, points);
  const vectors = Float32Array.from({ length: sample.length * bits }, (_, at) => {
    const bit = at % bits;
    const byte = codes[sample[Math.floor(at / bits)]! * codeBytes + (bit >> 3)]!;
    return (byte >> (7 - (bit & 7))) & 1 ? 1 : -1;
  });
  return { places: { vectors }, sample };
}

function commonest(counts: ArrayLike<number | bigint>, points: number): Uint32Array {
  const order = Array.from({ length: counts.length }, (_, id) => id).toSorted(
    (a, b) => Number(counts[b]!) - Number(counts[a]!) || a - b,
  );
  return Uint32Array.from(order.slice(0, points));
}

/**
 * A map by UMAP (McInnes et al., 2018). The library draws with the platform's exp and pow, so the
 * places may differ between JavaScript engines; on one engine a seed gives one map.
 */
export function mapVectors({
  places,
  sample,
  words,
  buckets,
  seed,
  onProgress,
}: MapInput): MapPoint[] {
  const found = umapPlaces(places, sample.length, seed, onProgress);
  const points = found.map(({ x, y }, at) => ({
    word: words[sample[at]!]!,
    x,
    y,
    buckets: buckets.bucketOf.map((numbers) => numbers[sample[at]!]!),
    named: false,
  }));
  for (const point of apart(points)) point.named = true;
  return points;
}

/** Where UMAP puts n items; none where they are too few for a map. */
export function umapPlaces(
  given: MapInput['places'],
  n: number,
  seed: number,
  onProgress: MapInput['onProgress'],
): { x: number; y: number }[] {
  if (n < FEWEST) return [];
  const random = new RandomStream(seed, PURPOSE.report, 1);
  const umap = new UMAP({
    nComponents: 2,
    nNeighbors: 'indices' in given ? given.indices[0]!.length : Math.min(MAP_NEIGHBOURS, n - 1),
    minDist: 0.1,
    nEpochs: STEPS,
    random: () => random.uniform(),
  });
  if ('indices' in given) umap.setPrecomputedKNN(given.indices, given.distances);
  const steps = umap.initializeFit('indices' in given ? given.indices : rowsOf(given.vectors, n));
  for (let step = 0; step < steps; step++) {
    if (step % 10 === 0) onProgress(step, steps);
    umap.step();
  }
  return umap.getEmbedding().map(([x, y]) => ({ x: round(x!), y: round(y!) }));
}

function rowsOf(vectors: Float32Array, n: number): number[][] {
  const width = vectors.length / n;
  return Array.from({ length: n }, (_, at) =>
    Array.from(vectors.subarray(at * width, (at + 1) * width)),
  );
}

/** The first of them whose names do not cover one another. */
function apart(points: readonly MapPoint[]): MapPoint[] {
  const extent = (axis: 'x' | 'y') =>
    points.reduce((most, point) => Math.max(most, point[axis]), -Infinity) -
    points.reduce((least, point) => Math.min(least, point[axis]), Infinity);
  const [letter, high] = [LETTER_WIDTH * extent('x'), NAME_HEIGHT * extent('y')];
  const wide = (a: MapPoint, b: MapPoint) =>
    (letter * (shownName(a.word).length + shownName(b.word).length + 2)) / 2;
  const chosen: MapPoint[] = [];
  for (const point of points) {
    if (chosen.length === NAMED) break;
    if (
      chosen.every(
        (other) =>
          Math.abs(other.x - point.x) > wide(point, other) || Math.abs(other.y - point.y) > high,
      )
    )
      chosen.push(point);
  }
  return chosen;
}

const round = (value: number): number => Math.round(value * 100) / 100;
