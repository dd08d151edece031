import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { bootstrap } from '../../evaluation/bootstrap.ts';
import { RandomStream } from '../../kernels/numbers/random.ts';

describe('bootstrap', () => {
  it('of what never varies is a point', () => {
    assert.deepEqual(bootstrap([[2, 2, 2]], { mean: ([mean]) => mean! }, 1), { mean: [2, 2] });
  });

  it('has the width that theory gives, and holds the mean of all in 95 of 100 samples', () => {
    // Uniform over [0, 1): standard error of a mean of 400 is sqrt(1/12 / 400) = .0144.
    let held = 0;
    let widths = 0;
    for (let sample = 0; sample < 200; sample++) {
      const random = new RandomStream(7, 0, sample);
      const values = Float64Array.from({ length: 400 }, () => random.uniform());
      const { mean } = bootstrap([values], { mean: ([each]) => each! }, sample, 400);
      held += mean[0] <= 0.5 && 0.5 <= mean[1] ? 1 : 0;
      widths += (mean[1] - mean[0]) / 200;
    }
    assert.ok(held >= 180 && held <= 198, `${held} of 200`);
    assert.ok(Math.abs(widths - 2 * 1.96 * 0.01443) < 0.003, `${widths}`);
  });

  it('draws columns together, the same for a seed', () => {
    const [a, b] = [Float64Array.of(0, 1, 2, 3), Float64Array.of(3, 2, 1, 0)];
    const sum = { sum: ([x, y]: readonly number[]) => x! + y! };
    assert.deepEqual(
      bootstrap([a, b], sum, 1).sum.map((value) => Math.round(value * 1e9) / 1e9),
      [3, 3],
    );
    const mean = { mean: ([x]: readonly number[]) => x! };
    assert.deepEqual(bootstrap([a], mean, 1), bootstrap([a], mean, 1));
  });

  it('wants rows', () => {
    assert.throws(() => bootstrap([], {}, 1), RangeError);
    assert.throws(() => bootstrap([[1], [1, 2]], {}, 1), RangeError);
  });
});
