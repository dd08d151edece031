import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { PURPOSE, RandomStream } from '../../kernels/random.ts';
import { createBatch, drawBatch, positivePairs, shufflePairs } from '../../kernels/train-batch.ts';
import { schedule, trainBlock } from '../../kernels/train-block.ts';
import type { PartitionState } from '../../kernels/train-partition.ts';
import { numberRows, restrict } from '../../kernels/train-rows.ts';
import { clusterQuality, plantedClusters, type Problem, type Run, SETTINGS, sideOf, startStates, toSparse, trainAll, visitOf } from './train-problem.ts';
import { batchGradient, batchLoss, drawMasks, ReferenceAdam } from './train-reference.ts';

const SMALL = plantedClusters(6, 8, 0.8, 0.03);

function digest(states: readonly PartitionState[]): string {
  const hash = createHash('sha256');
  for (const { embeddings, moment1, moment2, steps } of states) {
    for (const values of [embeddings, moment1, moment2]) {
      for (const value of values) {
        const bytes = Buffer.alloc(4);
        bytes.writeFloatLE(value);
        hash.update(bytes);
      }
    }
    hash.update(`${steps}`);
  }
  return hash.digest('hex');
}

function onlySide(problem: Problem, run: Run) {
  return sideOf(problem, startStates(problem, run, 1)[0]!, run.tables * run.bits);
}

describe('trainBlock', () => {
  it('gives the same bytes for the same seed, others for another', () => {
    const run = { ...SETTINGS, partitions: 3, dropout: 0.1, hardPerPositive: 0.5 };
    const bytes = digest(trainAll(SMALL, run, 1).states);
    assert.equal(digest(trainAll(SMALL, run, 1).states), bytes);
    assert.notEqual(digest(trainAll(SMALL, run, 2).states), bytes);
  });

  it('gives these bytes on every machine', () => {
    const digests = (['lse', 'cos', 'dch', 'dhn'] as const).map((method) => digest(trainAll(SMALL, { ...SETTINGS, method, epochs: 1, partitions: 2 }, 1).states).slice(0, 16));
    assert.deepEqual(digests, ['4ba1bdb97e762021', 'aaa35254d970a6e2', '034b0f1815fb87c7', '4d317e33e651d2eb']);
  });

  it('leaves the states that come in as they are, and counts steps', () => {
    const side = onlySide(SMALL, SETTINGS);
    const before = digest([side.state]);
    const { states, pairs } = trainBlock([side], visitOf(SMALL, SETTINGS, 1, 0, 0));
    assert.equal(digest([side.state]), before);
    const positives = SMALL.affinity.columns.length;
    assert.equal(states[0]!.steps, Math.ceil(positives / SETTINGS.batchPositives));
    assert.ok(pairs > 3 * positives && pairs <= 4 * positives);
  });

  it('is the plain pass over all pairs when there is one partition', () => {
    const problem = plantedClusters(2, 4, 0.8, 0.1);
    for (const dropout of [0, 0.2]) {
      const run = { ...SETTINGS, batchPositives: 10, lambda: 0.2, dropout };
      const side = onlySide(problem, run);
      // Larger than at the start of a run: numerical gradients of nearly equal vectors are poor.
      const state = { ...side.state, embeddings: side.state.embeddings.map((value) => 10 * value) };
      const { states, loss } = trainBlock([{ ...side, state }], visitOf(problem, run, 1, 1, 0));
      const plain = plainPass(problem, run, [...state.embeddings], 1);
      assert.ok(Math.abs(loss - plain.loss) < 1e-6 * plain.loss, `loss ${loss} instead of ${plain.loss}`);
      for (const [k, value] of states[0]!.embeddings.entries()) assert.ok(Math.abs(value - plain.E[k]!) < 1e-5, `value ${k}: ${value} instead of ${plain.E[k]}`);
    }
  });

  it('leaves partitions without pairs between them alone', () => {
    const problem = { rows: 4, affinity: toSparse([[1], [0], [3], [2]]), negatives: toSparse([[], [], [], []]) };
    const run = { ...SETTINGS, partitions: 2 };
    const sides = startStates(problem, run, 1).map((state) => sideOf(problem, state, 16));
    const { states, loss, pairs } = trainBlock(sides, visitOf(problem, run, 1, 0, 1));
    assert.equal(digest(states), digest(sides.map(({ state }) => state)));
    assert.deepEqual([loss, pairs], [0, 0]);
  });

  it('reports batches, and stops when the report throws', () => {
    const seen: string[] = [];
    trainBlock([onlySide(SMALL, SETTINGS)], visitOf(SMALL, SETTINGS, 1, 0, 0), (done, total) => seen.push(`${done}/${total}`));
    const total = Math.ceil(SMALL.affinity.columns.length / 64);
    assert.deepEqual(seen, Array.from({ length: total }, (_, b) => `${b + 1}/${total}`));
    const cancelled = new Error('cancelled');
    const stop = () => {
      throw cancelled;
    };
    assert.throws(() => trainBlock([onlySide(SMALL, SETTINGS)], visitOf(SMALL, SETTINGS, 1, 0, 0), stop), cancelled);
  });

  it('names pair and step at a loss that is not finite', () => {
    const run = { ...SETTINGS, partitions: 2 };
    const [p, q] = startStates(SMALL, run, 1).map((state) => sideOf(SMALL, state, 16));
    q!.state.embeddings[5 * 16] = NaN;
    q!.state.steps = 3;
    p!.state.steps = 7;
    const row = q!.state.firstRow + 5;
    assert.throws(
      () => trainBlock([p!, q!], visitOf(SMALL, run, 1, 0, 1)),
      (error: Error & { left: number; right: number; step: number }) => error.name === 'NonFiniteError' &&
        [error.left, error.right].includes(row) &&
        error.step >= 8 &&
        error.message.includes(`(${error.left}, ${error.right}) in step ${error.step}`),
    );
  });

  it('names pair and step at an embedding that is not finite', () => {
    const run = { ...SETTINGS, rate: 1e39 };
    assert.throws(() => trainBlock([onlySide(SMALL, run)], visitOf(SMALL, run, 1, 0, 0)), /^NonFiniteError: embedding of row \d+ not finite at pair \(\d+, \d+\) in step 1:/);
  });

  it('refuses states and rows that do not fit', () => {
    const side = onlySide(SMALL, SETTINGS);
    const visit = visitOf(SMALL, SETTINGS, 1, 0, 0);
    assert.throws(() => trainBlock([{ ...side, state: { ...side.state, embeddings: new Float32Array(17) } }], visit), /partition at row 0: 17 embedding values/);
    assert.throws(() => trainBlock([{ ...side, affinity: toSparse([[]]) }], visit), /48 rows, but offsets for 1/);
    assert.throws(() => trainBlock([side, side], visit), /second side begins at row 0/);
    assert.throws(() => trainBlock([], visit), /one side or two, not 0/);
  });
});

describe('schedule', () => {
  it('lets the rate fall to 2%, lambda rise from 0 and the temperature end at two thirds', () => {
    assert.deepEqual(schedule(SETTINGS, 0), { rate: 0.04, lambda: 0, temperature: 0.1 });
    const end = schedule(SETTINGS, 1);
    assert.ok(Math.abs(end.rate - 0.0008) < 1e-12);
    assert.deepEqual([end.lambda, end.temperature], [0.1, 0]);
    assert.equal(schedule(SETTINGS, 2 / 3).temperature, 0);
    assert.ok(Math.abs(schedule(SETTINGS, 1 / 3).temperature - 0.05) < 1e-12);
    assert.equal(schedule({ ...SETTINGS, lambdaRamp: false }, 0).lambda, 0.1);
  });
});

describe('the blocks of an epoch', () => {
  it('train every pair of D exactly once, in both orders', () => {
    for (const partitions of [1, 2, 3, 5]) {
      const run = { ...SETTINGS, partitions };
      const states = startStates(SMALL, run, 1);
      const trained: string[] = [];
      for (let p = 0; p < partitions; p++) {
        for (let q = p; q < partitions; q++) {
          const sides = (p === q ? [p] : [p, q]).map((side) => sideOf(SMALL, states[side]!, 16));
          const rows = numberRows(sides, 16);
          const { left, right } = positivePairs(rows, restrict(rows, sides.map((side) => side.affinity)));
          const globalOf = (local: number) => local + (local < rows.split ? rows.shiftP : rows.shiftQ);
          for (const [at, row] of left.entries()) trained.push(`${globalOf(row)} ${globalOf(right[at]!)}`);
        }
      }
      const { offsets, columns } = SMALL.affinity;
      const expected = Array.from({ length: SMALL.rows }, (_, row) => [...columns.subarray(offsets[row], offsets[row + 1])].map((column) => `${row} ${column}`)).flat();
      assert.deepEqual(trained.sort(), expected.sort());
    }
  });

  it('draw negatives from all rows of p and q that D does not link', () => {
    const run = { ...SETTINGS, partitions: 3 };
    const sides = [0, 2].map((p) => sideOf(SMALL, startStates(SMALL, run, 1)[p]!, 16));
    const rows = numberRows(sides, 16);
    const affinity = restrict(rows, sides.map((side) => side.affinity));
    const negatives = restrict(rows, sides.map((side) => side.negatives));
    const has = (sparse: typeof affinity, row: number, column: number) => sparse.columns.subarray(sparse.offsets[row], sparse.offsets[row + 1]).includes(column);
    const positives = positivePairs(rows, affinity);
    const count = positives.left.length;
    const batch = createBatch(count, 0.5, 3);
    drawBatch(batch, positives, 0, count, affinity, negatives, 0.5, 3, new RandomStream(1, PURPOSE.batch));
    const kinds = [0, 0, 0];
    const sameSide = [0, 0];
    for (let at = 0; at < batch.pairs; at++) {
      const [left, right, kind] = [batch.left[at]!, batch.right[at]!, batch.kind[at]!];
      kinds[kind]! += 1;
      assert.notEqual(left, right);
      assert.equal(has(affinity, left, right), kind === 0);
      if (kind === 1) assert.ok(has(negatives, left, right));
      if (kind === 2) sameSide[left < rows.split === right < rows.split ? 1 : 0]! += 1;
    }
    assert.deepEqual([kinds[0], kinds[2]], [count, 3 * count]);
    assert.ok(Math.abs(kinds[1]! - count / 2) < 3 * Math.sqrt(count / 4));
    assert.ok(sameSide[0]! > count && sameSide[1]! > count);
  });

  it('draw no negative for a row that has none', () => {
    const rows = numberRows([onlySide({ rows: 2, affinity: toSparse([[1], [0]]), negatives: toSparse([[], []]) }, SETTINGS)], 16);
    const affinity = toSparse([[1], [0]]);
    const batch = createBatch(2, 2, 2);
    drawBatch(batch, positivePairs(rows, affinity), 0, 2, affinity, toSparse([[], []]), 2, 2, new RandomStream(1, PURPOSE.batch));
    assert.equal(batch.pairs, 2);
  });
});

describe('training', () => {
  for (const partitions of [1, 4]) {
    it(`finds planted clusters with LSE, P = ${partitions}`, () => {
      const clusters = 30;
      const problem = plantedClusters(clusters, 10, 0.8, 0.003);
      const run: Run = { ...SETTINGS, partitions, tables: 1, bits: 32, epochs: 40, concentration: 8, beta: 0.5, lambda: 0.3, temperature: 0, batchPositives: 256, hardPerPositive: 0, easyPerPositive: 3 };
      const { states, losses } = trainAll(problem, run, 1);
      const { precision, recall } = clusterQuality(states, clusters, 1, 32);
      assert.ok(precision > 0.9 && recall > 0.9, `precision ${precision}, recall ${recall}`);
      assert.ok(losses[run.epochs - 1]! < losses[0]! / 4);
    });
  }
});

/** One epoch over one partition, with the reference's gradient and Adam. */
function plainPass(problem: Problem, run: Run, start: readonly number[], epoch: number): { E: number[]; loss: number } {
  const width = run.tables * run.bits;
  const positives = positivePairs(numberRows([onlySide(problem, run)], width), problem.affinity);
  shufflePairs(positives, new RandomStream(1, PURPOSE.shuffle, epoch, 0));
  const count = positives.left.length;
  const batches = Math.ceil(count / run.batchPositives);
  const draws = new RandomStream(1, PURPOSE.batch, epoch, 0);
  const masks = new RandomStream(1, PURPOSE.dropout, epoch, 0);
  const adam = new ReferenceAdam(start.length);
  let E = [...start];
  let loss = 0;
  let pairs = 0;
  for (let b = 0; b < batches; b++) {
    const now = schedule(run, (epoch + (b + 0.5) / batches) / run.epochs);
    const batch = createBatch(run.batchPositives, run.hardPerPositive, run.easyPerPositive);
    const [from, to] = [Math.floor((count * b) / batches), Math.floor((count * (b + 1)) / batches)];
    drawBatch(batch, positives, from, to, problem.affinity, problem.negatives, run.hardPerPositive, run.easyPerPositive, draws);
    const settings = { ...run, ...now };
    const drawn = drawMasks(batch, settings, masks);
    loss += batchLoss(E, batch, settings, drawn);
    pairs += batch.pairs;
    const touched = new Set([...batch.left.subarray(0, batch.pairs), ...batch.right.subarray(0, batch.pairs)]);
    E = adam.update(E, batchGradient(E, batch, settings, drawn), touched, width, now.rate);
  }
  return { E, loss: loss / pairs };
}
