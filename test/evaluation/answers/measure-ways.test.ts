import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { answerMetrics } from '../../../evaluation/answers/answer-metrics.ts';
import { heldOutLinks } from '../../../evaluation/answers/held-out-links.ts';
import { measureWays, plainWays } from '../../../evaluation/answers/measure-ways.ts';
import { METRICS } from '../../../schemas/metrics.ts';
import { fromPairs } from '../../reference/sparse-rows.ts';

describe('measureWays', () => {
  const pairs = [1, 2, 3, 4].map((item): [number, number] => [0, item]);
  const links = heldOutLinks(
    { left: Int32Array.of(1, 2, 5), right: Int32Array.of(3, 4, 6) },
    fromPairs(8, pairs),
  );

  it('asks every query of every way but those that cost much, and tells how far it is', () => {
    const told: [number, number][] = [];
    const measured = measureWays(
      {
        ...plainWays(links),
        vectors: { way: () => ({ scores: new Float32Array(8) }), queries: 2 },
      },
      links,
      { seed: 1, onProgress: (done, total) => told.push([done, total]) },
    );
    const total = 2 * links.queries.length + 2;
    assert.deepEqual(
      told,
      Array.from({ length: total }, (_, done) => [done, total]),
    );
    assert.deepEqual(
      measured.map(({ way, cost }) => [way, cost?.rounds]),
      [
        ['adamicAdar', 2],
        ['popularity', 0],
        ['vectors', undefined],
      ],
    );
    // Eight entries of D, 4 bytes each, of eight items.
    assert.equal(measured[0]!.cost!.bytes, 4);
  });

  it('has a metric for each name of its figures, with an interval around it', () => {
    const measured = measureWays(plainWays(links), links, { seed: 1, onProgress: () => undefined });
    const { metrics, intervals } = answerMetrics(measured);
    assert.deepEqual(
      Object.keys(metrics).filter((name) => !(name in METRICS)),
      [],
    );
    for (const [name, value] of Object.entries(metrics)) {
      const [low, high] = intervals[name]!;
      assert.ok(low <= value && value <= high && low >= 0 && high <= 1, name);
    }
    assert.ok('adamicAdarFairHr1000' in metrics);
  });
});
