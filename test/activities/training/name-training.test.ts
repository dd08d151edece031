import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { modelArtifact } from '../../../activities/training/name-training.ts';
import { pairwiseTraining } from '../../../schemas/configuration/training.ts';
import { artifactReference } from '../../../store/artifacts.ts';

const LEARNING = {
  store: 'file:///store',
  force: false,
  pairs: { stage: 'hold-out', key: 'a'.repeat(32) },
  perRow: 256,
  over: 'rows',
  batches: [0, 10],
  seed: 1,
  words: 10,
  training: pairwiseTraining.parse({}),
} as const;

describe('the name of a training', () => {
  it('is the one that it had while training had options of revival, which were off', () => {
    const learning = { ...LEARNING, batches: [...LEARNING.batches] };
    const { artifact, parameters, inputs } = modelArtifact(learning);
    const before = { ...LEARNING.training, reviveFrom: 0.3, reviveTo: 0 };
    assert.deepEqual(
      artifact,
      artifactReference({
        stage: 'train',
        parameters: { ...parameters, training: before },
        inputs,
      }),
    );
    // A schedule may still bring an input with the old keys.
    assert.deepEqual(modelArtifact({ ...learning, training: before }).artifact, artifact);
  });
});
