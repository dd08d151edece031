import { log } from './elementary.ts';
import { PURPOSE, RandomStream } from './random.ts';

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

/** A partition before training: E ~ N(0, 0.05^2), keyed by global row, so that it does not depend on how rows are split. */
export function initializePartition(seed: number, firstRow: number, rows: number, tables: number, bits: number): PartitionState {
  const width = tables * bits;
  const embeddings = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    const random = new RandomStream(seed, PURPOSE.initialize, firstRow + row);
    for (let at = row * width; at < (row + 1) * width; at++) embeddings[at] = SPREAD * normal(random);
  }
  return { firstRow, embeddings, moment1: new Float32Array(rows * width), moment2: new Float32Array(rows * width), steps: 0 };
}

/** The states of a block's sides, rows after rows in one array each; steps by side. */
export interface JoinedState {
  embeddings: Float32Array;
  moment1: Float32Array;
  moment2: Float32Array;
  steps: number[];
}

export function joinStates(states: readonly PartitionState[]): JoinedState {
  return {
    embeddings: concatenate(states.map(({ embeddings }) => embeddings)),
    moment1: concatenate(states.map(({ moment1 }) => moment1)),
    moment2: concatenate(states.map(({ moment2 }) => moment2)),
    steps: states.map(({ steps }) => steps),
  };
}

/** The way back, in the order and sizes of `states`. */
export function splitState(states: readonly PartitionState[], joined: JoinedState): PartitionState[] {
  let offset = 0;
  return states.map(({ firstRow, embeddings }, side) => {
    const start = offset;
    offset += embeddings.length;
    return {
      firstRow,
      embeddings: joined.embeddings.slice(start, offset),
      moment1: joined.moment1.slice(start, offset),
      moment2: joined.moment2.slice(start, offset),
      steps: joined.steps[side],
    };
  });
}

function concatenate(arrays: Float32Array[]): Float32Array {
  const joined = new Float32Array(arrays.reduce((sum, array) => sum + array.length, 0));
  let offset = 0;
  for (const array of arrays) {
    joined.set(array, offset);
    offset += array.length;
  }
  return joined;
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
