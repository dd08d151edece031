import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { drawBlockModel, factionsOf } from '../../../kernels/affinity/stochastic-block-model.ts';

const MODEL = { factions: 60, size: 10, inside: 0.8, near: 0.1, reach: 2, symmetric: true };

describe('drawBlockModel', () => {
  const pairs = (symmetric: boolean, seed: number) => {
    const { offsets, columns } = drawBlockModel({ ...MODEL, symmetric }, seed);
    return Array.from({ length: offsets.length - 1 }, (_, row) => [
      ...columns.subarray(offsets[row], offsets[row + 1]),
    ]);
  };

  it('links by the distance of factions, without a diagonal', () => {
    for (const symmetric of [true, false]) {
      const counts = [0, 0, 0, 0];
      for (const [i, row] of pairs(symmetric, 1).entries()) {
        assert.ok(!row.includes(i) && row.every((j, at) => at === 0 || row[at - 1]! < j));
        for (const j of row)
          counts[Math.min(3, Math.abs(Math.floor(i / 10) - Math.floor(j / 10)))]! += 1;
      }
      assert.equal(counts[3], 0);
      assert.ok(Math.abs(counts[0]! / (600 * 9) - 0.8) < 0.03);
      assert.ok(Math.abs(counts[1]! / (2 * 59 * 100) - 0.1) < 0.015);
      assert.ok(Math.abs(counts[2]! / (2 * 58 * 100) - 0.1) < 0.015);
    }
  });

  it('is symmetric where it is drawn once, and the same for the same seed', () => {
    const rows = pairs(true, 4);
    for (const [i, row] of rows.entries()) for (const j of row) assert.ok(rows[j]!.includes(i));
    assert.deepEqual(pairs(true, 4), rows);
    assert.notDeepEqual(pairs(true, 5), rows);
    const apart = pairs(false, 4);
    assert.ok(apart.some((row, i) => row.some((j) => !apart[j]!.includes(i))));
  });
});

describe('factionsOf', () => {
  it('names the nine others of each item', () => {
    const { offsets, columns } = factionsOf(MODEL);
    assert.deepEqual(
      [...columns.subarray(offsets[12], offsets[13])],
      [10, 11, 13, 14, 15, 16, 17, 18, 19],
    );
  });
});
