import assert from 'node:assert/strict';
import { beforeAll, describe, it } from 'vitest';
import * as fc from 'fast-check';
import { precisionRecall } from '../../../evaluation/precision-recall.ts';
import { bucketTables, retrieveByCode } from '../../../evaluation/retrieval.ts';
import { openEngine } from '../../../hashers/tensors/engine.ts';
import { createLoss } from '../../../hashers/losses/losses.ts';
import { trainOnTensors } from '../../../hashers/tensors/train-on-tensors.ts';
import { binarize } from '../../../kernels/numbers/binarize.ts';
import { mineNegatives } from '../../../kernels/affinity/mine-negatives.ts';
import { RandomStream } from '../../../kernels/numbers/random.ts';
import { drawBlockModel, factionsOf } from '../../../kernels/affinity/stochastic-block-model.ts';
import { trainBlock, type TrainedBlock } from '../../../kernels/training/train-block.ts';
import { initializePartition } from '../../../kernels/training/train-partition.ts';
import type { BlockSide } from '../../../kernels/training/train-rows.ts';
import type { Visit } from '../../../kernels/training/train-settings.ts';
import { openTensorflow, prepareTensorflow } from '../../../infra/tensorflow/tensorflow.ts';
import {
  LOSS_NAMES,
  type PairwiseTraining,
  pairwiseTraining,
} from '../../../schemas/configuration/training.ts';
import { sbmSetting } from '../../../schemas/experiment.ts';
import type { Tensorflow } from '../../../schemas/tensorflow.ts';
import { withoutTensorflow } from '../../tensorflow-here.ts';
import { sidesOf } from '../../kernels/training/random-block.ts';
import { skippedFor } from '../../skipped-for.ts';

const DEFAULTS = pairwiseTraining.parse({});

const trainings = fc.record({
  method: fc.constantFrom(...LOSS_NAMES),
  tables: fc.integer({ min: 1, max: 4 }),
  bits: fc.constantFrom(8, 32, 40),
  concentration: fc.constantFrom(1, 4, 16),
  betaOn: fc.constantFrom('all', 'hard' as const),
  degreeBalance: fc.constantFrom(0, 0.5, 1),
  lambda: fc.constantFrom(0, 0.3),
  lambdaRamp: fc.boolean(),
  temperature: fc.constantFrom(0, 0.07),
  dropout: fc.constantFrom(0, 0.2),
  hardPerPositive: fc.constantFrom(0, 1, 0.5),
  rowBlocks: fc.constantFrom(1, 4, 16),
  batchPositives: fc.integer({ min: 5, max: 60 }),
});

type SettledVisit = Visit & { settings: PairwiseTraining };

function visitOf(training: PairwiseTraining, allRows: number, seed: number): SettledVisit {
  return {
    settings: training,
    loss: createLoss(training),
    allRows,
    from: 0.1,
    to: 0.2,
    seed,
    epoch: 3,
    block: 1,
  };
}

/** |one - other| / |other|. */
function apart(
  one: TrainedBlock,
  other: TrainedBlock,
  name: 'embeddings' | 'moment1' | 'moment2',
): number {
  const [a, b] = [one, other].map(({ states }) => states.flatMap((state) => [...state[name]])) as [
    number[],
    number[],
  ];
  const norm = (values: number[]): number => Math.hypot(...values);
  return norm(a.map((value, at) => value - b[at]!)) / Math.max(norm(b), 1e-12);
}

/** Embeddings that all point one way but for `noise`; without a common way, every which way. */
function aim(sides: BlockSide[], common: number, noise: number): BlockSide[] {
  const random = new RandomStream(4, 98);
  const way = Array.from({ length: 32 }, () => common * (2 * random.uniform() - 1));
  return sides.map((side) => ({
    ...side,
    state: {
      ...side.state,
      embeddings: side.state.embeddings.map(
        (_, at) => way[at % 32]! + noise * (2 * random.uniform() - 1),
      ),
    },
  }));
}

/** Of all embeddings of 32 dimensions. */
function largestCosine(sides: BlockSide[]): number {
  const vectors = sides.flatMap(({ state: { embeddings } }) =>
    Array.from({ length: embeddings.length / 32 }, (_, at) =>
      [...embeddings.subarray(32 * at, 32 * (at + 1))].map(Math.tanh),
    ),
  );
  const units = vectors.map((u) => u.map((x) => x / Math.hypot(...u)));
  return Math.max(
    ...units.flatMap((u, at) =>
      units.slice(0, at).map((v) => u.reduce((sum, x, k) => sum + x * v[k]!, 0)),
    ),
  );
}

const skip = await withoutTensorflow();

describe('trainOnTensors', skippedFor(skip), () => {
  let tf: Tensorflow;
  beforeAll(async () => {
    prepareTensorflow();
    ({ tf } = await openTensorflow());
  });

  it(
    'has the loss and gradient of the engine wasm for one batch, within 1e-5 relative where ' +
      'cosines are at most .99',
    async () => {
      for (const method of LOSS_NAMES) {
        for (const [temperature, dropout, lambda] of [
          [0, 0, 0],
          [0.07, 0, 0.3],
          [0.07, 0.2, 0.3],
        ] as const) {
          const training: PairwiseTraining = {
            ...DEFAULTS,
            method,
            temperature,
            dropout,
            lambda,
            rowBlocks: 1,
            batchPositives: 1e6,
            rate: 1e-6,
          };
          for (const [common, noise] of [
            [0, 1],
            [1, 0.2],
          ] as const) {
            const sides = aim(sidesOf(100, [0, 100], training, 5), common, noise);
            assert.ok(largestCosine(sides) <= 0.99);
            const visit = visitOf(training, 100, 5);
            const [found, expected] = [
              trainOnTensors(tf, sides, visit),
              await trainBlock(sides, visit),
            ];
            assert.equal(found.pairs, expected.pairs);
            assert.ok(
              Math.abs(found.loss / expected.loss - 1) < 1e-5,
              `${method}: loss ${found.loss}, expected ${expected.loss}`,
            );
            // The first moment of one step is a tenth of the gradient.
            assert.ok(
              apart(found, expected, 'moment1') < 1e-5,
              `${method}: gradient ${apart(found, expected, 'moment1')}`,
            );
          }
        }
      }
    },
  );

  it('stays within 2e-3 of its loss and 2e-2 of its gradient where all cosines are near 1', async () => {
    for (const method of LOSS_NAMES) {
      for (const spread of [0.05, 0.005, 0.0005]) {
        const training: PairwiseTraining = {
          ...DEFAULTS,
          method,
          temperature: 0,
          lambda: 0,
          tables: 1,
          rowBlocks: 1,
          batchPositives: 1e6,
          rate: 1e-6,
        };
        const sides = aim(sidesOf(300, [0, 300], training, 5), 1, spread);
        const visit = visitOf(training, 300, 5);
        const [found, expected] = [
          trainOnTensors(tf, sides, visit),
          await trainBlock(sides, visit),
        ];
        assert.ok(
          Math.abs(found.loss / expected.loss - 1) < 2e-3,
          `${method}, ${spread}: loss ${found.loss}, expected ${expected.loss}`,
        );
        assert.ok(
          apart(found, expected, 'moment1') < 2e-2,
          `${method}, ${spread}: gradient ${apart(found, expected, 'moment1')}`,
        );
      }
    }
  });

  it(
    'goes the way of the engine wasm over a whole visit: loss, embeddings and moments within ' +
      '1e-4 relative',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          trainings,
          fc.boolean(),
          fc.integer({ min: 1, max: 1000 }),
          async (drawn, diagonal, seed) => {
            const training: PairwiseTraining = { ...DEFAULTS, ...drawn, rate: 0.002 };
            const sides = sidesOf(30, diagonal ? [0, 30] : [0, 14, 30], training, seed);
            const visit = visitOf(training, 40, seed);
            const [found, expected] = [
              trainOnTensors(tf, sides, visit),
              await trainBlock(sides, visit),
            ];
            assert.equal(found.pairs, expected.pairs);
            assert.deepEqual(
              found.states.map(({ steps, firstRow }) => [steps, firstRow]),
              expected.states.map(({ steps, firstRow }) => [steps, firstRow]),
            );
            assert.ok(
              Math.abs(found.loss / expected.loss - 1) < 1e-4,
              `loss ${found.loss}, expected ${expected.loss}`,
            );
            for (const name of ['embeddings', 'moment1', 'moment2'] as const)
              assert.ok(
                apart(found, expected, name) < 1e-4,
                `${name}: ${apart(found, expected, name)}`,
              );
          },
        ),
        { numRuns: 40, seed: 7, includeErrorInReport: true },
      );
    },
  );

  it('moves rows by RMSprop as if every row had decayed in every step', async () => {
    for (const cuts of [
      [0, 300],
      [0, 140, 300],
    ]) {
      const training: PairwiseTraining = {
        ...DEFAULTS,
        optimizer: 'rmsprop',
        rate: 0.001,
        batchPositives: 40,
        temperature: 0,
      };
      const sides = sidesOf(300, cuts, training, 5).map((side) => ({
        ...side,
        state: { ...side.state, moment2: side.state.moment2.map(() => 0.5) },
      }));
      const visit = visitOf(training, 300, 5);
      const [found, expected] = [trainOnTensors(tf, sides, visit), await trainBlock(sides, visit)];
      for (const name of ['embeddings', 'moment2'] as const)
        assert.ok(apart(found, expected, name) < 1e-4, `${name}: ${apart(found, expected, name)}`);
    }
  });

  it('leaves the same bytes for a seed on the CPU, and nothing on the device', () => {
    const sides = sidesOf(300, [0, 140, 300], DEFAULTS, 5);
    const visit = visitOf({ ...DEFAULTS, batchPositives: 100, dropout: 0.1 }, 300, 5);
    const tensors = tf.memory().numTensors;
    assert.deepEqual(trainOnTensors(tf, sides, visit), trainOnTensors(tf, sides, visit));
    assert.equal(tf.memory().numTensors, tensors);
  });

  it('stops at an embedding that is not finite, with pair and step', () => {
    for (const value of [NaN, Infinity]) {
      const sides = sidesOf(300, [0, 300], DEFAULTS, 5);
      sides[0]!.state.embeddings[96 * 17] = value;
      sides[0]!.state.moment1[96 * 17] = value;
      const tensors = tf.memory().numTensors;
      assert.throws(
        () => trainOnTensors(tf, sides, visitOf({ ...DEFAULTS, batchPositives: 100 }, 300, 5)),
        { name: 'NonFiniteError', message: /at pair \((17, \d+|\d+, 17)\) in step \d+/ },
      );
      assert.equal(tf.memory().numTensors, tensors);
    }
  });

  it('stops where the caller throws, and leaves a block without positives as it is', () => {
    const sides = sidesOf(300, [0, 300], DEFAULTS, 5);
    const stop = () => {
      throw new Error('cancelled');
    };
    assert.throws(
      () => trainOnTensors(tf, sides, visitOf({ ...DEFAULTS, batchPositives: 100 }, 300, 5), stop),
      /cancelled/,
    );
    const empty = { offsets: new Uint32Array(301), columns: new Uint32Array(0) };
    const { states, pairs } = trainOnTensors(
      tf,
      [{ ...sides[0]!, affinity: empty }],
      visitOf(DEFAULTS, 300, 5),
    );
    assert.equal(pairs, 0);
    assert.deepEqual(states[0]!.embeddings, sides[0]!.state.embeddings);
  });

  it('finds the factions of a block model as well as the engine wasm: F1 within .01', async () => {
    const f1 = { wasm: 0, tensorflow: 0 };
    const model = { factions: 100, size: 10, inside: 0.8, near: 0.1, reach: 2, symmetric: true };
    const affinity = drawBlockModel(model, 3);
    const negatives = mineNegatives(affinity, { from: 0, to: 1000, perRow: 1000, seed: 3 });
    for (const name of ['wasm', 'tensorflow'] as const) {
      const { training } = sbmSetting('lse', 'symmetric', {
        concentration: 4,
        beta: 1 / 3,
        lambda: 0.2,
        hardNegatives: true,
        rate: 0.01,
      });
      const engine = await openEngine(
        { ...training, engine: name },
        { threads: 1, openTensorflow: () => openTensorflow() },
      );
      let side: BlockSide = { state: initializePartition(3, 0, 1000, 1, 32), affinity, negatives };
      for (let epoch = 0; epoch < 50; epoch++) {
        const { states } = await engine.train([side], {
          allRows: 1000,
          from: epoch / 50,
          to: (epoch + 1) / 50,
          seed: 3,
          epoch,
          block: 0,
        });
        side = { ...side, state: states[0]! };
      }
      await engine.close();
      const codes = new Uint8Array(4000);
      binarize(side.state.embeddings, 1, 32, codes);
      const { offsets, columns } = factionsOf(model);
      const queries = Uint32Array.from({ length: 1000 }, (_, item) => item);
      f1[name] = precisionRecall(
        retrieveByCode(bucketTables({ codes, tables: 1, codeBytes: 4 })),
        { rowOffsets: offsets, columns },
        queries,
      ).f1;
    }
    assert.ok(f1.wasm > 0.9, `wasm ${f1.wasm}`);
    assert.ok(Math.abs(f1.wasm - f1.tensorflow) < 0.01, JSON.stringify(f1));
  });
});
