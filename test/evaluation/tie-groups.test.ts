import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import * as fc from 'fast-check';
import { kendallTau } from '../../evaluation/kendall-tau.ts';
import {
  averageHierarchicalPrecision,
  averagePrecision,
  hitAt,
  precisionAt,
  recallWithin,
} from '../../evaluation/tie-groups.ts';
import {
  averagePrecisionOf,
  expectation,
  hierarchicalPrecisionOf,
  kendallTauOf,
  precisionOf,
  type Ranked,
} from '../reference/ranked-lists.ts';

const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-12, `${a} against ${b}`);

const lists = fc.array(
  fc.record({
    distance: fc.integer({ min: 0, max: 3 }),
    relevant: fc.boolean(),
    gain: fc.integer({ min: 0, max: 4 }),
  }),
  { maxLength: 7 },
);

function groupsOf(list: readonly Ranked[]) {
  const at = (distance: number) => list.filter((each) => each.distance === distance);
  const distances = [0, 1, 2, 3];
  return {
    sizes: distances.map((distance) => at(distance).length),
    relevant: distances.map((distance) => at(distance).filter((each) => each.relevant).length),
    gains: distances.map((distance) => at(distance).reduce((sum, each) => sum + each.gain, 0)),
    best: list.map((each) => each.gain).toSorted((a, b) => b - a),
  };
}

describe('figures over ties', () => {
  it('of a case worked by hand', () => {
    // One relevant at distance 0; then of three, two are relevant; then one that is not.
    const groups = { sizes: [1, 3, 0, 1], relevant: [1, 2, 0, 0] };
    near(precisionAt(groups, 2), (1 + 2 / 3) / 2);
    near(precisionAt(groups, 5), 3 / 5);
    near(recallWithin(groups, 1), 1 / 3);
    near(recallWithin(groups, 3), 1);
    // Orders of the three: 110 AP (1 + 1 + 1)/3, 101 (1 + 1 + 3/4)/3, 011 (1 + 2/3 + 3/4)/3.
    near(averagePrecision(groups, 5, 'relevant'), (3 + 2.75 + (1 + 2 / 3 + 3 / 4)) / 9);
    // Cut at 2: the second place is relevant in two orders of three.
    near(averagePrecision(groups, 2, 'relevant'), (1 + 2 / 3) / 2);
    near(averagePrecision(groups, 2, 'retrieved'), 1);
    near(hitAt({ sizes: [3, 1], relevant: [1, 0] }, 2), 2 / 3);
    // Similarities 1 and 0 tie, then 1: HP@1 .5, HP@2 (0 + 1)/2, HP@3 1.
    near(averageHierarchicalPrecision([2, 1], [1, 1], [1, 1, 0], 3), (0.5 + 0.5 + 1) / 3);
  });

  it('are the means over all orders of the ties', () => {
    fc.assert(
      fc.property(lists, fc.integer({ min: 1, max: 8 }), (list, k) => {
        const groups = groupsOf(list);
        near(
          precisionAt(groups, k),
          expectation(list, (order) => precisionOf(order, k)),
        );
        near(
          hitAt(groups, k),
          expectation(list, (order) => (order.slice(0, k).some((each) => each.relevant) ? 1 : 0)),
        );
        for (const divisor of ['retrieved', 'relevant'] as const)
          near(
            averagePrecision(groups, k, divisor),
            expectation(list, (order) => averagePrecisionOf(order, k, divisor)),
          );
        near(
          averageHierarchicalPrecision(groups.sizes, groups.gains, groups.best, k),
          hierarchicalPrecisionMean(list, k),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('are 0 where there is nothing', () => {
    const nothing = { sizes: [0, 0], relevant: [0, 0] };
    assert.deepEqual(
      [
        precisionAt(nothing, 3),
        recallWithin(nothing, 2),
        hitAt(nothing, 3),
        averagePrecision(nothing, 3, 'relevant'),
        averagePrecision(nothing, 3, 'retrieved'),
      ],
      [0, 0, 0, 0, 0],
    );
    assert.equal(averageHierarchicalPrecision([0], [0], [], 3), 0);
  });
});

/** Gains enter linearly at each k, so the mean over the orders may be taken of the whole. */
function hierarchicalPrecisionMean(list: readonly Ranked[], k: number): number {
  return expectation(list, (order) => hierarchicalPrecisionOf(order, k));
}

describe('kendallTau', () => {
  it('of a case worked by hand', () => {
    near(kendallTau([0, 1, 2], 2, Float64Array.of(1, 2, 3)), 1);
    near(kendallTau([2, 1, 0], 2, Float64Array.of(1, 2, 3)), -1);
    // Six pairs; x ties in one, y in none: five concordant less none, over sqrt(5 * 6).
    near(kendallTau([0, 0, 1, 2], 2, Float64Array.of(1, 2, 3, 4)), 5 / Math.sqrt(30));
    assert.equal(kendallTau([1, 1], 1, Float64Array.of(1, 2)), 0);
  });

  it('agrees with all pairs, ties in both', () => {
    const values = fc.array(
      fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: -2, max: 3 })),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(values, (pairs) =>
        near(
          kendallTau(
            pairs.map(([x]) => x),
            5,
            Float64Array.from(pairs, ([, y]) => y),
          ),
          kendallTauOf(
            pairs.map(([x]) => x),
            pairs.map(([, y]) => y),
          ),
        ),
      ),
    );
  });
});
