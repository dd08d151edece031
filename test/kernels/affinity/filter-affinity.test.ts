import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import * as fc from 'fast-check';
import {
  filterPairs,
  type FilterOptions,
  totalOf,
  type WeightedPairs,
} from '../../../kernels/affinity/filter-affinity.ts';
import { placeRows } from '../../../kernels/affinity/place-rows.ts';
import { isTop, noteBounds, openBounds } from '../../../kernels/affinity/top-entries.ts';
import { filterRowDense } from '../../reference/dense-affinity.ts';

type Options = Partial<FilterOptions> & { top?: number };

/** The upper half of a dense F. */
function pairsOf(F: number[][]): WeightedPairs {
  const pairs = F.flatMap((row, i) =>
    row.flatMap((sum, j) => (j >= i && sum > 0 ? [{ i, j, sum }] : [])),
  );
  return {
    rows: Int32Array.from(pairs, ({ i }) => i),
    columns: Int32Array.from(pairs, ({ j }) => j),
    sums: Float64Array.from(pairs, ({ sum }) => sum),
  };
}

/** What each row keeps. */
function filter(F: number[][], { top = 100, ...options }: Options): number[][] {
  const marginals = Float64Array.from(F, (row) => row.reduce((sum, value) => sum + value, 0));
  const { rows, columns, sums } = pairsOf(F);
  const kept = filterPairs(
    { rows, columns, sums },
    {
      marginals,
      total: totalOf(marginals),
      scale: 1,
      minimumWeight: 0,
      minimumPmi: -Infinity,
      ...options,
    },
  );
  const entries = Array.from(
    { length: kept },
    (_, at) => [rows[at]!, columns[at]!, sums[at]!] as const,
  ).flatMap(([i, j, sum]) => [
    { i: j, j: i, sum },
    { i, j, sum },
  ]);
  const degrees = Uint32Array.from(F, (_, row) => entries.filter(({ i }) => i === row).length);
  const places = placeRows(degrees, [0, F.length], true);
  places.begin(0, F.length);
  places.add(
    {
      rows: Int32Array.from(entries, ({ i }) => i),
      columns: Int32Array.from(entries, ({ j }) => j),
      sums: Float64Array.from(entries, ({ sum }) => sum),
    },
    entries.length,
  );
  const bounds = openBounds(F.length);
  noteBounds(bounds, places.rows(), top);
  return F.map((_, row) =>
    entries
      .filter(({ i, j, sum }) => i === row && isTop(bounds, i, j, sum))
      .map(({ j }) => j)
      .sort((a, b) => a - b),
  );
}

function symmetric(size: number, value: (i: number, j: number) => number): number[][] {
  return Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (_, j) => (i < j ? value(i, j) : value(j, i))),
  );
}

describe('filterAffinity', () => {
  const F = [
    [8, 4, 2, 2],
    [4, 0, 6, 0],
    [2, 6, 0, 4],
    [2, 0, 4, 0],
  ];

  it('drops the diagonal and light pairs', () => {
    assert.deepEqual(filter(F, {}), [
      [1, 2, 3],
      [0, 2],
      [0, 1, 3],
      [0, 2],
    ]);
    assert.deepEqual(filter(F, { scale: 2, minimumWeight: 2 }), [[1], [0, 2], [1, 3], [2]]);
    // 1.7 in units of 1/2520 is 4284 exactly.
    assert.deepEqual(
      filter(
        [
          [0, 4284, 4283],
          [4284, 0, 0],
          [4283, 0, 0],
        ],
        { scale: 2520, minimumWeight: 1.7 },
      ),
      [[1], [0], []],
    );
  });

  it('drops pairs that are typical for their words', () => {
    // N = 44, marginals 16, 10, 12, 6: PMI of (1, 2) ln(6 * 44 / 120) = .79, (2, 3) ln(4 * 44 / 72)
    // = .89, (0, 1) ln(4 * 44 / 160) = .1.
    assert.deepEqual(filter(F, { minimumPmi: 0.5 }), [[], [2], [1, 3], [2]]);
    assert.deepEqual(filter(F, { minimumPmi: 0.8 }), [[], [], [3], [2]]);
  });

  it('keeps the heaviest, ties by column', () => {
    assert.deepEqual(filter(F, { top: 2 }), [
      [1, 2],
      [0, 2],
      [1, 3],
      [0, 2],
    ]);
    assert.deepEqual(filter(F, { top: 1 }), [[1], [2], [1], [2]]);
  });

  it('agrees with the dense version', () => {
    const input = fc.record({
      size: fc.integer({ min: 1, max: 12 }),
      values: fc.array(fc.nat(6), { minLength: 144, maxLength: 144 }),
    });
    fc.assert(
      fc.property(
        input,
        fc.integer({ min: 1, max: 5 }),
        fc.nat(3),
        fc.double({ min: -1, max: 1, noNaN: true }),
        ({ size, values }, top, minimumWeight, minimumPmi) => {
          const F = symmetric(size, (i, j) => values[i * size + j]!);
          const options = { scale: 2, minimumWeight: minimumWeight / 2, minimumPmi, top };
          const expected = F.map((_, i) => filterRowDense(F, i, options));
          assert.deepEqual(filter(F, options), expected);
        },
      ),
      { numRuns: 300 },
    );
  });
});
