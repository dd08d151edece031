/**
 * Memory of training a large synthetic vocabulary: what a process that visits blocks holds at most,
 * less what the same process holds before, over the bytes of all embeddings, both moments and the
 * pairs of D. `--words 660000 --pairs 16000000 --partitions 4 --mined 16`. D and negatives of all
 * partitions stay in memory, as a worker keeps them; states of the two partitions of a visit are
 * loaded, trained and given back.
 */
import { createLoss } from '../../hashers/losses/losses.ts';
import { partitionRange } from '../../hashers/tournament.ts';
import { PURPOSE, RandomStream } from '../../kernels/numbers/random.ts';
import { trainBlock } from '../../kernels/training/train-block.ts';
import { initializePartition } from '../../kernels/training/train-partition.ts';
import type { BlockSide, SparseRows } from '../../kernels/training/train-rows.ts';
import { pairwiseTraining } from '../../schemas/configuration/training.ts';
import { recordFigure } from '../record-figure.ts';

export async function bench(options: Map<string, string>): Promise<void> {
  const number = (name: string, otherwise: number) => Number(options.get(name) ?? otherwise);
  const words = number('words', 660_000);
  const pairs = number('pairs', 16_000_000);
  const partitions = number('partitions', 4);
  const mined = number('mined', 16);
  const training = pairwiseTraining.parse({ partitions });
  const { tables, bits } = training;
  const idle = process.memoryUsage().rss;
  const affinity = uniformRows(words, Math.round(pairs / words), 1);
  const negatives = uniformRows(words, mined, 2);
  const side = (p: number): BlockSide => {
    const { first, end } = partitionRange(words, partitions, p);
    const rows = ({ offsets, columns }: SparseRows): SparseRows => ({
      offsets: offsets.subarray(first, end + 1),
      columns,
    });
    return {
      state: initializePartition(1, first, end - first, tables, bits),
      affinity: rows(affinity),
      negatives: rows(negatives),
    };
  };
  const sides = partitions === 1 ? [side(0)] : [side(0), side(1)];
  const visit = {
    settings: training,
    loss: createLoss(training),
    allRows: words,
    from: 0,
    to: 0.05,
    seed: 1,
    epoch: 0,
    block: 1,
  };
  const trained = await trainBlock(sides, visit);
  const peak = process.resourceUsage().maxRSS * 1024;
  const needed = words * tables * bits * 4 * 3 + affinity.columns.length * 8;
  process.stdout.write(
    `${trained.pairs} pairs trained; idle ${mib(idle)}, peak ${mib(peak)}, embeddings, ` +
      `moments and pairs ${mib(needed)}\n`,
  );
  const command =
    `npm run bench -- train-memory --words ${words} --pairs ${pairs} --partitions ` +
    `${partitions} --mined ${mined}`;
  recordFigure({
    name: 'train-memory-ratio',
    value: (peak - idle) / needed,
    unit:
      `x of embeddings, moments and pairs of all partitions, ${partitions} partitions, a visit ` +
      'of two at a time',
    goal: '<= 1.5',
    command,
  });
}

/** `degree` columns a row, rising, uniform; not symmetric, which memory does not know. */
function uniformRows(rows: number, degree: number, seed: number): SparseRows {
  const random = new RandomStream(seed, PURPOSE.evaluate);
  const columns = new Uint32Array(rows * degree);
  for (let row = 0; row < rows; row++) {
    const own = columns.subarray(row * degree, (row + 1) * degree);
    for (let at = 0; at < degree; at++) own[at] = random.below(rows);
    own.sort();
  }
  return { offsets: Uint32Array.from({ length: rows + 1 }, (_, row) => row * degree), columns };
}

const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
