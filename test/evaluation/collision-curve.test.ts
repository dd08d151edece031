import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { collisionCurve } from '../../evaluation/collision-curve.ts';
import { unitVectors } from '../../evaluation/hit-rate.ts';
import { binarize } from '../../kernels/numbers/binarize.ts';
import { codeDistancesOf } from '../../kernels/codes/code-distances.ts';
import { largestCosinesOf } from '../../kernels/codes/largest-cosines.ts';
import { RandomStream } from '../../kernels/numbers/random.ts';

describe('collisionCurve', () => {
  it('counts pairs and collisions by classes of the cosine distance', () => {
    // Distances of query 0 from ten items of each kind, three of the near ones with its code.
    const near = Array.from({ length: 10 }, (_, k) => [1 - 0.02, k < 3 ? 0 : 2] as const);
    const far = Array.from({ length: 10 }, () => [0, 5] as const);
    const lonely = [[1 - 0.3, 0] as const];
    const all = [[1, 0] as const, ...near, ...far, ...lonely];
    const curve = collisionCurve(
      () => Float32Array.from(all, ([cosine]) => cosine),
      () => ({
        distances: Uint16Array.from(all, ([, distance]) => distance),
        counts: new Uint32Array(0),
      }),
      [0],
      () => undefined,
    );
    assert.deepEqual(
      curve.map(({ distance, pairs, collide }) => [Number(distance.toFixed(4)), pairs, collide]),
      [
        [0.02, 10, 0.3],
        [1, 10, 0],
      ],
    );
  });

  it('is the chance of SimHash for signs of a few dimensions out of many', () => {
    const [items, dimensions] = [3000, 64];
    const random = new RandomStream(7, 0);
    const normal = () =>
      Array.from({ length: 12 }, () => random.uniform()).reduce((sum, value) => sum + value, -6);
    const centres = Array.from({ length: 100 }, () => Array.from({ length: dimensions }, normal));
    const E = Float32Array.from(
      Array.from({ length: items }, (_, item) => {
        const spread = 0.1 + 2 * random.uniform();
        return centres[item % 100]!.map((value) => (value + spread * normal()) / 16);
      }).flat(),
    );
    const codes = new Uint8Array((items * dimensions) / 8);
    binarize(E, 1, dimensions, codes);
    const firsts = codes.filter((_, at) => at % (dimensions / 8) === 0);
    const curve = collisionCurve(
      largestCosinesOf(unitVectors(E, 1, dimensions).values, 1, dimensions),
      codeDistancesOf(firsts, 1, 1, false, [1]),
      Array.from({ length: 1000 }, (_, k) => 3 * k),
      () => undefined,
    );
    const wide = curve.filter(({ pairs }) => pairs > 1000);
    assert.ok(wide.length >= 5);
    for (const { distance, collide } of wide) {
      const chance = (1 - Math.acos(1 - distance) / Math.PI) ** 8;
      assert.ok(
        Math.abs(collide - chance) < 0.05,
        `at ${distance}: ${collide} instead of about ${chance}`,
      );
    }
  });
});
