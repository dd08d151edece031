import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'vitest';
import { exponential } from '../../format/exponential.ts';
import { RandomStream } from '../../kernels/numbers/random.ts';

/** SHA-256 of what version 0.1.0 gave: codes of published indexes rest on these very bits. */
const BITS_OF_0_1_0 = '8cb662e05f5b0f41583bb55e61982560d8ea6eaad15cfe513682a44a5ad92a60';

describe('exponential', () => {
  it('gives the bits that published indexes were made with', () => {
    const stream = new RandomStream(3, 96);
    const values = Float64Array.from(
      { length: 20_000 },
      (_, i) => (i % 2 === 0 ? 4 : 1500) * (stream.uniform() - 0.5),
    );
    const edges = [0, -0, 709.78, 710, -744, -745, Infinity, -Infinity];
    const powers = Float64Array.from([...values, ...edges], exponential);
    const digest = createHash('sha256').update(new Uint8Array(powers.buffer)).digest('hex');
    assert.equal(digest, BITS_OF_0_1_0);
    assert.ok(Number.isNaN(exponential(Number.NaN)));
  });
});
