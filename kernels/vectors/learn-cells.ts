import { strideOf } from '../../format/compact-vectors.ts';
import { RandomStream } from '../numbers/random.ts';
import { type Centroids, largestOf, type Nearness, nearness } from './centroids.ts';
import { kMeans } from './k-means.ts';
import type { CompactRows } from './row-scores.ts';

/**
 * Places in which vectors lie: groups of cells, cells g of group firstCells[g] to firstCells[g +
 * 1].
 */
export interface Cells {
  groups: Centroids;
  /** (G + 1). */
  firstCells: Uint32Array;
  cells: Centroids;
}

interface CellShape {
  dimensions: number;
  /** Cells that are wanted; there may be fewer, and never many more. */
  cells: number;
  seed: number;
}

/** Purpose of the streams of first centroids; see PURPOSE in kernels/numbers/random.ts. */
const CELLS_PURPOSE = 65;
const ITERATIONS = 8;
/** Members a group that its centroid is learned from. */
const MAX_MEMBERS_A_GROUP = 512;

/**
 * Learns cells from a sample of vectors of length 1: about sqrt(cells) groups by k-means, then each
 * group in cells, as many as its share of the sample. Two steps take less than one over all cells
 * by a factor of sqrt(cells) / 2, and a reader finds a cell by its group.
 */
export function learnCells(
  sample: CompactRows,
  { dimensions, cells, seed }: CellShape,
  onStep: () => void,
): Cells {
  const rows = sample.scales.length;
  if (sample.rows.length !== rows * strideOf(dimensions) || rows === 0)
    throw new RangeError(`sample: ${sample.rows.length} bytes do not fit ${rows} rows`);
  const wanted = Math.max(1, Math.round(Math.sqrt(cells)));
  const near = nearness();
  const groups = kMeans(
    {
      sample,
      dimensions,
      members: evenRows(rows, wanted * MAX_MEMBERS_A_GROUP),
      k: wanted,
      iterations: ITERATIONS,
      stream: new RandomStream(seed, CELLS_PURPOSE, 0),
      near,
    },
    onStep,
  );
  const members = membersOf(sample, groups, near, onStep);
  const firstCells = new Uint32Array(members.length + 1);
  const learned = members.map((own, group) => {
    const share = Math.max(1, Math.round((cells * own.length) / rows));
    const centroids =
      own.length === 0
        ? oneOf(groups, group)
        : kMeans(
            {
              sample,
              dimensions,
              members: own,
              k: share,
              iterations: ITERATIONS,
              stream: new RandomStream(seed, CELLS_PURPOSE, 1 + group),
              near,
            },
            onStep,
          );
    firstCells[group + 1] = firstCells[group] + centroids.halfSquares.length;
    return centroids;
  });
  return { groups, firstCells, cells: joinCentroids(learned, dimensions) };
}

function evenRows(rows: number, most: number): Uint32Array {
  const n = Math.min(rows, most);
  return Uint32Array.from({ length: n }, (_, k) => Math.floor((k * rows) / n));
}

/** Rows of the sample by the group that is nearest to them. */
function membersOf(
  { rows, scales }: CompactRows,
  groups: Centroids,
  near: Nearness,
  onStep: () => void,
): Uint32Array[] {
  const stride = rows.length / scales.length;
  near.load(groups);
  const members = Array.from(groups.halfSquares, (): number[] => []);
  const values = new Int16Array(stride);
  for (let row = 0; row < scales.length; row++) {
    if (row % 16_384 === 0) onStep();
    values.set(rows.subarray(row * stride, (row + 1) * stride));
    members[largestOf(near.of(values, scales[row]))].push(row);
  }
  return members.map((own) => Uint32Array.from(own));
}

function oneOf({ dimensions, compact, halfSquares }: Centroids, at: number): Centroids {
  const stride = compact.rows.length / compact.scales.length;
  return {
    dimensions,
    compact: {
      rows: compact.rows.slice(at * stride, (at + 1) * stride),
      scales: compact.scales.slice(at, at + 1),
    },
    halfSquares: halfSquares.slice(at, at + 1),
  };
}

function joinCentroids(parts: readonly Centroids[], dimensions: number): Centroids {
  const stride = strideOf(dimensions);
  const k = parts.reduce((sum, { halfSquares }) => sum + halfSquares.length, 0);
  const rows = new Int8Array(k * stride);
  const scales = new Float32Array(k);
  const joined = new Float64Array(k);
  let at = 0;
  for (const { compact, halfSquares } of parts) {
    rows.set(compact.rows, at * stride);
    scales.set(compact.scales, at);
    joined.set(halfSquares, at);
    at += halfSquares.length;
  }
  return { dimensions, compact: { rows, scales }, halfSquares: joined };
}
