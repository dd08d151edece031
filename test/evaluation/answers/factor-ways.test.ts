import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { byFactorCells, byFactors } from '../../../evaluation/answers/factor-ways.ts';
import { factorSides } from '../../../kernels/factors/factorize.ts';
import { RandomStream } from '../../../kernels/numbers/random.ts';

const D = 4;

function drawn(rows: number, seed: number): Float32Array {
  const stream = new RandomStream(seed, 0);
  return Float32Array.from({ length: rows * D }, () => stream.uniform() - 0.5);
}

const product = (x: Float32Array, i: number, y: Float32Array, j: number): number =>
  x.subarray(i * D, (i + 1) * D).reduce((sum, value, k) => sum + value * y[j * D + k]!, 0);

describe('byFactors', () => {
  it('gives x . y of all rows, but for what a byte a factor rounds', () => {
    const factors = { asking: drawn(30, 1), answering: drawn(30, 2) };
    const way = byFactors(factors, factorSides(30), D);
    for (const query of [0, 17, 29]) {
      const { items, scores } = way(query);
      assert.deepEqual([...items!], [...Array.from({ length: 30 }).keys()]);
      scores.forEach((score, row) => {
        const exact = product(factors.asking, query, factors.answering, row);
        assert.ok(Math.abs(score - exact) < 0.01, `${score} against ${exact}`);
      });
    }
  });

  it('of two sides asks the other side, from either', () => {
    const factors = { asking: drawn(6, 1), answering: drawn(14, 2) };
    const way = byFactors(factors, factorSides(20, 6), D);
    assert.deepEqual(
      [...way(2).items!],
      Array.from({ length: 14 }, (_, k) => 6 + k),
    );
    const back = way(9);
    assert.deepEqual([...back.items!], [0, 1, 2, 3, 4, 5]);
    const exact = product(factors.answering, 3, factors.asking, 4);
    assert.ok(Math.abs(back.scores[4]! - exact) < 0.01);
  });
});

describe('byFactorCells', () => {
  // 40 groups of 25 rows, each group near a direction of its own among few.
  const groups = 40;
  const rows = 1000;
  const centres = drawn(groups, 5);
  const noise = drawn(rows, 6);
  const values = Float32Array.from(
    noise,
    (value, at) => centres[(Math.floor(at / D) % groups) * D + (at % D)]! + 0.05 * value,
  );
  const factors = { asking: values, answering: values };
  const way = byFactorCells(factors, factorSides(rows), D, 1, () => undefined);

  it('gives every row once where there are few, what shares a cell alike', () => {
    const { items, scores } = way(3);
    assert.deepEqual(
      [...items!].toSorted((a, b) => a - b),
      [...Array.from({ length: rows }).keys()],
    );
    assert.ok(new Set(scores).size > 10 && new Set(scores).size <= 40);
  });

  it('gives those first whose product with the query is large', () => {
    const mean = (query: number, items: Uint32Array): number =>
      items.reduce((sum, item) => sum + product(values, query, values, item), 0) / items.length;
    for (const query of [0, 100, 999]) {
      const { items } = way(query);
      const found = items!.slice();
      assert.ok(mean(query, found.subarray(0, 50)) > mean(query, found.subarray(50)) + 0.05);
    }
  });

  it('gives the same for a seed', () => {
    const again = byFactorCells(factors, factorSides(rows), D, 1, () => undefined);
    const first = way(8);
    const expected = { items: [...first.items!], scores: [...first.scores] };
    const second = again(8);
    assert.deepEqual({ items: [...second.items!], scores: [...second.scores] }, expected);
  });
});
