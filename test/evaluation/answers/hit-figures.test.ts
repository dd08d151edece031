import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { heldOutLinks } from '../../../evaluation/answers/held-out-links.ts';
import { CUTS, hitFigures } from '../../../evaluation/answers/hit-figures.ts';
import { rankTargets } from '../../../evaluation/answers/rank-targets.ts';
import { byAdamicAdar, byPopularity } from '../../../evaluation/answers/simple-ways.ts';
import { fromPairs } from '../../reference/sparse-rows.ts';

const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-9, `${a} against ${b}`);

describe('hitFigures', () => {
  // 0 - 1 is held out, 0 has 2 links more and 1 none; 40 others make the choice hard.
  const d = fromPairs(43, [
    [0, 2],
    [0, 3],
  ]);
  const links = heldOutLinks({ left: Int32Array.of(0), right: Int32Array.of(1) }, d);

  it('by hand: ties give a share, fair weighs by the links of the target', () => {
    // For 0 the target 1 is as good as all 40 unknown items; for 1 the target 0 is the best.
    const way = (query: number) => ({
      scores: Float32Array.from({ length: 43 }, (_, item) => Number(query === 1 && item === 0)),
    });
    const figures = hitFigures(rankTargets(way, links), links);
    near(figures.uniform[0]!, (10 / 40 + 1) / 2);
    // 1 has 1 link, 0 has 3.
    near(figures.fair[0]!, (10 / 40 + 1 / 3) / (1 + 1 / 3));
    near(figures.uniform[1]!, 1);
    near(figures.matched, (10 / 40 + 1) / 2);
    near(figures.empty, 0);
    near(figures.answers, (40 + 42) / 2);
    // The residuals of the two queries are +-(3 / 8), and the weight is 2.
    near(figures.errors.uniform[0]!, Math.hypot(3 / 8, 3 / 8) / 2);
    assert.deepEqual(
      figures.byDegree[1],
      CUTS.map(() => NaN),
    );
  });

  it('counts queries that get no answer, and no hit for them', () => {
    const nothing = () => ({ items: new Uint32Array(0), scores: new Float32Array(0) });
    const figures = hitFigures(rankTargets(nothing, links), links);
    assert.equal(figures.empty, 1);
    assert.deepEqual(
      figures.uniform,
      CUTS.map(() => 0),
    );
    // Among those with as many links nobody answers, so the target is one of all.
    near(figures.matched, (10 / 40 + 10 / 42) / 2);
  });
});

describe('simple ways', () => {
  const d = fromPairs(5, [
    [0, 1],
    [1, 2],
    [0, 3],
    [3, 2],
    [3, 4],
  ]);

  it('popularity is the number of links', () => {
    assert.deepEqual([...byPopularity(d)(0).scores], [2, 2, 2, 3, 1]);
  });

  it('Adamic and Adar: shared links by the inverse of their logarithm', () => {
    const { items, scores } = byAdamicAdar(d)(0);
    const byItem = new Map([...items!].map((item, at) => [item, scores[at]!]));
    const close = (item: number, value: number) =>
      assert.ok(Math.abs(byItem.get(item)! - value) < 1e-6);
    close(2, 1 / Math.log(2) + 1 / Math.log(3));
    close(4, 1 / Math.log(3));
    assert.ok(!byItem.has(1));
  });
});
