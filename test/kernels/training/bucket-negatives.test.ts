import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import * as fc from 'fast-check';
import { bucketNegatives } from '../../../kernels/training/bucket-negatives.ts';
import { RandomStream } from '../../../kernels/numbers/random.ts';
import { bucketsOfItems, sharedBuckets } from '../../../kernels/codes/shared-buckets.ts';
import { contains } from '../../../kernels/training/train-rows.ts';
import { fromPairs } from '../../reference/sparse-rows.ts';

const TABLES = 2;

function randomCase(items: number, seed: number) {
  const random = new RandomStream(seed, 99);
  const codes = Uint8Array.from({ length: items * TABLES }, () => random.below(12));
  const affinity = fromPairs(
    items,
    Array.from({ length: 3 * items }, () => [random.below(items), random.below(items)] as const),
  );
  return { codes, affinity, buckets: sharedBuckets(codes, TABLES, 1) };
}

const shares = (codes: Uint8Array, i: number, j: number) =>
  [0, 1].some((a) => [0, 1].some((b) => codes[TABLES * i + a] === codes[TABLES * j + b]));

describe('buckets in one space of codes', () => {
  it('hold an item once, whatever table its code is in', () => {
    // Codes of items 0, 1, 2: (5, 5), (7, 5), (9, 7).
    const buckets = sharedBuckets(Uint8Array.of(5, 5, 7, 5, 9, 7), TABLES, 1);
    const all = bucketsOfItems(buckets);
    assert.deepEqual(
      [[...all.codes], [...all.offsets], [...all.items]],
      [
        [5, 7, 9],
        [0, 2, 4, 5],
        [0, 1, 1, 2, 2],
      ],
    );
    const first = bucketsOfItems(buckets, 1);
    assert.deepEqual(
      [[...first.codes], [...first.offsets], [...first.items]],
      [
        [5, 7],
        [0, 2, 4],
        [0, 1, 1, 2],
      ],
    );
  });
});

describe('bucketNegatives', () => {
  it('are items that share a code and no link, rising, all of them where there are few', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 60 }),
        fc.integer({ min: 1, max: 1e6 }),
        fc.constantFrom(1, 3, 64),
        (items, seed, perRow) => {
          const { codes, affinity, buckets } = randomCase(items, seed);
          const found = bucketNegatives(buckets, affinity, { perRow, seed, epoch: 3 });
          for (let i = 0; i < items; i++) {
            const own = [...found.columns.subarray(found.offsets[i], found.offsets[i + 1])];
            const expected = Array.from({ length: items }, (_, j) => j).filter(
              (j) => j !== i && shares(codes, i, j) && !contains(affinity, i, j),
            );
            if (perRow === 64) assert.deepEqual(own, expected);
            assert.ok(
              own.length <= perRow &&
                own.every((j, at) => expected.includes(j) && (at === 0 || own[at - 1]! < j)),
            );
          }
          assert.deepEqual(found, bucketNegatives(buckets, affinity, { perRow, seed, epoch: 3 }));
        },
      ),
      { numRuns: 50 },
    );
  });
});
