import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import * as fc from 'fast-check';
import {
  meanNegatives,
  mineAnyPairs,
  mineNegatives,
} from '../../../kernels/affinity/mine-negatives.ts';
import { negativesDense } from '../../reference/dense-affinity.ts';
import { concatenateRows, fromPairs, toLists } from '../../reference/sparse-rows.ts';

const graph = fc.record({
  size: fc.integer({ min: 1, max: 16 }),
  pairs: fc.array(fc.tuple(fc.nat(15), fc.nat(15)), { maxLength: 40 }),
});

describe('mineNegatives', () => {
  it('mines by hand: the path 0-1-2-3 and the triangle 4-5-6', () => {
    const D = fromPairs(7, [
      [0, 1],
      [1, 2],
      [2, 3],
      [4, 5],
      [5, 6],
      [4, 6],
    ]);
    assert.deepEqual(toLists(mineNegatives(D, { from: 0, to: 7, perRow: 64, seed: 1 })), [
      [2],
      [3],
      [0],
      [1],
      [],
      [],
      [],
    ]);
  });

  it('finds the exact set, or a sample of it, in any ranges of rows', () => {
    fc.assert(
      fc.property(
        graph,
        fc.nat(5),
        fc.nat(100),
        fc.nat(16),
        ({ size, pairs }, perRow, seed, cut) => {
          const D = fromPairs(
            size,
            pairs.map(([i, j]) => [i % size, j % size]),
          );
          const lists = toLists(D);
          const dense = lists.map((list) => lists.map((_, j) => list.includes(j)));
          const sets = lists.map((_, i) => negativesDense(dense, i));
          assert.deepEqual(
            toLists(mineNegatives(D, { from: 0, to: size, perRow: 100, seed })),
            sets,
          );
          const mined = mineNegatives(D, { from: 0, to: size, perRow, seed });
          for (const [i, sample] of toLists(mined).entries()) {
            assert.equal(sample.length, Math.min(perRow, sets[i]!.length));
            assert.deepEqual(
              sample,
              [...new Set(sample)].sort((a, b) => a - b),
            );
            assert.ok(sample.every((j) => sets[i]!.includes(j)));
          }
          const middle = Math.min(cut, size);
          const parts = [
            mineNegatives(D, { from: 0, to: middle, perRow, seed }),
            mineNegatives(D, { from: middle, to: size, perRow, seed }),
          ];
          assert.deepEqual(concatenateRows(parts), mined);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('draws every member equally often, however many ways lead to it', () => {
    // 0 has neighbours 1 to 5; 6 is met by one way, 7 by five, 8 to 15 by two each.
    const pairs: [number, number][] = [[1, 6]];
    for (let k = 1; k <= 5; k++) pairs.push([0, k], [k, 7]);
    for (let j = 8; j < 16; j++) pairs.push([1 + (j % 5), j], [1 + ((j + 1) % 5), j]);
    const D = fromPairs(16, pairs);
    const times = new Array<number>(16).fill(0);
    for (let seed = 0; seed < 10_000; seed++)
      for (const j of toLists(mineNegatives(D, { from: 0, to: 1, perRow: 3, seed }))[0]!)
        times[j]! += 1;
    assert.deepEqual(times.slice(0, 6), [0, 0, 0, 0, 0, 0]);
    // 3000 expected, standard deviation 46.
    for (const count of times.slice(6)) assert.ok(Math.abs(count - 3000) < 230, `${count}`);
  });

  it('over all pairs: all of them or a share, both ways alike, in any ranges of rows', () => {
    fc.assert(
      fc.property(
        graph,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(100),
        fc.nat(16),
        ({ size, pairs }, share, seed, cut) => {
          const D = fromPairs(
            size,
            pairs.map(([i, j]) => [i % size, j % size]),
          );
          const lists = toLists(D);
          const dense = lists.map((list) => lists.map((_, j) => list.includes(j)));
          const sets = lists.map((_, i) => negativesDense(dense, i));
          assert.deepEqual(toLists(mineAnyPairs(D, { from: 0, to: size, share: 1, seed })), sets);
          assert.equal(
            meanNegatives(D, { most: 100, seed }),
            sets.reduce((sum, set) => sum + set.length, 0) / size,
          );
          const all = mineAnyPairs(D, { from: 0, to: size, share, seed });
          const mined = toLists(all);
          for (const [i, row] of mined.entries())
            for (const j of row) assert.ok(sets[i]!.includes(j) && mined[j]!.includes(i));
          const middle = Math.min(cut, size);
          const parts = [
            mineAnyPairs(D, { from: 0, to: middle, share, seed }),
            mineAnyPairs(D, { from: middle, to: size, share, seed }),
          ];
          assert.deepEqual(concatenateRows(parts), all);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('over all pairs: every pair equally often, whatever the rows have', () => {
    // 0 has one negative, 6; 7 has many: a pair of the one is drawn as often as one of the other.
    const pairs: [number, number][] = [
      [0, 1],
      [1, 6],
    ];
    for (let j = 8; j < 16; j++) pairs.push([2, j]);
    const D = fromPairs(16, pairs);
    const times = new Map<string, number>();
    for (let seed = 0; seed < 4000; seed++) {
      for (const [i, row] of toLists(
        mineAnyPairs(D, { from: 0, to: 16, share: 0.25, seed }),
      ).entries())
        for (const j of row) if (i < j) times.set(`${i} ${j}`, (times.get(`${i} ${j}`) ?? 0) + 1);
    }
    // {0, 6} and the pairs of 8 to 15; 1000 expected, standard deviation 27.
    assert.equal(times.size, 1 + (8 * 7) / 2);
    for (const [pair, count] of times) assert.ok(Math.abs(count - 1000) < 140, `${pair}: ${count}`);
  });

  it('over all pairs: the mean of a sample is near that of all rows', () => {
    const D = fromPairs(
      400,
      Array.from({ length: 900 }, (_, k) => [(k * 37) % 400, (k * 101 + 7) % 400]),
    );
    const all = meanNegatives(D, { most: 400, seed: 1 });
    const sampled = meanNegatives(D, { most: 200, seed: 1 });
    assert.ok(Math.abs(sampled / all - 1) < 0.15, `${sampled} for ${all}`);
    assert.throws(
      () => mineAnyPairs(D, { from: 0, to: 1, share: 1.5, seed: 1 }),
      /share: expected a number from 0 to 1/u,
    );
  });

  it('refuses ranges that are none', () => {
    const D = fromPairs(2, [[0, 1]]);
    assert.throws(
      () => mineNegatives(D, { from: 0, to: 3, perRow: 1, seed: 1 }),
      /rows \[0, 3\) of 2/u,
    );
    assert.throws(() => mineNegatives(D, { from: 0, to: 2, perRow: -1, seed: 1 }), /perRow/u);
  });
});
