import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { describe, it } from 'vitest';
import {
  factorize,
  type FactorLinks,
  factorSides,
  halfStep,
  startFactors,
  takeStep,
} from '../../../kernels/factors/factorize.ts';
import { rowSolver } from '../../../kernels/factors/solve-rows.ts';
import { type DenseLinks, exactRow, factorLoss } from '../../reference/factor-rows.ts';

const SETTINGS = { factors: 16, alpha: 8, regularization: 3, rounds: 6, seed: 1 };

const keysOf = (size: number) => Uint32Array.from({ length: size }, (_, row) => 7 * row);

/** [row, column, g], in both orders. */
type Link = [number, number, number];

/** Links of V rows, of one set or of two sides, with their strengths. */
const graphs = fc
  .integer({ min: 1, max: 40 })
  .chain((size) =>
    fc.record({
      size: fc.constant(size),
      split: fc.option(fc.integer({ min: 0, max: size }), { nil: undefined }),
      some: fc.array(
        fc.tuple(
          fc.nat(size - 1),
          fc.nat(size - 1),
          fc.oneof(fc.constant(0), fc.double({ min: 0, max: 5, noNaN: true })),
        ),
        { maxLength: 120 },
      ),
      seed: fc.nat(1000),
    }),
  )
  .map(({ size, split, some, seed }) => {
    const links = new Map<string, Link>();
    for (const [i, j, g] of some) {
      const isAcross = split === undefined || i < split !== j < split;
      if (i !== j && isAcross)
        for (const [a, b] of [
          [i, j],
          [j, i],
        ] as const)
          links.set(`${a} ${b}`, [a, b, Math.fround(g)]);
    }
    return { ...linksOf(size, [...links.values()]), sides: factorSides(size, split), seed };
  });

describe('factorize', () => {
  it('has a loss that no half-step raises', () => {
    fc.assert(
      fc.property(graphs, ({ links, dense, sides, seed }) => {
        const settings = { ...SETTINGS, seed, keys: keysOf(sides.answering.to) };
        const side = denseOf(dense, sides);
        const factors = startFactors(sides, settings);
        let last = Infinity;
        for (let step = 1; step <= 8; step++) {
          takeStep(links, sides, step, factors, settings);
          const loss = factorLoss(side, factors.asking, factors.answering, settings);
          assert.ok(loss <= last * (1 + 1e-5) + 1e-5, `step ${step}: ${loss} after ${last}`);
          last = loss;
        }
      }),
    );
  });

  it('gives a row the same factors in whatever range it is solved', () => {
    fc.assert(
      fc.property(graphs, fc.double({ min: 0, max: 1, noNaN: true }), (graph, where) => {
        const { links, sides, seed } = graph;
        const keys = keysOf(sides.answering.to);
        const factors = startFactors(sides, { ...SETTINGS, seed, keys });
        const { from, to } = sides.asking;
        const middle = from + Math.round(where * (to - from));
        const part = (a: number, b: number) =>
          halfStep(
            links,
            sides,
            1,
            { from: a, to: b },
            factors.answering,
            factors.asking.subarray((a - from) * 16, (b - from) * 16),
            SETTINGS,
          );
        assert.deepEqual([...part(from, middle), ...part(middle, to)], [...part(from, to)]);
      }),
    );
  });

  it.each(['complete', 'star', 'matching'] as const)('tells the links of a %s graph', (kind) => {
    const size = 12;
    const pairs: Record<typeof kind, (i: number, j: number) => boolean> = {
      complete: () => true,
      star: (i, j) => i * j === 0,
      matching: (i, j) => i >> 1 === j >> 1,
    };
    const all: Link[] = [];
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++) if (i !== j && pairs[kind](i, j)) all.push([i, j, Math.LN2]);
    const { links, dense } = linksOf(size, all);
    const settings = { ...SETTINGS, regularization: 0.01, keys: keysOf(size) };
    const { asking, answering } = factorize(links, factorSides(size), settings, () => undefined);
    const dot = (i: number, j: number): number => {
      let sum = 0;
      for (let k = 0; k < 16; k++) sum += asking[i * 16 + k]! * answering[j * 16 + k]!;
      return sum;
    };
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++) {
        if (i === j) continue;
        assert.equal(dot(i, j) > 0.5, dense.strength(i, j) !== undefined, `${i}, ${j}`);
      }
  });

  it('begins a row by its key, whatever rows are beside it', () => {
    const settings = { factors: 16, seed: 3 };
    const before = startFactors(factorSides(3), { ...settings, keys: Uint32Array.of(5, 9, 7) });
    const after = startFactors(factorSides(4), { ...settings, keys: Uint32Array.of(5, 6, 9, 7) });
    assert.deepEqual(after.answering.subarray(0, 16), before.answering.subarray(0, 16));
    assert.deepEqual(after.answering.subarray(32), before.answering.subarray(16));
    assert.throws(
      () => startFactors(factorSides(4), { ...settings, keys: new Uint32Array(3) }),
      /3 keys of 4 rows/u,
    );
  });

  it('leaves a row without links at zeros', () => {
    const { links } = linksOf(5, [
      [0, 1, 1],
      [1, 0, 1],
    ]);
    const { asking, answering } = factorize(
      links,
      factorSides(5),
      { ...SETTINGS, keys: keysOf(5) },
      () => undefined,
    );
    assert.ok(asking.subarray(32).every((value) => value === 0));
    assert.ok(answering.subarray(32).every((value) => value === 0));
    assert.ok(asking.subarray(0, 32).some((value) => value !== 0));
  });
});

describe('rowSolver', () => {
  it('comes to the solution of the normal equations when it is asked again', () => {
    fc.assert(
      fc.property(graphs, ({ links, dense, sides, seed }) => {
        const keys = keysOf(sides.answering.to);
        const { asking, answering } = startFactors(sides, { ...SETTINGS, seed, keys });
        for (let at = 0; at < answering.length; at++) answering[at]! *= 8;
        const solver = rowSolver(answering, SETTINGS);
        const count = sides.asking.to;
        const rows = {
          ...links,
          offsets: links.offsets.subarray(0, count + 1),
          firstColumn: sides.answering.from,
        };
        let solved = asking;
        for (let again = 0; again < 12; again++) solved = solver.solve(rows, solved);
        const side = denseOf(dense, sides);
        for (let i = 0; i < count; i++) {
          if (links.offsets[i] === links.offsets[i + 1]) continue;
          exactRow(side, i, answering, SETTINGS).forEach((value, k) => {
            assert.ok(Math.abs(value - solved[i * 16 + k]!) < 1e-4, `row ${i}, factor ${k}`);
          });
        }
      }),
      { numRuns: 50 },
    );
  });

  it('says which settings, sizes and columns it cannot use', () => {
    const others = new Float32Array(32);
    const wrong = (settings: Partial<typeof SETTINGS>) => () =>
      rowSolver(others, { ...SETTINGS, ...settings });
    assert.throws(wrong({ factors: 24 }), /multiple of 16, got 24/u);
    assert.throws(wrong({ factors: 48 }), /32 values are no rows of 48/u);
    assert.throws(wrong({ alpha: NaN }), /alpha NaN/u);
    assert.throws(wrong({ regularization: 0 }), /regularization 0/u);
    const { links } = linksOf(3, [
      [0, 2, 1],
      [2, 0, 1],
    ]);
    const solver = rowSolver(others, SETTINGS);
    assert.throws(
      () => solver.solve({ ...links, firstColumn: 0 }, new Float32Array(48)),
      /column 2: not one of 2 from 0/u,
    );
    assert.throws(
      () => solver.solve({ ...links, firstColumn: 0 }, new Float32Array(32)),
      /32 values of 3 rows of 16/u,
    );
  });
});

function linksOf(size: number, all: readonly Link[]): { links: FactorLinks; dense: DenseLinks } {
  const sorted = all.toSorted(([a, b], [c, d]) => a - c || b - d);
  const offsets = new Uint32Array(size + 1);
  for (const [i] of sorted) offsets[i + 1]! += 1;
  for (let i = 0; i < size; i++) offsets[i + 1]! += offsets[i]!;
  const roots = Float32Array.from(sorted, ([, , g]) => Math.sqrt(g));
  const strengths = new Map(sorted.map(([i, j, g]) => [i * size + j, g]));
  return {
    links: { offsets, columns: Uint32Array.from(sorted, ([, j]) => j), roots },
    dense: { asking: size, answering: size, strength: (i, j) => strengths.get(i * size + j) },
  };
}

/** Rows and columns of a side from 0. */
function denseOf(
  { strength }: DenseLinks,
  { asking, answering }: ReturnType<typeof factorSides>,
): DenseLinks {
  return {
    asking: asking.to - asking.from,
    answering: answering.to - answering.from,
    strength: (i, j) => strength(i + asking.from, j + answering.from),
  };
}
