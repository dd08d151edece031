import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import type * as Tf from '@tensorflow/tfjs-core';
import { reconstruction } from '../../../hashers/documents/networks/reconstruction.ts';
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

describe('reconstruction', () => {
  it(
    'has the value and the gradient of a log softmax, documents without words too',
    skippedFor(!staged && 'TensorFlow is not set up (hashloom setup tensorflow)'),
    async () => {
      const { tf } = await openTensorflow();
      const [B, V] = [5, 11];
      const stream = new RandomStream(1, 94);
      const amounts = Float32Array.from({ length: B * V }, (_, at) =>
        at >= V && stream.uniform() < 0.5 ? stream.uniform() : 0,
      );
      const held = Int32Array.from(amounts.keys()).filter((at) => amounts[at]! > 0);
      const words = {
        rows: held.map((at) => Math.floor(at / V)),
        terms: held.map((at) => at % V),
        amounts: Float32Array.from(held, (at) => amounts[at]!),
      };
      const H = 3;
      const drawn = (rows: number, columns: number) =>
        tf.tensor2d(
          Float32Array.from({ length: rows * columns }, () => 3 * stream.uniform() - 1.5),
          [rows, columns],
        );
      const inputs = [drawn(B, H), drawn(H, V), drawn(1, V)];
      const ours = tf.valueAndGrads((h, weights, bias) =>
        reconstruction(
          tf,
          h as Tf.Tensor2D,
          { weights: weights as Tf.Tensor2D, bias: bias as Tf.Tensor2D },
          words,
        ),
      )(inputs);
      const plain = tf.valueAndGrads((h, weights, bias) =>
        tf.neg(
          tf.mean(
            tf.sum(
              tf.mul(
                tf.tensor2d(amounts, [B, V]),
                tf.logSoftmax(tf.add(tf.matMul(h, weights), bias)),
              ),
              1,
            ),
          ),
        ),
      )(inputs);
      close(ours.value, plain.value);
      for (const [at, grad] of plain.grads.entries()) close(ours.grads[at]!, grad);
    },
  );
});

function close(actual: Tf.Tensor, expected: Tf.Tensor): void {
  const [a, e] = [actual.dataSync(), expected.dataSync()];
  assert.equal(a.length, e.length);
  for (const [at, value] of e.entries())
    assert.ok(
      Math.abs(a[at]! - value) < 1e-5 * (1 + Math.abs(value)),
      `${at}: ${a[at]} for ${value}`,
    );
}
