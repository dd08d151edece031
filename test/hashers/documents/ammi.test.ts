import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { crossEntropy, markovEntropy } from '../../../hashers/documents/networks/ammi.ts';
import {
  findTensorflow,
  openTensorflow,
  prepareTensorflow,
} from '../../../infra/tensorflow/tensorflow.ts';
import { RandomStream } from '../../../kernels/numbers/random.ts';
import { skippedFor } from '../../skipped-for.ts';

prepareTensorflow();
const staged = await findTensorflow(process.env).then(
  () => true,
  () => false,
);
const skip = !staged && 'TensorFlow is not set up (hashloom setup tensorflow)';
const [B, D] = [3, 6];
const stream = new RandomStream(1, 95);
const rows = Array.from({ length: B }, () =>
  Array.from({ length: D }, () => 0.02 + 0.96 * stream.uniform()),
);

/**
 * How likely each of the 2^D codes is, drawn from a row at random; bit i of a code is 1 where (code
 * >> i) & 1.
 */
const mixture = Array.from({ length: 2 ** D }, (_, code) =>
  rows.reduce(
    (sum, row) =>
      sum + row.reduce((product, p, i) => product * ((code >> i) & 1 ? p : 1 - p), 1 / B),
    0,
  ),
);

/** Entropy of the bits from..to of the mixture, by enumeration. */
function entropyOf(from: number, to: number): number {
  const shares = new Map<number, number>();
  for (const [code, share] of mixture.entries()) {
    const window = (code >> from) & (2 ** (to - from) - 1);
    shares.set(window, (shares.get(window) ?? 0) + share);
  }
  return -[...shares.values()].reduce((sum, share) => sum + share * Math.log(share), 0);
}

describe('ammi', () => {
  for (const order of [0, 1, 3, D]) {
    it(
      `bounds the entropy of codes by a chain of order ${order}, as enumeration does`,
      skippedFor(skip),
      async () => {
        const { tf } = await openTensorflow();
        const expected = Array.from(
          { length: D },
          (_, i) => entropyOf(Math.max(0, i - order), i + 1) - entropyOf(Math.max(0, i - order), i),
        ).reduce((a, b) => a + b);
        const actual = markovEntropy(tf, tf.tensor2d(rows), order).dataSync()[0]!;
        assert.ok(Math.abs(actual - expected) < 1e-5, `${actual} for ${expected}`);
        assert.ok(actual > entropyOf(0, D) - 1e-5);
        if (order === D) assert.ok(actual < entropyOf(0, D) + 1e-5);
      },
    );
  }

  it('has the entropy of a code as cross entropy with itself', skippedFor(skip), async () => {
    const { tf } = await openTensorflow();
    const p = tf.tensor2d(rows);
    const expected =
      rows.flat().reduce((sum, q) => sum - q * Math.log(q) - (1 - q) * Math.log(1 - q), 0) / B;
    assert.ok(Math.abs(crossEntropy(tf, p, p).dataSync()[0]! - expected) < 1e-5);
  });
});
