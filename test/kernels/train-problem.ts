/** Small training problems, and a run over them as the train stage makes it. */
import { createLoss } from '../../hashers/loss.ts';
import { blockId, partitionRange, rounds } from '../../hashers/tournament.ts';
import { PURPOSE, RandomStream } from '../../kernels/random.ts';
import { trainBlock, type TrainSettings } from '../../kernels/train-block.ts';
import { initializePartition, type PartitionState } from '../../kernels/train-partition.ts';
import type { BlockSide, SparseRows } from '../../kernels/train-rows.ts';

export interface Problem {
  rows: number;
  affinity: SparseRows;
  negatives: SparseRows;
}

export interface Run extends TrainSettings {
  method: 'lse' | 'cos' | 'dch' | 'dhn';
  concentration: number;
  epochs: number;
  partitions: number;
}

export const SETTINGS: Run = {
  method: 'lse',
  concentration: 4,
  epochs: 3,
  partitions: 1,
  tables: 2,
  bits: 8,
  beta: 2,
  betaOn: 'all',
  lambda: 0.1,
  lambdaRamp: true,
  temperature: 0.1,
  dropout: 0,
  batchPositives: 64,
  hardPerPositive: 1,
  easyPerPositive: 2,
  rate: 0.04,
};

/** Clusters of equal size; pairs within one are linked with this probability, and two of other clusters with `noise`. */
export function plantedClusters(clusters: number, size: number, density: number, noise: number, seed = 1): Problem {
  const rows = clusters * size;
  const random = new RandomStream(seed, PURPOSE.evaluate);
  // Row r is of cluster r % clusters, so that every partition has some of each.
  const linked = Array.from({ length: rows }, () => new Set<number>());
  for (let i = 0; i < rows; i++) {
    for (let j = i + 1; j < rows; j++) {
      if (random.uniform() >= (i % clusters === j % clusters ? density : noise)) continue;
      linked[i]!.add(j);
      linked[j]!.add(i);
    }
  }
  const hard = linked.map((row, i) => {
    const second = new Set([...row].flatMap((j) => [...linked[j]!]));
    return [...second].filter((k) => k !== i && !row.has(k));
  });
  return { rows, affinity: toSparse(linked.map((row) => [...row])), negatives: toSparse(hard) };
}

export function toSparse(rows: number[][]): SparseRows {
  const offsets = new Uint32Array(rows.length + 1);
  for (const [r, row] of rows.entries()) offsets[r + 1] = offsets[r]! + row.length;
  return { offsets, columns: Uint32Array.from(rows.flatMap((row) => [...row].sort((a, b) => a - b))) };
}

export function startStates({ rows }: Problem, { partitions, tables, bits }: Run, seed: number): PartitionState[] {
  return Array.from({ length: partitions }, (_, p) => {
    const { first, end } = partitionRange(rows, partitions, p);
    return initializePartition(seed, first, end - first, tables, bits);
  });
}

/** A partition's state with its rows of the problem. */
export function sideOf({ affinity, negatives }: Problem, state: PartitionState, width: number): BlockSide {
  const end = state.firstRow + state.embeddings.length / width;
  const slice = ({ offsets, columns }: SparseRows): SparseRows => ({ offsets: offsets.subarray(state.firstRow, end + 1), columns });
  return { state, affinity: slice(affinity), negatives: slice(negatives) };
}

/** All epochs over all blocks. */
export function trainAll(problem: Problem, run: Run, seed: number): { states: PartitionState[]; losses: number[] } {
  const states = startStates(problem, run, seed);
  const losses: number[] = [];
  for (let epoch = 0; epoch < run.epochs; epoch++) {
    let loss = 0;
    let pairs = 0;
    for (const [p, q] of rounds(run.partitions, seed, epoch).flat()) {
      const sides = (p === q ? [p] : [p, q]).map((side) => sideOf(problem, states[side]!, run.tables * run.bits));
      const trained = trainBlock(sides, visitOf(problem, run, seed, epoch, blockId([p, q], run.partitions)));
      states[p] = trained.states[0]!;
      if (p !== q) states[q] = trained.states[1]!;
      loss += trained.loss * trained.pairs;
      pairs += trained.pairs;
    }
    losses.push(loss / pairs);
  }
  return { states, losses };
}

export function visitOf({ rows }: Problem, run: Run, seed: number, epoch: number, block: number) {
  return { settings: run, loss: createLoss(run), allRows: rows, from: epoch / run.epochs, to: (epoch + 1) / run.epochs, seed, epoch, block };
}

/** Precision and recall by equal code in any table, means over all rows; the truth is the cluster. */
export function clusterQuality(states: PartitionState[], clusters: number, tables: number, bits: number): { precision: number; recall: number } {
  const codes = states.flatMap(({ embeddings }) =>
    Array.from({ length: embeddings.length / (tables * bits) }, (_, row) =>
      Array.from({ length: tables }, (_table, table) =>
        [...embeddings.subarray((row * tables + table) * bits, (row * tables + table + 1) * bits)].map((value) => (value > 0 ? '1' : '0')).join(''),
      ),
    ),
  );
  const size = codes.length / clusters;
  let precision = 0;
  let recall = 0;
  for (const [i, own] of codes.entries()) {
    const retrieved = codes.flatMap((other, j) => (j !== i && other.some((code, table) => code === own[table]) ? [j] : []));
    const right = retrieved.filter((j) => j % clusters === i % clusters).length;
    precision += retrieved.length === 0 ? 0 : right / retrieved.length;
    recall += right / (size - 1);
  }
  return { precision: precision / codes.length, recall: recall / codes.length };
}
