import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import * as fc from 'fast-check';
import {
  buildBuckets,
  countBuckets,
  type TableBuckets,
} from '../../../kernels/codes/build-buckets.ts';
import { sortByU32 } from '../../../kernels/numbers/radix-order.ts';

/** The slow, obvious version: a map by hexadecimal code. */
function bucketsByMap(
  codes: Uint8Array,
  tables: number,
  codeBytes: number,
  table: number,
): [string, number[]][] {
  const buckets = new Map<string, number[]>();
  for (let item = 0; item < codes.length / (tables * codeBytes); item++) {
    const at = (item * tables + table) * codeBytes;
    const code = Buffer.from(codes.subarray(at, at + codeBytes)).toString('hex');
    buckets.set(code, [...(buckets.get(code) ?? []), item]);
  }
  return [...buckets].sort(([a], [b]) => (a < b ? -1 : 1));
}

function asList({ codes, codeBytes, offsets, items }: TableBuckets): [string, number[]][] {
  return Array.from({ length: offsets.length - 1 }, (_, b) => [
    Buffer.from(codes.subarray(b * codeBytes, (b + 1) * codeBytes)).toString('hex'),
    [...items.subarray(offsets[b], offsets[b + 1])],
  ]);
}

describe('buildBuckets', () => {
  it('groups by hand: two tables of one byte', () => {
    const codes = Uint8Array.of(0xff, 1, 0x80, 1, 0xff, 2, 0x00, 1);
    const tables = [0, 1].map((table) => buildBuckets(codes, 2, 1, table));
    assert.deepEqual(tables.map(asList), [
      [
        ['00', [3]],
        ['80', [1]],
        ['ff', [0, 2]],
      ],
      [
        ['01', [0, 1, 3]],
        ['02', [2]],
      ],
    ]);
    assert.deepEqual(countBuckets(tables), { buckets: 5, clusters: 2, singletons: 3 });
  });

  it('agrees with a map for codes of 1 to 32 bytes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 32 }),
        fc.integer({ min: 0, max: 40 }),
        fc.infiniteStream(fc.constantFrom(0, 1, 127, 128, 255)),
        (tables, codeBytes, items, stream) => {
          // Few distinct codes, so that buckets come about however long a code is.
          const palette = Array.from({ length: 6 }, () =>
            Array.from({ length: codeBytes }, () => stream.next().value!),
          );
          const codes = Uint8Array.from({ length: items * tables }, (_, i) => i).reduce<number[]>(
            (all, i) => all.concat(palette[(i * 7 + stream.next().value!) % 6]!),
            [],
          );
          for (let table = 0; table < tables; table++) {
            const bytes = Uint8Array.from(codes);
            assert.deepEqual(
              asList(buildBuckets(bytes, tables, codeBytes, table)),
              bucketsByMap(bytes, tables, codeBytes, table),
            );
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('takes no items and one bucket of all', () => {
    assert.deepEqual(asList(buildBuckets(new Uint8Array(0), 3, 4, 2)), []);
    assert.deepEqual(asList(buildBuckets(new Uint8Array(5 * 4), 1, 4, 0)), [
      ['00000000', [0, 1, 2, 3, 4]],
    ]);
    assert.throws(() => buildBuckets(new Uint8Array(7), 1, 4, 0), /no whole rows/);
    assert.throws(() => buildBuckets(new Uint8Array(8), 1, 4, 1), /table: expected 0 to 0, got 1/);
  });
});

describe('sortByU32', () => {
  it('sorts like a stable sort', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.integer({ min: 0, max: 0xffffffff }),
            fc.integer({ min: 0, max: 3 }),
            fc.constant(0x12345),
          ),
        ),
        (values) => {
          const keys = Uint32Array.from(values);
          const order = Uint32Array.from(values, (_, i) => i);
          sortByU32(keys, order, new Uint32Array(values.length), new Uint32Array(values.length));
          const expected = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]! || a - b);
          assert.deepEqual([...order], expected);
          assert.deepEqual(
            [...keys],
            expected.map((i) => values[i]),
          );
        },
      ),
    );
  });
});
