import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import * as fc from 'fast-check';
import { nearestCodes } from '../../../kernels/two-codes/nearest-codes.ts';

const codes = (minLength: number) =>
  fc.array(fc.uint8Array({ minLength: 2, maxLength: 2 }), { minLength, maxLength: 12 });

describe('nearestCodes', () => {
  it('finds the code with the fewest other bits, the first of equals', () => {
    fc.assert(
      fc.property(codes(0), codes(1), (asked, others) => {
        const nearest = nearestCodes(Buffer.concat(asked), Buffer.concat(others), 2);
        const differing = (a: Uint8Array, b: Uint8Array): number => {
          let bits = 0;
          for (let bit = 0; bit < 16; bit++)
            bits += ((a[bit >> 3]! ^ b[bit >> 3]!) >> (bit & 7)) & 1;
          return bits;
        };
        assert.deepEqual(
          nearest,
          new Uint8Array(
            asked.flatMap((code) => [
              ...others.reduce((best, other) =>
                differing(code, other) < differing(code, best) ? other : best,
              ),
            ]),
          ),
        );
      }),
    );
  });

  it('refuses sizes that do not fit', () => {
    assert.throws(() => nearestCodes(new Uint8Array(3), new Uint8Array(2), 2), /3 and 2 bytes/u);
    assert.throws(() => nearestCodes(new Uint8Array(2), new Uint8Array(0), 2), /2 and 0 bytes/u);
  });
});
