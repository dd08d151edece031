import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { holdOut } from '../../kernels/hold-out.ts';
import { fromLists, fromPairs, toLists } from '../reference/sparse-rows.ts';

const graph = fc.record({ size: fc.integer({ min: 1, max: 20 }), pairs: fc.array(fc.tuple(fc.nat(19), fc.nat(19)), { maxLength: 120 }) });

describe('holdOut', () => {
  it('splits D in training and held-out pairs, in both orders', () => {
    fc.assert(
      fc.property(graph, fc.nat(15), fc.nat(100), ({ size, pairs }, wanted, seed) => {
        const D = fromPairs(size, pairs.map(([i, j]) => [i % size, j % size]));
        const { training, left, right } = holdOut(D, { pairs: wanted, seed });
        assert.equal(left.length, Math.min(wanted, Math.floor(D.columns.length / 20)));
        const heldOut = [...left].map((i, at) => [i, right[at]!] as [number, number]);
        assert.ok(heldOut.every(([i, j]) => i < j));
        assert.deepEqual(heldOut, [...heldOut].sort(([a, b], [c, d]) => a - c || b - d));
        const isHeldOut = (i: number, j: number) => heldOut.some(([a, b]) => (a === i && b === j) || (a === j && b === i));
        assert.deepEqual(toLists(training), toLists(D).map((row, i) => row.filter((j) => !isHeldOut(i, j))));
        assert.deepEqual(holdOut(D, { pairs: wanted, seed }), { training, left, right });
      }),
    );
  });

  it('takes every pair equally often', () => {
    const size = 8;
    const pairs: [number, number][] = [];
    for (let i = 0; i < size; i++) for (let j = i + 1; j < size; j++) pairs.push([i, j]);
    const D = fromPairs(size, pairs);
    const times = new Map<string, number>();
    const draws = 14_000;
    for (let seed = 0; seed < draws; seed++) {
      const { left, right } = holdOut(D, { pairs: 100, seed });
      assert.equal(left.length, 2);
      for (let at = 0; at < 2; at++) times.set(`${left[at]},${right[at]}`, (times.get(`${left[at]},${right[at]}`) ?? 0) + 1);
    }
    assert.equal(times.size, 28);
    // 1000 expected, standard deviation 30.
    for (const count of times.values()) assert.ok(Math.abs(count - 1000) < 150, `${count}`);
  });

  it('refuses a D that is not symmetric', () => {
    assert.throws(() => holdOut(fromLists([[1], [], []]), { pairs: 1, seed: 1 }), /D holds \(0, 1\) but not \(1, 0\)/u);
    assert.throws(() => holdOut(fromLists([[], [0], []]), { pairs: 1, seed: 1 }), /expected half as many/u);
    assert.throws(() => holdOut(fromLists([[0, 1], [0]]), { pairs: 1, seed: 1 }), RangeError);
  });
});
