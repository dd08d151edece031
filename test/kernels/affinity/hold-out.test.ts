import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import * as fc from 'fast-check';
import { holdOut as startHoldOut } from '../../../kernels/affinity/hold-out.ts';
import type { SparseRows } from '../../../kernels/training/train-rows.ts';
import { fromLists, fromPairs, toLists } from '../../reference/sparse-rows.ts';

const graph = fc.record({
  size: fc.integer({ min: 1, max: 20 }),
  pairs: fc.array(fc.tuple(fc.nat(19), fc.nat(19)), { maxLength: 120 }),
});

/** D by so many entries at a time. */
function holdOut(
  { offsets, columns }: SparseRows,
  { pairs, seed, step = 7 }: { pairs: number; seed: number; step?: number },
) {
  const words = offsets.length - 1;
  const rows = Array.from({ length: words }, (_, row) =>
    Array.from({ length: offsets[row + 1]! - offsets[row]! }, () => row),
  ).flat();
  const holding = startHoldOut({ words, entries: columns.length, pairs, seed });
  const training: number[][] = Array.from({ length: words }, () => []);
  for (let from = 0; from < rows.length; from += step) {
    const row = Int32Array.from(rows.slice(from, from + step));
    const column = Int32Array.from(columns.subarray(from, from + step));
    const kept = holding.add(row, column);
    for (let at = 0; at < kept; at++) training[row[at]!]!.push(column[at]!);
  }
  return { training, ...holding.finish() };
}

describe('holdOut', () => {
  it('splits D in training and held-out pairs, in both orders', () => {
    fc.assert(
      fc.property(graph, fc.nat(15), fc.nat(100), ({ size, pairs }, wanted, seed) => {
        const D = fromPairs(
          size,
          pairs.map(([i, j]) => [i % size, j % size]),
        );
        const { training, left, right } = holdOut(D, { pairs: wanted, seed });
        assert.equal(left.length, Math.min(wanted, Math.floor(D.columns.length / 20)));
        const heldOut = [...left].map((i, at) => [i, right[at]!] as [number, number]);
        assert.ok(heldOut.every(([i, j]) => i < j));
        assert.deepEqual(
          heldOut,
          [...heldOut].sort(([a, b], [c, d]) => a - c || b - d),
        );
        const isHeldOut = (i: number, j: number) =>
          heldOut.some(([a, b]) => (a === i && b === j) || (a === j && b === i));
        assert.deepEqual(
          training,
          toLists(D).map((row, i) => row.filter((j) => !isHeldOut(i, j))),
        );
        assert.deepEqual(holdOut(D, { pairs: wanted, seed, step: 1000 }), {
          training,
          left,
          right,
        });
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
      for (let at = 0; at < 2; at++)
        times.set(`${left[at]},${right[at]}`, (times.get(`${left[at]},${right[at]}`) ?? 0) + 1);
    }
    assert.equal(times.size, 28);
    // 1000 expected, standard deviation 30.
    for (const count of times.values()) assert.ok(Math.abs(count - 1000) < 150, `${count}`);
  });

  it('refuses a D that is not symmetric, not in order, or of another size', () => {
    const options = { pairs: 1, seed: 1 };
    assert.throws(
      () => holdOut(fromLists([[1], [], []]), options),
      /D is not symmetric: row 1 has other columns below 1/u,
    );
    assert.throws(() => holdOut(fromLists([[], [0], []]), options), /D is not symmetric: row 1/u);
    assert.throws(
      () => holdOut(fromLists([[2], [2], [0], [0]]), options),
      /D is not symmetric: row 2/u,
    );
    assert.throws(() => holdOut(fromLists([[0, 1], [0]]), options), /D holds \(0, 0\)/u);
    assert.throws(
      () => holdOut(fromLists([[2, 1], [0], [0]]), options),
      /D holds \(0, 1\) behind \(0, 2\)/u,
    );
    assert.throws(() => holdOut(fromLists([[5], []]), options), /a square of 2 rows/u);
    assert.throws(
      () => startHoldOut({ words: 2, entries: 2, ...options }).finish(),
      /D has 0 entries, expected 2/u,
    );
  });
});
