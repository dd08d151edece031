import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import * as fc from 'fast-check';
import {
  codedBound,
  decodeEntries,
  encodeEntries,
} from '../../../kernels/affinity/delta-coding.ts';
import { decodeDeltas, deltaBound, encodeDeltas } from '../../../store/tables/delta-coding.ts';

const sums = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  fc.bigInt({ min: 0n, max: 9n }),
  fc.bigInt({ min: 0n, max: 2n ** 50n }),
  fc.constantFrom(0n, 252n, 2520n),
);
const columns = fc.oneof(fc.nat(100), fc.nat(2 ** 32 - 1));

describe('coded entries', () => {
  it('are the entries again, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(columns, sums), { maxLength: 700 }), (entries) => {
        const made = {
          columns: Uint32Array.from(entries, ([column]) => column),
          sums: BigUint64Array.from(entries, ([, sum]) => sum),
        };
        const coded = encodeEntries(made.columns, made.sums);
        assert.ok(
          coded.columns.length <= codedBound(entries.length, 4) &&
            coded.sums.length <= codedBound(entries.length, 8),
        );
        assert.deepEqual(decodeEntries(coded, entries.length), made);
      }),
      { numRuns: 400 },
    );
  });

  it('are the bytes that the coding over arrays gives, which reads them', () => {
    const integers = fc.oneof(fc.nat(100), fc.nat(2 ** 30), fc.integer({ min: 0, max: 2 ** 50 }));
    fc.assert(
      fc.property(fc.array(integers, { maxLength: 700 }), (values) => {
        const out = new Uint8Array(deltaBound(values.length));
        const plain = out.subarray(
          0,
          encodeDeltas(Float64Array.from(values), 0, values.length, out, 0),
        );
        const coded = encodeEntries(
          Uint32Array.from(values, (value) => value % 2 ** 31),
          BigUint64Array.from(values, BigInt),
        );
        assert.deepEqual(coded.sums, plain);
        const read = new Float64Array(values.length);
        assert.equal(decodeDeltas(plain, 0, values.length, read, 0), plain.length);
        assert.deepEqual([...read], values);
      }),
      { numRuns: 400 },
    );
  });

  it('are refused where they are cut off, changed in number or no such bytes', () => {
    const coded = encodeEntries(
      Uint32Array.from({ length: 300 }, (_, k) => 3 * k),
      new BigUint64Array(300).fill(2520n),
    );
    assert.throws(
      () => decodeEntries({ ...coded, columns: coded.columns.subarray(0, -1) }, 300),
      /columns: \d+ bytes are not 300 coded values/u,
    );
    assert.throws(
      () => decodeEntries({ ...coded, sums: Uint8Array.of(...coded.sums, 0) }, 300),
      /sums: \d+ bytes are not 300/u,
    );
    assert.throws(() => decodeEntries(coded, 299), /299 coded values/u);
    assert.throws(() => decodeEntries(coded, 2 ** 30), /entries in/u);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(500), (bytes, count) => {
        try {
          decodeEntries({ columns: bytes, sums: bytes }, count);
        } catch (error) {
          assert.equal((error as Error).name, 'RangeError');
        }
        try {
          decodeDeltas(bytes, 0, count, new Int32Array(count), 0);
        } catch (error) {
          assert.equal((error as Error).name, 'RangeError');
        }
      }),
      { numRuns: 2000 },
    );
  });
});
