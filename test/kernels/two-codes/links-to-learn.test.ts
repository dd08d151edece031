import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { factorSides } from '../../../kernels/factors/factorize.ts';
import { linksToLearn } from '../../../kernels/two-codes/links-to-learn.ts';

/** Rows 0-1, 0-2, 1-3, as D holds them: in both directions. */
const LINKS = {
  offsets: Uint32Array.of(0, 2, 4, 5, 6),
  columns: Uint32Array.of(1, 2, 0, 3, 0, 1),
  roots: new Float32Array(6).fill(1),
};

function pairsOf(sides: ReturnType<typeof factorSides>) {
  const { asking, answering, from, to } = linksToLearn(LINKS, sides);
  return Array.from(from, (row, link) => [asking[row], answering[to[link]!]]);
}

describe('linksToLearn', () => {
  it('gives the links of one set in both directions', () => {
    assert.deepEqual(pairsOf(factorSides(4)), [
      [0, 1],
      [0, 2],
      [1, 0],
      [1, 3],
      [2, 0],
      [3, 1],
    ]);
  });

  it('gives those of two sides as the first side asks', () => {
    const bipartite = {
      offsets: Uint32Array.of(0, 1, 2, 4),
      columns: Uint32Array.of(2, 2, 0, 1),
      roots: new Float32Array(4).fill(1),
    };
    const { asking, answering, from, to } = linksToLearn(bipartite, factorSides(3, 2));
    assert.deepEqual(
      [[...asking], [...answering], [...from], [...to]],
      [[0, 1], [2], [0, 1], [0, 0]],
    );
  });
});
