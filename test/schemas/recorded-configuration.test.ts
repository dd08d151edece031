import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { configuration } from '../../schemas/configuration.ts';
import {
  recordedConfiguration,
  upgradeConfiguration,
} from '../../schemas/recorded-configuration.ts';

const CURRENT = configuration.parse({
  index: 'news',
  store: 'file:///store',
  source: { path: 'file:///corpus' },
});

describe('a recorded configuration', () => {
  it('is read though it holds keys that are gone, which a new one may not', () => {
    const training = { ...CURRENT.training, reviveFrom: 0.3, reviveTo: 0 };
    const old = { ...CURRENT, training };
    assert.deepEqual(recordedConfiguration.parse(old), CURRENT);
    assert.equal(configuration.safeParse(old).success, false);
    assert.equal(training.reviveFrom, 0.3, 'what was recorded is left as it is');
  });

  it('is refused where it holds a key that never was', () => {
    const training = { ...CURRENT.training, epoch: 3 };
    assert.equal(recordedConfiguration.safeParse({ ...CURRENT, training }).success, false);
  });

  it('keeps the rules of its gate that are of metrics, which those of a new one must be', () => {
    const gate = { ...CURRENT.gate, minimum: { f1: 0.2, kendallTau: 0.5 } };
    const old = { ...CURRENT, gate };
    assert.deepEqual(recordedConfiguration.parse(old).gate.minimum, { f1: 0.2 });
    assert.equal(configuration.safeParse(old).success, false);
  });

  it('stays what it is where nothing is gone, a configuration or not', () => {
    for (const value of [CURRENT, undefined, null, 'text', [1], { training: 3 }])
      assert.equal(upgradeConfiguration(value), value);
  });
});
