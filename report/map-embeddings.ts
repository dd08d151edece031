import { UMAP } from 'umap-js';
import type { BucketTables } from '../evaluation/retrieval.ts';
import { tanh } from '../kernels/elementary.ts';
import { PURPOSE, RandomStream } from '../kernels/random.ts';
import type { MapPoint } from './report-data.ts';

export interface MapInput {
  /** (V, L, d) row-major. */
  embeddings: Float32Array;
  words: readonly string[];
  /** Occurrences of each word. */
  counts: ArrayLike<number | bigint>;
  buckets: BucketTables;
  seed: number;
  /** At most so many words, the commonest. */
  points: number;
  /** Called between steps; may throw to stop. */
  report(done: number, total: number): void;
}

const NAMED = 60;
/** Room of a name, as shares of the map. */
const NAME_WIDTH = 0.12;
const NAME_HEIGHT = 0.03;
const NEIGHBORS = 15;
const STEPS = 200;
/** With fewer words there is no map to speak of. */
const FEWEST = 8;

/**
 * A map of the commonest words by UMAP (McInnes et al., 2018) over tanh of all L embeddings. The library draws with the platform's exp and pow, so the
 * places may differ between JavaScript engines; on one engine a seed gives one map.
 */
export function mapEmbeddings(input: MapInput): MapPoint[] {
  const { embeddings, words, counts, buckets, seed } = input;
  const width = embeddings.length / words.length;
  const order = Array.from(words, (_, id) => id).toSorted((a, b) => Number(counts[b]!) - Number(counts[a]!) || a - b);
  const sample = order.slice(0, input.points);
  if (sample.length < FEWEST) return [];
  const vectors = sample.map((id) => Array.from(embeddings.subarray(id * width, (id + 1) * width), (value) => tanh(value)));
  const random = new RandomStream(seed, PURPOSE.report, 1);
  const umap = new UMAP({ nComponents: 2, nNeighbors: Math.min(NEIGHBORS, sample.length - 1), minDist: 0.1, nEpochs: STEPS, random: () => random.uniform() });
  const steps = umap.initializeFit(vectors);
  for (let step = 0; step < steps; step++) {
    if (step % 10 === 0) input.report(step, steps);
    umap.step();
  }
  const places = umap.getEmbedding();
  const points = sample.map((id, at) => ({
    word: words[id]!,
    x: round(places[at]![0]!),
    y: round(places[at]![1]!),
    buckets: buckets.bucketOf.map((numbers) => numbers[id]!),
    named: false,
  }));
  for (const point of apart(points)) point.named = true;
  return points;
}

/** The commonest words whose names do not cover one another. */
function apart(points: readonly MapPoint[]): MapPoint[] {
  const extent = (axis: 'x' | 'y') => points.reduce((most, point) => Math.max(most, point[axis]), -Infinity) - points.reduce((least, point) => Math.min(least, point[axis]), Infinity);
  const [wide, high] = [NAME_WIDTH * extent('x'), NAME_HEIGHT * extent('y')];
  const chosen: MapPoint[] = [];
  for (const point of points) {
    if (chosen.length === NAMED) break;
    if (chosen.every((other) => Math.abs(other.x - point.x) > wide || Math.abs(other.y - point.y) > high)) chosen.push(point);
  }
  return chosen;
}

const round = (value: number): number => Math.round(value * 100) / 100;
