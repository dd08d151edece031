import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { describe, it } from 'vitest';
import { RandomStream } from '../../../kernels/numbers/random.ts';
import type { Projection } from '../../../kernels/two-codes/code-kernel.ts';
import { codesOf } from '../../../kernels/two-codes/codes-of.ts';
import { scaledRows } from '../../reference/learn-two-codes.ts';

const stream = new RandomStream(1, 99);
const drawn = (length: number): Float32Array =>
  Float32Array.from({ length }, () => 2 * stream.uniform() - 1);
const projectionOf = (d: number, bits: number): Projection => ({
  weights: drawn(d * bits),
  offsets: drawn(bits),
});

describe('codesOf', () => {
  it('has the sign of each projection, the first bit highest', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 1, max: 20 }),
        fc.constantFrom(8, 24, 96, 256),
        (n, d, bits) => {
          const values = drawn(n * d);
          const { weights, offsets } = projectionOf(d, bits);
          const codes = codesOf(values, d, { weights, offsets });
          assert.equal(codes.length, (n * bits) / 8);
          for (const [row, x] of scaledRows(values, d).entries()) {
            for (let bit = 0; bit < bits; bit++) {
              const sum = x.reduce((s, value, k) => s + value * weights[k * bits + bit]!, 0);
              const value = sum + offsets[bit]!;
              const got = (codes[(row * bits + bit) >> 3]! >> (7 - (bit % 8))) & 1;
              // Nearer to 0 the sign is that of rounding.
              if (Math.abs(value) > 1e-5) assert.equal(got, value > 0 ? 1 : 0, `${row}, ${bit}`);
            }
          }
        },
      ),
    );
  });

  it('gives a row the same code wherever it stands and whatever its length', () => {
    const [n, d] = [2100, 6];
    const values = drawn(n * d);
    const projection = projectionOf(d, 32);
    const all = codesOf(values, d, projection);
    for (const [from, to] of [
      [0, 1],
      [1023, 1025],
      [700, 2100],
    ] as const)
      assert.deepEqual(
        codesOf(
          values.subarray(from * d, to * d).map((value) => 1024 * value),
          d,
          projection,
        ),
        all.slice(4 * from, 4 * to),
      );
  });

  it('gives a row of zeros the signs of the offsets, and a zero the bit 0', () => {
    const projection = { weights: drawn(16), offsets: Float32Array.of(1, -1, 0, 2, 0, 0, -0, 3) };
    assert.deepEqual([...codesOf(new Float32Array(2), 2, projection)], [0b10010001]);
  });

  it.each<[number, Partial<Projection>, Float32Array, RegExp]>([
    [2, { offsets: new Float32Array(7) }, new Float32Array(4), /^bits/],
    [2, { weights: new Float32Array(15) }, new Float32Array(4), /expected 2 x 8 weights, got 15/],
    [2, { weights: new Float32Array(16).fill(NaN, 3) }, new Float32Array(4), /value 3 is NaN/],
    [2, {}, new Float32Array(5), /^vectors: 5 values are no rows of 2/],
    [2, {}, Float32Array.of(0, 1, 2, Infinity), /^vectors: dimension 1 of row 1 is Infinity/],
    [1.5, {}, new Float32Array(3), /dimensions, got 1.5/],
  ])('refuses what does not fit (%#)', (d, wrong, values, message) => {
    assert.throws(
      () => codesOf(values, d, { ...projectionOf(2, 8), ...wrong }),
      (error: Error) => error instanceof RangeError && message.test(error.message),
    );
  });
});
