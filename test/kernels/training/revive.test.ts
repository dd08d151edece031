import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import * as fc from 'fast-check';
import { binarize } from '../../../kernels/numbers/binarize.ts';
import { bucketNegatives } from '../../../kernels/training/bucket-negatives.ts';
import { RandomStream } from '../../../kernels/numbers/random.ts';
import { moveEmbeddings, planRevival } from '../../../kernels/training/revive.ts';
import { bucketsOfItems, sharedBuckets } from '../../../kernels/codes/shared-buckets.ts';
import { initializePartition } from '../../../kernels/training/train-partition.ts';
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

describe('planRevival', () => {
  it(
    'moves a lonely embedding to the bucket of most uncovered neighbours, of a case worked by ' +
      'hand',
    () => {
      // Item 0 is alone with both codes; 1, 2, 3 share code 1, 3 and 4 share code 128; 0 is linked
      // to 1, 2, 3, 4.
      const codes = Uint8Array.of(255, 240, 1, 2, 1, 4, 1, 128, 128, 8);
      const affinity = fromPairs(5, [
        [0, 1],
        [0, 2],
        [0, 3],
        [0, 4],
      ]);
      const { item, table, source } = planRevival(sharedBuckets(codes, TABLES, 1), codes, affinity);
      // Code 240 is nearer to every neighbour's than 255 is, so 255 is the idle one: to code 1,
      // which entry 2 (item 1, table 0) has first. Then only 4 is uncovered, too few.
      assert.deepEqual([[...item], [...table], [...source]], [[0], [0], [2]]);
    },
  );

  it('moves only embeddings that were alone, to codes that others have', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 60 }),
        fc.integer({ min: 1, max: 1e6 }),
        (items, seed) => {
          const { codes, affinity, buckets } = randomCase(items, seed);
          const { item, table, source } = planRevival(buckets, codes, affinity);
          for (const [k, i] of item.entries()) {
            const code = codes[i * TABLES + table[k]!]!;
            assert.equal(codes.filter((other) => other === code).length, 1);
            assert.notEqual(Math.floor(source[k]! / TABLES), i);
          }
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('moveEmbeddings', () => {
  it('gives a row the code, and leaves the others', () => {
    const state = initializePartition(1, 10, 4, TABLES, 16);
    const before = state.embeddings.slice();
    moveEmbeddings(
      state,
      { item: Int32Array.of(3, 12, 40), table: Int32Array.of(0, 1, 1) },
      Uint8Array.of(0, 0, 0xa5, 0x0f, 1, 1),
      TABLES,
      16,
    );
    const codes = new Uint8Array(4 * TABLES * 2);
    binarize(state.embeddings, TABLES, 16, codes);
    assert.deepEqual([...codes.subarray(10, 12)], [0xa5, 0x0f]);
    const from = (2 * TABLES + 1) * 16;
    assert.deepEqual(state.embeddings.subarray(0, from), before.subarray(0, from));
    assert.deepEqual(state.embeddings.subarray(from + 16), before.subarray(from + 16));
  });
});
