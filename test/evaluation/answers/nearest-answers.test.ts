import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { describe, it } from 'vitest';
import { expectedHits } from '../../../evaluation/answers/expected-hits.ts';
import {
  measureNearest,
  type NearestTruth,
  nearestWays,
} from '../../../evaluation/answers/nearest-answers.ts';
import { nearestMetrics } from '../../../evaluation/answers/nearest-metrics.ts';
import { METRICS } from '../../../schemas/metrics.ts';

const close = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-9, `${a} against ${b}`);

describe('expectedHits', () => {
  it('is the mean over all orders of equal scores', () => {
    const scores = fc.array(fc.nat(2), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(scores, fc.integer({ min: 1, max: 6 }), fc.nat(31), (values, cut, wanted) => {
        const isWanted = (at: number) => ((wanted >> at) & 1) === 1;
        const orders = permutations([...values.keys()]).filter((order) =>
          order.every((at, place) => place === 0 || values[order[place - 1]!]! >= values[at]!),
        );
        const mean =
          orders.reduce((sum, order) => sum + order.slice(0, cut).filter(isWanted).length, 0) /
          orders.length;
        close(expectedHits(Float32Array.from(values), cut, isWanted), mean);
      }),
    );
  });
});

describe('measureNearest', () => {
  // Items on a line, 1 apart: of item i the nearest are i - 1 and i + 1, then i - 2 and i + 2.
  const items = 120;
  const queries = Uint32Array.of(40, 80);
  const nearest = [...queries].map((query) =>
    Uint32Array.from({ length: 50 }, (_, k) => query + (k % 2 === 0 ? 1 : -1) * (1 + (k >> 1))),
  );
  const truth: NearestTruth = {
    items,
    queries,
    nearest,
    labelMates: (query) => (item) => item % 2 === query % 2,
  };
  const byDistance = (query: number) => ({
    scores: Float32Array.from({ length: items }, (_, item) => -Math.abs(item - query)),
  });

  it('of a case worked by hand: exact answers, every second one, and none', () => {
    const even = (query: number) => {
      const found = Uint32Array.from({ length: 60 }, (_, k) => 2 * k);
      return { items: found, scores: Float32Array.from(found, (item) => -Math.abs(item - query)) };
    };
    const measured = measureNearest(
      {
        ...nearestWays(truth),
        codes: { way: byDistance },
        cells: { way: even },
        buckets: { way: () => ({ items: new Uint32Array(0), scores: new Float32Array(0) }) },
      },
      truth,
      () => undefined,
    );
    const of = (name: string) => measured.find(({ way }) => way === name)!;
    for (const way of ['exact', 'codes']) {
      close(of(way).figures.uniform[0]!, 1);
      close(of(way).recall50.share, 1);
    }
    // Five of the ten nearest items to each side are even, and the query is no answer.
    close(of('exact').labels![0]!.share, 4 / 10);
    // Of the ten nearest the four even ones are found among ten even ones.
    close(of('cells').figures.uniform[0]!, 4 / 10);
    close(of('cells').recall50.share, 24 / 50);
    close(of('cells').labels![0]!.share, 1);
    close(of('buckets').figures.empty, 1);
    close(of('buckets').recall50.share, 0);
    // No item is near to both, and a query does not count for itself.
    assert.ok(of('popularity').figures.uniform[0]! < 0.2);
  });

  it('has a metric for each name of its figures', () => {
    const measured = measureNearest(
      { ...nearestWays(truth), codes: { way: byDistance } },
      truth,
      () => undefined,
    );
    const { metrics, intervals } = nearestMetrics(measured);
    assert.deepEqual(Object.keys(metrics).toSorted(), [
      'codesLabels10',
      'codesRecall10',
      'codesRecall50',
      'exactLabels10',
      'popularityLabels10',
      'popularityRecall10',
      'popularityRecall50',
    ]);
    assert.deepEqual(Object.keys(intervals), Object.keys(metrics));
    assert.deepEqual(
      Object.keys(metrics).filter((name) => !(name in METRICS)),
      [],
    );
  });
});

function permutations(values: readonly number[]): number[][] {
  if (values.length === 0) return [[]];
  return values.flatMap((value, at) =>
    permutations(values.filter((_, other) => other !== at)).map((rest) => [value, ...rest]),
  );
}
