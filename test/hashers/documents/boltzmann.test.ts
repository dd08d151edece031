import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { contrast } from '../../../hashers/documents/networks/boltzmann.ts';
import { learnStackedMachines } from '../../../hashers/documents/networks/learn-s-rbm.ts';
import type { LearnInput } from '../../../hashers/documents/networks/learn-network.ts';
import type { Checkpoint } from '../../../hashers/documents/networks/train-with-checks.ts';
import {
  findTensorflow,
  openTensorflow,
  prepareTensorflow,
} from '../../../infra/tensorflow/tensorflow.ts';
import { hashingConfiguration } from '../../../schemas/configuration/hashing.ts';
import { labelledDocuments } from './labelled-documents.ts';
import { skippedFor } from '../../skipped-for.ts';

prepareTensorflow();
const staged = await findTensorflow(process.env).then(
  () => true,
  () => false,
);
const skip = !staged && 'TensorFlow is not set up (hashloom setup tensorflow)';
const [B, V, H] = [3, 4, 2];
const values = (rows: number, columns: number, scale: number) =>
  Array.from({ length: rows }, (_, r) =>
    Array.from({ length: columns }, (_, c) => scale * Math.sin(1 + r * columns + c)),
  );
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

describe('restricted Boltzmann machines', () => {
  for (const kind of ['words', 'binary'] as const) {
    it(
      `take a step of contrastive divergence over ${kind} as loops do`,
      skippedFor(skip),
      async () => {
        const { tf } = await openTensorflow();
        const data = values(B, V, 1).map((row) =>
          row.map((x) => (kind === 'words' ? Math.round(3 * Math.abs(x)) : Math.abs(x))),
        );
        const [W, b, c, u] = [
          values(V, H, 0.7),
          values(1, H, 0.3),
          values(1, V, 0.2),
          values(B, H, 0.4).map((row) => row.map((x) => x + 0.5)),
        ];
        const up = (v: number[]) =>
          b[0]!.map((bias, j) => sigmoid(bias + v.reduce((sum, x, i) => sum + x * W[i]![j]!, 0)));
        const expected = Array.from({ length: V }, () => new Array<number>(H).fill(0));
        for (const [r, v] of data.entries()) {
          const p = up(v);
          const drawn = p.map((share, j) => (share > u[r]![j]! ? 1 : 0));
          const pushed = c[0]!.map(
            (bias, i) => bias + drawn.reduce<number>((sum, h, j) => sum + h * W[i]![j]!, 0),
          );
          const total = pushed.reduce((sum, x) => sum + Math.exp(x), 0);
          const count = v.reduce((sum, x) => sum + x, 0);
          const again = pushed.map((x) =>
            kind === 'words' ? (count * Math.exp(x)) / total : sigmoid(x),
          );
          const q = up(again);
          for (let i = 0; i < V; i++)
            for (let j = 0; j < H; j++) expected[i]![j]! += (again[i]! * q[j]! - v[i]! * p[j]!) / B;
        }
        const noise = {
          uniform: () => tf.tensor2d(u),
          normal: () => tf.tensor2d(u),
          mask: () => tf.tensor2d(u),
          kept: () => 1,
        };
        const { gradients } = contrast(
          tf,
          { weights: tf.tensor2d(W), hidden: tf.tensor2d(b), visible: tf.tensor2d(c) },
          tf.tensor2d(data),
          kind,
          noise,
        );
        for (const [at, value] of gradients.weights.dataSync().entries())
          assert.ok(Math.abs(value - expected.flat()[at]!) < 1e-5);
      },
    );
  }

  const inputOf = async (): Promise<{ input: Omit<LearnInput, 'method'>; kept: Checkpoint[] }> => {
    const { tf } = await openTensorflow();
    const kept: Checkpoint[] = [];
    const settings = hashingConfiguration.parse({
      method: 's-rbm',
      hidden: 16,
      epochs: 8,
      checkEvery: 2,
      batch: 20,
    });
    return {
      kept,
      input: {
        tf,
        settings,
        documents: labelledDocuments(120),
        bits: 8,
        seed: 3,
        validate: () => 0.5,
        resume: undefined,
        keep: async (checkpoint) => void kept.push(structuredClone(checkpoint)),
        onProgress: () => undefined,
      },
    };
  };

  it(
    'go on from a checkpoint, before and after they are unrolled, to the very weights of an ' +
      'uninterrupted training',
    skippedFor(skip),
    async () => {
      const { input, kept } = await inputOf();
      const whole = await learnStackedMachines(input);
      assert.deepEqual(
        kept.map(({ checks }) => checks.length),
        [1, 2, 3],
      );
      for (const resume of kept.slice())
        assert.deepEqual(
          await learnStackedMachines({ ...input, resume: structuredClone(resume) }),
          whole,
        );
    },
  );

  it(
    'reconstruct words better and better, and say in which batch the loss is no number',
    skippedFor(skip),
    async () => {
      const { input } = await inputOf();
      const { checks } = await learnStackedMachines({
        ...input,
        settings: { ...input.settings, epochs: 20, checkEvery: 10 },
      });
      assert.ok(checks[1]!.loss > 0);
      const later = await learnStackedMachines({
        ...input,
        settings: { ...input.settings, epochs: 60, checkEvery: 30 },
      });
      assert.ok(
        later.checks[1]!.loss < checks[1]!.loss,
        `${later.checks[1]!.loss} after ${checks[1]!.loss}`,
      );
      const documents = labelledDocuments(40);
      documents.rows.weights[0] = Number.NaN;
      await assert.rejects(
        learnStackedMachines({
          ...input,
          documents,
          settings: { ...input.settings, validationShare: 0 },
        }),
        /the loss is NaN in batch \d+ of epoch 0/,
      );
    },
  );
});
