import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import {
  learnNetwork,
  type LearnInput,
} from '../../../hashers/documents/networks/learn-network.ts';
import { networkSettings } from '../../../hashers/documents/networks/network-settings.ts';
import { NETWORKS } from '../../../hashers/documents/networks/networks.ts';
import { initializeNetwork } from '../../../hashers/documents/networks/network-state.ts';
import type { Checkpoint } from '../../../hashers/documents/networks/train-with-checks.ts';
import type { TrainingDocuments } from '../../../hashers/documents/training-documents.ts';
import {
  findTensorflow,
  openTensorflow,
  prepareTensorflow,
} from '../../../infra/tensorflow/tensorflow.ts';
import { RandomStream } from '../../../kernels/numbers/random.ts';
import { hashingConfiguration } from '../../../schemas/configuration/hashing.ts';
import { skippedFor } from '../../skipped-for.ts';

prepareTensorflow();
const staged = await findTensorflow(process.env).then(
  () => true,
  () => false,
);
const skip = !staged && 'TensorFlow is not set up (hashloom setup tensorflow)';

/** Documents of two topics with ten words each. */
function twoTopics(n: number): TrainingDocuments {
  const stream = new RandomStream(1, 93);
  const rows = Array.from({ length: n }, (_, row) =>
    [...new Set(Array.from({ length: 6 }, () => (row % 2) * 10 + stream.below(10)))].toSorted(
      (a, b) => a - b,
    ),
  );
  const offsets = new Int32Array(n + 1);
  for (const [row, terms] of rows.entries()) offsets[row + 1] = offsets[row]! + terms.length;
  const weights = Float32Array.from(
    rows.flatMap((terms) => terms.map(() => 1 / Math.sqrt(terms.length))),
  );
  const labels = {
    offsets: Int32Array.from({ length: n + 1 }, (_, at) => at),
    values: Int32Array.from({ length: n }, (_, row) => row % 2),
    count: 2,
  };
  return { rows: { offsets, terms: Int32Array.from(rows.flat()), weights }, terms: 20, labels };
}

describe('learnNetwork', () => {
  for (const method of ['bmsh', 'vdsh'] as const) {
    it(
      `goes on from a checkpoint of ${method} to the very weights of an uninterrupted training`,
      skippedFor(skip),
      async () => {
        const { tf } = await openTensorflow();
        const settings = hashingConfiguration.parse({
          method,
          hidden: 16,
          epochs: 6,
          checkEvery: 2,
          batch: 10,
          components: 2,
        });
        const kept: Checkpoint[] = [];
        const input: LearnInput = {
          tf,
          method: NETWORKS[method],
          settings,
          documents: twoTopics(60),
          bits: 8,
          seed: 3,
          validate: () => 0.5,
          resume: undefined,
          keep: async (checkpoint) => void kept.push(structuredClone(checkpoint)),
          onProgress: () => undefined,
        };
        const whole = await learnNetwork(input);
        assert.deepEqual(
          kept.map(({ checks }) => checks.length),
          [1, 2],
        );
        const resumed = await learnNetwork({ ...input, resume: kept[0] });
        assert.deepEqual(resumed, whole);
      },
    );
  }

  it('refuses a network that the kernel cannot address, before it makes it', () => {
    const settings = networkSettings(NETWORKS.vdsh, hashingConfiguration.parse({ method: 'vdsh' }));
    assert.throws(
      () =>
        initializeNetwork(NETWORKS.vdsh, { terms: 1_000_000, bits: 32, labels: 0 }, settings, 1),
      /has 6\.\d GiB of weights and moments.*maximumTerms/,
    );
  });

  it('says in which batch the loss is no number', skippedFor(skip), async () => {
    const { tf } = await openTensorflow();
    const documents = twoTopics(40);
    documents.rows.weights[0] = Number.NaN;
    const settings = hashingConfiguration.parse({
      method: 'nash',
      hidden: 8,
      epochs: 1,
      batch: 40,
    });
    const learning = learnNetwork({
      tf,
      method: NETWORKS.nash,
      settings,
      documents,
      bits: 8,
      seed: 1,
      validate: () => 0,
      resume: undefined,
      keep: () => Promise.resolve(),
      onProgress: () => undefined,
    });
    await assert.rejects(learning, /the loss is NaN in batch 0 of epoch 0/);
  });
});
