import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { describe, it } from 'vitest';
import { RandomStream } from '../../../kernels/numbers/random.ts';
import { batchGradient } from '../../../kernels/two-codes/batch-gradient.ts';
import { fromPanels, toPanels, widthOf } from '../../../kernels/two-codes/code-kernel.ts';
import {
  type CodeBatch,
  type CodeSide,
  twoCodesGradient,
  twoCodesLoss,
} from '../../reference/two-codes-loss.ts';

interface Shape {
  batch: number;
  dimensions: number;
  bits: number;
  /** Different items among the targets. */
  items: number;
  slope: number;
  seed: number;
}

const shapes = (batch: number): fc.Arbitrary<Shape> =>
  fc.record({
    batch: fc.integer({ min: 1, max: batch }).map((eights) => 8 * eights),
    dimensions: fc.integer({ min: 1, max: 9 }),
    bits: fc.constantFrom(8, 16, 24),
    items: fc.constantFrom(1, 5, 1000),
    slope: fc.double({ min: 1, max: 3, noNaN: true }),
    seed: fc.nat(1000),
  });

describe('batchGradient', () => {
  it('is the gradient of the loss as it is written, and gives the loss', () => {
    fc.assert(
      fc.property(shapes(20), (shape) => {
        compareWithReference(shape);
      }),
      { numRuns: 40 },
    );
    compareWithReference({
      batch: 72,
      dimensions: 64,
      bits: 256,
      items: 60,
      slope: 2,
      seed: 1,
    });
  });

  it('has a reference whose gradient is that of finite differences', () => {
    fc.assert(
      fc.property(shapes(2), fc.nat(1_000_000), (shape, any) => {
        const batch = drawn(shape);
        const gradient = twoCodesGradient(batch, shape.slope);
        for (const side of ['asking', 'answering'] as const) {
          const { weights, offsets } = batch[side];
          const own = gradient[side];
          const k = any % (shape.dimensions + 1);
          const bit = any % shape.bits;
          const [row, slopes] =
            k === shape.dimensions ? [offsets, own.offsets] : [weights[k]!, own.weights[k]!];
          const value = row[bit]!;
          row[bit] = value + 1e-5;
          const above = twoCodesLoss(batch, shape.slope);
          row[bit] = value - 1e-5;
          const below = twoCodesLoss(batch, shape.slope);
          row[bit] = value;
          assert.ok(
            Math.abs((above - below) / 2e-5 - slopes[bit]!) < 1e-6,
            `${side} ${k} ${bit}: ${(above - below) / 2e-5}, ${slopes[bit]}`,
          );
        }
      }),
    );
  });

  it('takes copies of a target for no negatives', () => {
    const shape = { batch: 72, dimensions: 3, bits: 8, items: 1, slope: 2, seed: 1 };
    const same = batchGradient(shape);
    const batch = drawn(shape);
    // What answers is one item, so its vector is one too.
    batch.answering.rows = batch.answering.rows.map(() => batch.answering.rows[0]!);
    fill(same, batch, shape);
    const alone = same.step(2);
    // One target: the softmax has one term, and the balance is what is left.
    assert.ok(Math.abs(alone - twoCodesLoss(batch, 2)) < 1e-6);
    assert.ok(alone < 0.8);
    same.targets.forEach((_, row, targets) => (targets[row] = row));
    assert.ok(same.step(2) > Math.log(8));
  });

  it('gives the same bytes again, whatever was in its memory before', () => {
    const shape = { batch: 136, dimensions: 5, bits: 16, items: 50, slope: 1.5, seed: 3 };
    const kernel = batchGradient(shape);
    fill(kernel, drawn(shape), shape);
    const loss = kernel.step(1.5);
    const gradient = [...kernel.gradients.asking, ...kernel.gradients.answering];
    kernel.step(3);
    assert.equal(kernel.step(1.5), loss);
    assert.deepEqual([...kernel.gradients.asking, ...kernel.gradients.answering], gradient);
  });
});

function compareWithReference(shape: Shape): void {
  const expected = drawn(shape);
  const kernel = batchGradient(shape);
  fill(kernel, expected, shape);
  const loss = kernel.step(shape.slope);
  const reference = twoCodesLoss(expected, shape.slope);
  assert.ok(Math.abs(loss - reference) < 1e-5 * (1 + reference), `${loss}, ${reference}`);
  const gradient = twoCodesGradient(expected, shape.slope);
  for (const side of ['asking', 'answering'] as const) {
    const own = fromPanels(kernel.gradients[side], shape.dimensions, shape.bits);
    const { weights, offsets } = gradient[side];
    const all = [...weights.flat(), ...offsets];
    const largest = Math.max(...all.map(Math.abs));
    for (const [at, value] of [...own.weights, ...own.offsets].entries())
      assert.ok(
        Math.abs(value - all[at]!) <= 2e-5 * largest + 1e-9,
        `${side} ${at}: ${value}, ${all[at]}`,
      );
  }
}

/** Vectors of about length 4, rounded to float32 as the kernel has them. */
function drawn({ batch, dimensions, bits, items, seed }: Shape): CodeBatch {
  const stream = new RandomStream(seed, 97);
  const matrix = (rows: number, columns: number, size: number): number[][] =>
    Array.from({ length: rows }, () =>
      Array.from({ length: columns }, () => Math.fround(size * (2 * stream.uniform() - 1))),
    );
  const side = (): CodeSide => ({
    rows: matrix(batch, dimensions, 7 / Math.sqrt(dimensions)),
    weights: matrix(dimensions, bits, 0.5),
    offsets: matrix(1, bits, 0.5)[0]!,
  });
  return {
    asking: side(),
    answering: side(),
    targets: Array.from({ length: batch }, () => stream.below(items)),
    discounts: Array.from({ length: batch }, () => Math.fround(9 * stream.uniform())),
  };
}

function fill(
  kernel: ReturnType<typeof batchGradient>,
  batch: CodeBatch,
  { dimensions }: Shape,
): void {
  for (const side of ['asking', 'answering'] as const) {
    const { rows, weights, offsets } = batch[side];
    for (const [row, values] of rows.entries())
      kernel.rows[side].set(values, row * widthOf(dimensions));
    const projection = {
      weights: Float32Array.from(weights.flat()),
      offsets: Float32Array.from(offsets),
    };
    toPanels(projection, dimensions, kernel.weights[side]);
  }
  kernel.targets.set(batch.targets);
  kernel.discounts.set(batch.discounts);
}
