import { PURPOSE, RandomStream } from '../kernels/numbers/random.ts';
import { shuffle } from '../kernels/numbers/shuffle.ts';
import type { PairwiseTraining } from '../schemas/configuration/training.ts';

/** A unit of training: partitions [p, q] with p <= q; p = q on the diagonal. */
type Block = readonly [p: number, q: number];

/**
 * One epoch over P partitions as a round-robin tournament: P - 1 rounds of P / 2 blocks that share
 * no partition (odd P: P rounds with one partition idle in each), then the diagonal as one round of
 * P blocks. Every pair of partitions comes exactly once. Who meets whom when is shuffled by seed
 * and epoch.
 */
export function rounds(partitions: number, seed: number, epoch: number): Block[][] {
  const random = new RandomStream(seed, PURPOSE.schedule, epoch);
  const labels = shuffle(
    Array.from({ length: partitions }, (_, p) => p),
    random,
  );
  const diagonal = labels.map((p): Block => [p, p]);
  return [...shuffle(meetings(labels), random), diagonal];
}

/** The global rows [first, end) of partition p of P over V rows; sizes differ by at most one. */
export function partitionRange(
  rows: number,
  partitions: number,
  p: number,
): { first: number; end: number } {
  return {
    first: Math.floor((rows * p) / partitions),
    end: Math.floor((rows * (p + 1)) / partitions),
  };
}

/** A number that names block (p, q) among P x P: part of its random key. */
export function blockId([p, q]: Block, partitions: number): number {
  return p * partitions + q;
}

/** The circle method: the first player stays, the others move on by one seat a round. */
function meetings(labels: number[]): Block[][] {
  const seats = labels.length % 2 === 0 ? labels.length : labels.length + 1;
  const moving = seats - 1;
  const result: Block[][] = [];
  for (let round = 0; round < moving; round++) {
    const blocks: Block[] = [];
    for (let k = 0; k < seats / 2; k++) {
      const a = k === 0 ? labels[seats - 1] : labels[(round + k) % moving];
      const b = labels[(round + moving - k) % moving];
      if (a !== undefined && b !== undefined) blocks.push([Math.min(a, b), Math.max(a, b)]);
    }
    if (blocks.length > 0) result.push(blocks);
  }
  return result;
}

/** Whether training after so many epochs draws negatives by the survey before it. */
export function isSurveyUsed(
  training: Pick<PairwiseTraining, 'epochs' | 'bucketPerPositive' | 'bucketFrom'>,
  epoch: number,
): boolean {
  return (
    epoch > 0 && training.bucketPerPositive > 0 && epoch / training.epochs >= training.bucketFrom
  );
}
