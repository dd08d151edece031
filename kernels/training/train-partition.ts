import { log } from '../numbers/elementary.ts';
import { PURPOSE, RandomStream } from '../numbers/random.ts';

/** What training knows of the rows of one partition. Layout: (rows, L, d) row-major, float32. */
export interface PartitionState {
  /** Global id of the first row. */
  firstRow: number;
  embeddings: Float32Array;
  /** Adam's running mean of gradients. */
  moment1: Float32Array;
  /** Adam's running mean of squared gradients. */
  moment2: Float32Array;
  /** Adam steps that touched the partition. */
  steps: number;
}

const SPREAD = 0.05;

/**
 * A partition before training: E ~ N(0, 0.05^2), keyed by global row, so that it does not depend on
 * how rows are split.
 */
export function initializePartition(
  seed: number,
  firstRow: number,
  rows: number,
  tables: number,
  bits: number,
): PartitionState {
  const width = tables * bits;
  const embeddings = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    const random = new RandomStream(seed, PURPOSE.initialize, firstRow + row);
    for (let at = row * width; at < (row + 1) * width; at++)
      embeddings[at] = SPREAD * normal(random);
  }
  return {
    firstRow,
    embeddings,
    moment1: new Float32Array(rows * width),
    moment2: new Float32Array(rows * width),
    steps: 0,
  };
}

/** A standard normal by Marsaglia's polar method; its twin is thrown away. */
function normal(random: RandomStream): number {
  for (;;) {
    const x = 2 * random.uniform() - 1;
    const y = 2 * random.uniform() - 1;
    const squared = x * x + y * y;
    if (squared > 0 && squared < 1) return x * Math.sqrt((-2 * log(squared)) / squared);
  }
}
