import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import * as fc from 'fast-check';
import { binarize } from '../../../kernels/numbers/binarize.ts';
import { tanh } from '../../../kernels/numbers/elementary.ts';

describe('binarize', () => {
  it('packs signs, the first dimension in the most significant bit, and an exact zero as 0', () => {
    const E = Float32Array.of(1, -1, 0.5, -0.5, -0, 0, 3, 1e-40, -1, -1, -1, -1, -1, -1, -1, 2);
    const codes = new Uint8Array(2);
    binarize(E, 2, 8, codes);
    assert.deepEqual([...codes], [0b10100011, 0b00000001]);
    binarize(E, 1, 16, codes);
    assert.deepEqual([...codes], [0b10100011, 0b00000001]);
  });

  it('agrees with the sign of tanh(E), for every shape', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 32 }),
        fc.integer({ min: 0, max: 3 }),
        fc.infiniteStream(fc.float({ noNaN: true, min: -20, max: 20 })),
        (tables, codeBytes, rows, stream) => {
          const E = Float32Array.from(
            { length: rows * tables * codeBytes * 8 },
            () => stream.next().value!,
          );
          const codes = new Uint8Array(E.length / 8);
          binarize(E, tables, codeBytes * 8, codes);
          E.forEach((value, k) =>
            assert.equal((codes[k >> 3]! >> (7 - (k & 7))) & 1, tanh(value) > 0 ? 1 : 0),
          );
        },
      ),
      { numRuns: 50 },
    );
  });

  it('names the place of a value that is not finite, and refuses shapes that cannot be', () => {
    const E = new Float32Array(3 * 2 * 16);
    E[2 * 32 + 16 + 9] = Number.NaN;
    assert.throws(
      () => binarize(E, 2, 16, new Uint8Array(12)),
      /row 2, table 1, dimension 9: expected a finite value, got NaN/,
    );
    E[3] = Number.NEGATIVE_INFINITY;
    assert.throws(
      () => binarize(E, 2, 16, new Uint8Array(12)),
      /row 0, table 0, dimension 3: .*-Infinity/,
    );
    assert.throws(() => binarize(E, 2, 12, new Uint8Array(12)), RangeError);
    assert.throws(() => binarize(E, 9, 8, new Uint8Array(12)), RangeError);
    assert.throws(() => binarize(E, 1, 80, new Uint8Array(12)), RangeError);
    assert.throws(
      () => binarize(new Float32Array(16), 1, 16, new Uint8Array(3)),
      /expected 2 bytes/,
    );
  });
});
