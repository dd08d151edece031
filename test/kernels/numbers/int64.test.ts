import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import * as fc from 'fast-check';
import { toFloat64, toInt64 } from '../../../kernels/numbers/int64.ts';

describe('int64', () => {
  it('goes both ways exactly', () => {
    const edges = [
      0,
      1,
      -1,
      2 ** 31,
      -(2 ** 31),
      2 ** 32,
      -(2 ** 32),
      2 ** 32 - 1,
      Number.MAX_SAFE_INTEGER,
      Number.MIN_SAFE_INTEGER,
    ];
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.maxSafeInteger(), fc.constantFrom(...edges))), (values) => {
        const stored = toInt64(Float64Array.from(values));
        assert.deepEqual([...stored], values.map(BigInt));
        assert.deepEqual(
          toFloat64(stored),
          Float64Array.from(values, (value) => value + 0),
        );
      }),
    );
  });

  it('refuses what is no exact integer', () => {
    for (const value of [0.5, NaN, Infinity, 2 ** 53])
      assert.throws(() => toInt64(Float64Array.of(1, value)), /value 1: expected an integer/u);
    for (const value of [2n ** 53n, -(2n ** 53n), 2n ** 63n - 1n])
      assert.throws(() => toFloat64(BigInt64Array.of(0n, value)), /value 1: expected an integer/u);
  });
});
