import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { differingKeys } from '../../../cli/run/differing-keys.ts';

describe('differing keys', () => {
  it('are none between equals, whatever the order of keys', () => {
    assert.deepEqual(differingKeys({ a: 1, b: { c: [1, 2] } }, { b: { c: [1, 2] }, a: 1 }), []);
  });

  it('are named by their path with both values, lists as a whole', () => {
    const before = { training: { epochs: 100, rate: 0.04 }, also: ['a'] };
    const now = { training: { epochs: 20, rate: 0.04 }, also: ['a', 'b'], gate: true };
    assert.deepEqual(differingKeys(before, now), [
      'also: ["a"], here ["a","b"]',
      'gate: not set, here true',
      'training.epochs: 100, here 20',
    ]);
  });

  it('are cut where a value is long', () => {
    const [line] = differingKeys(
      { deleted: [] },
      { deleted: Array.from({ length: 1000 }, (_, at) => at) },
    );
    assert.ok(line!.length < 100 && line!.endsWith('…'), line);
  });
});
