import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { exp } from '../../../kernels/numbers/elementary.ts';
import { RandomStream } from '../../../kernels/numbers/random.ts';
import { exponential } from '../../../lookup/encoders/exponential.ts';
import { textEncoder } from '../../../lookup/encoders/text-encoder.ts';

describe('text encoder', () => {
  it('has the exponential of the stages, bit for bit', () => {
    const stream = new RandomStream(3, 96);
    for (let i = 0; i < 20_000; i++) {
      const x = (i % 2 === 0 ? 4 : 1500) * (stream.uniform() - 0.5);
      assert.equal(exponential(x), exp(x), String(x));
    }
    for (const x of [0, -0, 709.78, 710, -744, -745, Infinity, -Infinity, Number.NaN])
      assert.equal(exponential(x), exp(x), String(x));
  });

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
