import assert from 'node:assert/strict';
import { it } from 'node:test';
import { adamStep, adamUpdate } from '../../kernels/adam.ts';
import { ReferenceAdam } from './train-reference.ts';

it('adamUpdate is Adam as in its paper, on the rows it is called for', () => {
  const width = 4;
  const embeddings = Float32Array.from({ length: 8 }, (_, k) => k / 10);
  const moments = [new Float32Array(8), new Float32Array(8)] as const;
  const reference = new ReferenceAdam(8);
  let expected = [...embeddings];
  for (let step = 1; step <= 20; step++) {
    const gradient = Array.from({ length: 8 }, (_, k) => Math.sin(step * (k + 1)) * 10 ** (k - 4));
    // Row 1 is touched by every third step alone.
    const touched = new Set(step % 3 === 0 ? [0, 1] : [0]);
    expected = reference.update(expected, gradient, touched, width, 0.04);
    for (const row of touched) {
      const slot = Float64Array.from([0, ...gradient.slice(row * width, (row + 1) * width)]);
      assert.ok(adamUpdate(embeddings, ...moments, row * width, width, slot, 1, adamStep(step, 0.04)));
    }
    for (const [k, value] of expected.entries()) assert.ok(Math.abs(embeddings[k]! - value) < 1e-5, `step ${step}, value ${k}: ${embeddings[k]} instead of ${value}`);
  }
  assert.ok(expected[7] !== 0.7 && moments[1][7]! > 0);
});

it('adamUpdate tells values that are not finite in float32', () => {
  const update = (value: number, gradient: number, rate: number) =>
    adamUpdate(Float32Array.of(value), new Float32Array(1), new Float32Array(1), 0, 1, Float64Array.of(gradient), 0, adamStep(1, rate));
  assert.equal(update(1, 1, 0.04), true);
  assert.equal(update(NaN, 1, 0.04), false);
  assert.equal(update(1, NaN, 0.04), false);
  assert.equal(update(1, 1, 1e39), false);
});
