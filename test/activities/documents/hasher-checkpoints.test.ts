import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, it } from 'vitest';
import { hasherCheckpoints } from '../../../activities/documents/hasher-checkpoints.ts';
import type { StageContext } from '../../../activities/stage/stage.ts';
import { networkSettings } from '../../../hashers/documents/networks/network-settings.ts';
import { NETWORKS } from '../../../hashers/documents/networks/networks.ts';
import { initializeNetwork, INPUT } from '../../../hashers/documents/networks/network-state.ts';
import type { Checkpoint } from '../../../hashers/documents/networks/train-with-checks.ts';
import { hashingConfiguration } from '../../../schemas/configuration/hashing.ts';
import { openStore } from '../../../store/open-store.ts';

describe('hasherCheckpoints', async () => {
  const scratch = await mkdtemp(join(tmpdir(), 'hashloom-checkpoints-'));
  afterAll(() => rm(scratch, { recursive: true, force: true }));
  const context: StageContext = {
    openStore,
    openTensorflow: () => Promise.reject(new Error('not needed')),
    trainThreads: 1,
    stageThreads: 1,
    onProgress: () => undefined,
    origin: { codeVersion: 'test' },
  };
  const configured = hashingConfiguration.parse({
    method: 'bmsh',
    supervised: true,
    hidden: 6,
    epochs: 8,
    checkEvery: 2,
    components: 3,
  });
  const settings = networkSettings(NETWORKS.bmsh, configured);
  const checkpoints = hasherCheckpoints(
    context,
    pathToFileURL(scratch).href,
    { stage: 'weigh', key: 'a'.repeat(32) },
    { seed: 1 },
  );
  const after4 = (): Checkpoint => {
    const state = initializeNetwork(NETWORKS.bmsh, { terms: 9, bits: 8, labels: 2 }, settings, 1);
    for (const [at, weights] of Object.values(state).entries())
      for (const array of [weights.first, weights.second, weights.steps])
        array?.forEach((_, k) => (array[k] = at + k));
    const best = [
      {
        inputs: 9,
        outputs: 8,
        weights: state[INPUT]!.values.slice(),
        bias: new Float32Array(8).fill(0.5),
        activation: 'identity' as const,
      },
    ];
    return {
      state,
      best,
      checks: [
        { epoch: 2, loss: 3, score: 0.25 },
        { epoch: 4, loss: 2, score: 0.5 },
      ],
    };
  };

  it(
    'gives back the latest as it was kept: weights, moments, how often each word was seen, the ' +
      'best encoder',
    async () => {
      const late = after4();
      await checkpoints.keep({ ...after4(), checks: late.checks.slice(0, 1) });
      await checkpoints.keep(late);
      const found = await checkpoints.latest(configured);
      assert.deepEqual(found, late);
      assert.ok(found?.state[INPUT]?.steps?.some((count) => count > 0));
    },
  );

  it('leaves nothing behind when they are dropped', async () => {
    await checkpoints.keep(after4());
    await checkpoints.drop(configured);
    assert.equal(await checkpoints.latest(configured), undefined);
  });
});
