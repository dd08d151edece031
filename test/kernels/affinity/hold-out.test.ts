import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import * as fc from 'fast-check';
import { chooseHeldOut } from '../../../kernels/affinity/choose-held-out.ts';
import { holdOut as startHoldOut } from '../../../kernels/affinity/hold-out.ts';
import type { SparseRows } from '../../../kernels/training/train-rows.ts';
import { fromLists, fromPairs, toLists } from '../../reference/sparse-rows.ts';

const graph = fc.record({
  size: fc.integer({ min: 1, max: 20 }),
  pairs: fc.array(fc.tuple(fc.nat(19), fc.nat(19)), { maxLength: 120 }),
});

const keysOf = (rows: number) => Uint32Array.from({ length: rows }, (_, row) => 31 * row);

/** D by so many entries at a time. */
function holdOut(
  { offsets, columns }: SparseRows,
  {
    pairs,
    seed,
    step = 7,
    keys = keysOf(offsets.length - 1),
  }: { pairs: number; seed: number; step?: number; keys?: Uint32Array },
) {
  const words = offsets.length - 1;
  const rows = Array.from({ length: words }, (_, row) =>
    Array.from({ length: offsets[row + 1]! - offsets[row]! }, () => row),
  ).flat();
  const choosing = chooseHeldOut({ entries: columns.length, pairs, seed, keys });
  for (let from = 0; from < rows.length; from += step) {
    const row = Int32Array.from(rows.slice(from, from + step));
    choosing.add(row, Int32Array.from(columns.subarray(from, from + step)));
  }
  const chosen = choosing.finish();
  const holding = startHoldOut({ words, entries: columns.length, chosen });
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

  it('keeps what was held out when rows and pairs come, but for those that are crowded out', () => {
    fc.assert(
      fc.property(graph, fc.nat(15), fc.nat(19), ({ size, pairs }, wanted, place) => {
        const own = pairs.map(([i, j]): [number, number] => [i % size, j % size]);
        const before = holdOut(fromPairs(size, own), { pairs: wanted, seed: 5 });
        // A row comes in between, linked with its neighbours.
        const at = Math.min(place, size);
        const moved = (row: number) => (row < at ? row : row + 1);
        const grown = own.map(([i, j]): [number, number] => [moved(i), moved(j)]);
        if (size > 1) grown.push([at, moved(0)], [at, moved(size - 1)]);
        const keys = keysOf(size + 1);
        keys.set(keysOf(size).subarray(at), at + 1);
        keys[at] = 999_983;
        const after = holdOut(fromPairs(size + 1, grown), { pairs: wanted, seed: 5, keys });
        const chosen = new Set([...after.left].map((i, k) => `${i} ${after.right[k]}`));
        const lost = [...before.left].filter(
          (i, k) => !chosen.has(`${moved(i)} ${moved(before.right[k]!)}`),
        );
        assert.ok(lost.length <= 2, `${lost.length} of ${before.left.length}`);
      }),
    );
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
      () => startHoldOut({ words: 2, entries: 2, chosen: new Float64Array(0) }).finish(),
      /D has 0 entries, expected 2/u,
    );
  });
});
