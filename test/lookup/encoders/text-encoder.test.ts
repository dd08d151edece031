import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { textEncoder } from '@hashloom/lookup/internal';

describe('text encoder', () => {
  it('refuses an activation that it does not know', () => {
    const header = {
      format: 1,
      method: 'itq',
      bits: 8,
      layers: [{ inputs: 1, outputs: 8, activation: 'swish' }],
      text: { tokens: {}, frequency: 'log', terms: ['a'], scales: [1] },
    };
    assert.throws(
      () => textEncoder(Buffer.from(JSON.stringify(header)), new Uint8Array(64), 8),
      /encoder\.json: expected an activation of identity, relu, .*got swish/u,
    );
  });
});
