import assert from 'node:assert/strict';
import { afterAll, beforeAll, describe, it } from 'vitest';
import * as fc from 'fast-check';
import { createLoss } from '../../../hashers/losses/losses.ts';
import { type HelperThreads, startHelpers } from '../../../hashers/tensors/train-helpers.ts';
import { trainBlock } from '../../../kernels/training/train-block.ts';
import { planVisit } from '../../../kernels/training/train-plan.ts';
import type { Visit } from '../../../kernels/training/train-settings.ts';
import {
  LOSS_NAMES,
  type PairwiseTraining,
  pairwiseTraining,
} from '../../../schemas/configuration/training.ts';
import { trainByPairs } from '../../reference/train-visit.ts';
import { sidesOf } from './random-block.ts';

const DEFAULTS = pairwiseTraining.parse({});

function visitOf(training: PairwiseTraining, allRows: number, seed: number): Visit {
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

const trainings = fc.record({
  method: fc.constantFrom(...LOSS_NAMES),
  tables: fc.integer({ min: 1, max: 4 }),
  bits: fc.constantFrom(8, 16, 32, 40),
  concentration: fc.constantFrom(1, 4, 16),
  betaOn: fc.constantFrom('all', 'hard' as const),
  degreeBalance: fc.constantFrom(0, 0.5, 1),
  lambda: fc.constantFrom(0, 0.3),
  lambdaRamp: fc.boolean(),
  temperature: fc.constantFrom(0, 0.07),
  dropout: fc.constantFrom(0, 0.2),
  hardPerPositive: fc.constantFrom(0, 1, 0.5),
  bucketPerPositive: fc.constantFrom(0, 0.5, 1),
  optimizer: fc.constantFrom('adam', 'rmsprop' as const),
  rate: fc.constant(0.002),
  rowBlocks: fc.constantFrom(1, 4, 16),
  batchPositives: fc.integer({ min: 5, max: 60 }),
});

describe('trainBlock', () => {
  let helpers: HelperThreads;
  beforeAll(async () => {
    helpers = await startHelpers(2, DEFAULTS);
  });
  afterAll(async () => {
    await helpers.close();
  });

  it('does what the reference does, pair by pair: loss and moments within 1e-3 relative', async () => {
    await fc.assert(
      fc.asyncProperty(
        trainings,
        fc.boolean(),
        fc.integer({ min: 1, max: 1000 }),
        async (drawn, diagonal, seed) => {
          const training: PairwiseTraining = { ...DEFAULTS, ...drawn };
          const sides = sidesOf(30, diagonal ? [0, 30] : [0, 14, 30], training, seed);
          const visit = visitOf(training, 40, seed);
          const expected = trainByPairs(sides, visit);
          const found = await trainBlock(sides, visit);
          assert.equal(found.pairs, expected.pairs);
          assert.ok(
            Math.abs(found.loss - expected.loss) <= 1e-4 * Math.abs(expected.loss),
            `loss ${found.loss}, expected ${expected.loss}`,
          );
          for (const name of ['embeddings', 'moment2'] as const) {
            const one = found.states.flatMap((state) => [...state[name]]);
            const other = expected[name].flat();
            const error = distance(one, other);
            assert.ok(
              error <=
                1e-3 *
                  distance(
                    other,
                    other.map(() => 0),
                  ) +
                  1e-9,
              `${name}: ${error} of ${distance(
                other,
                other.map(() => 0),
              )}`,
            );
          }
        },
      ),
      { numRuns: 60, seed: 7, includeErrorInReport: true },
    );
  });

  it('leaves the same bytes with one thread and with three', async () => {
    const training: PairwiseTraining = {
      ...DEFAULTS,
      rowBlocks: 8,
      batchPositives: 100,
      bits: 16,
    };
    for (const cuts of [
      [0, 300],
      [0, 140, 300],
    ]) {
      const sides = sidesOf(300, cuts, training, 5);
      const before = sides.map(({ state }) => state.embeddings.slice());
      const visit = visitOf(training, 300, 5);
      const alone = await trainBlock(sides, visit);
      const together = await trainBlock(sides, visit, undefined, helpers);
      assert.deepEqual(together, alone);
      assert.deepEqual(
        sides.map(({ state }) => state.embeddings),
        before,
        'the states that came in have changed',
      );
    }
  });

  it('stops at an embedding that is not finite, with pair and step, whoever meets it', async () => {
    const sides = sidesOf(300, [0, 300], DEFAULTS, 5);
    sides[0]!.state.embeddings[96 * 17] = NaN;
    const visit = visitOf({ ...DEFAULTS, batchPositives: 100 }, 300, 5);
    await assert.rejects(trainBlock(sides, visit), {
      name: 'NonFiniteError',
      message: /at pair \(\d+, \d+\) in step \d+/,
    });
    await assert.rejects(trainBlock(sides, visit, undefined, helpers), { name: 'NonFiniteError' });
  });

  it('stops where the caller throws, and helps again afterwards', async () => {
    const sides = sidesOf(300, [0, 300], DEFAULTS, 5);
    const visit = visitOf({ ...DEFAULTS, batchPositives: 100 }, 300, 5);
    const stop = () => {
      throw new Error('cancelled');
    };
    await assert.rejects(trainBlock(sides, visit, stop, helpers), /cancelled/);
    assert.deepEqual(
      await trainBlock(sides, visit, undefined, helpers),
      await trainBlock(sides, visit),
    );
  });

  it('leaves a block without positives as it is', async () => {
    const [side] = sidesOf(20, [0, 20], DEFAULTS, 1);
    const empty = { offsets: new Uint32Array(21), columns: new Uint32Array(0) };
    const { states, loss, pairs } = await trainBlock(
      [{ ...side!, affinity: empty }],
      visitOf(DEFAULTS, 20, 1),
      undefined,
      helpers,
    );
    assert.deepEqual({ loss, pairs }, { loss: 0, pairs: 0 });
    assert.deepEqual(states[0]!.embeddings, side!.state.embeddings);
  });

  it('refuses a block larger than the memory', async () => {
    const [side] = sidesOf(20, [0, 20], DEFAULTS, 1);
    const visit = visitOf({ ...DEFAULTS, hardPerPositive: 1e7 }, 20, 1);
    await assert.rejects(trainBlock([side!], visit), /bytes, more than .* training\.partitions/);
  });
});

describe('planVisit', () => {
  it('lets every pair of groups meet once a sweep, and a group once a round', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.integer({ min: 2, max: 200 }),
        fc.integer({ min: 0, max: 200 }),
        fc.integer({ min: 1, max: 40 }),
        (positives, p, q, rowBlocks) => {
          const plan = planVisit(positives, q > 0 ? [p, q] : [p], 64, p + q, rowBlocks);
          const met = new Set(plan.tasks.map(({ a, b }) => `${a} ${b}`));
          const half = plan.groups / 2;
          assert.equal(met.size, plan.tasks.length);
          assert.equal(met.size, q > 0 ? half * half : (plan.groups * (plan.groups + 1)) / 2);
          for (let round = 0; round < plan.rounds; round++) {
            const groups = plan.tasks
              .filter((task) => task.round === round)
              .flatMap(({ a, b }) => (a === b ? [a] : [a, b]));
            assert.deepEqual(
              groups.sort((x, y) => x - y),
              Array.from({ length: plan.groups }, (_, g) => g),
            );
          }
          assert.ok(
            plan.tasks.every((task, at) => at === 0 || plan.tasks[at - 1]!.round <= task.round),
          );
        },
      ),
    );
  });
});

function distance(one: number[], other: number[]): number {
  return Math.sqrt(one.reduce((sum, value, at) => sum + (value - other[at]!) ** 2, 0));
}
