import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { largestCosine, unitVectors } from '../../../evaluation/hit-rate.ts';
import { largestCosinesOf } from '../../../kernels/codes/largest-cosines.ts';
import { RandomStream } from '../../../kernels/numbers/random.ts';

describe('largestCosinesOf', () => {
  it('agrees with pairs of vectors in double precision, for any number of tables and bits', () => {
    for (const [items, tables, bits] of [
      [1, 1, 8],
      [37, 2, 16],
      [50, 3, 32],
      [20, 1, 256],
      [9, 8, 24],
    ] as const) {
      const random = new RandomStream(3, 0, items);
      const vectors = unitVectors(
        Float32Array.from({ length: items * tables * bits }, () => random.uniform() - 0.5),
        tables,
        bits,
      );
      const cosines = largestCosinesOf(vectors.values, tables, bits);
      for (let item = 0; item < items; item++) {
        const found = cosines(item).slice();
        assert.equal(found.length, items);
        for (let other = 0; other < items; other++)
          assert.ok(Math.abs(found[other]! - largestCosine(vectors, item, other)) < 1e-6);
        const listed = Uint32Array.from({ length: items >> 1 }, () => random.below(items));
        assert.deepEqual(
          cosines(item, listed),
          Float32Array.from(listed, (other) => found[other]!),
        );
      }
    }
  });

  it('refuses a shape that cannot be', () => {
    assert.throws(() => largestCosinesOf(new Float32Array(10), 1, 8), RangeError);
    assert.throws(() => largestCosinesOf(new Float32Array(12), 1, 12), RangeError);
    assert.throws(
      () => largestCosinesOf(new Float32Array(8), 1, 8)(0, new Uint32Array(2)),
      RangeError,
    );
  });
});
