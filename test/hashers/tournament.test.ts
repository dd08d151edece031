import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import * as fc from 'fast-check';
import { blockId, partitionRange, rounds } from '../../hashers/tournament.ts';

const partitions = fc.integer({ min: 1, max: 33 });
const seed = fc.integer({ min: 0, max: 0xffffffff });

describe('rounds', () => {
  it(
    'brings every pair of partitions exactly once, in rounds of disjoint blocks, the diagonal ' +
      'last',
    () => {
      fc.assert(
        fc.property(partitions, seed, fc.nat(1000), (P, seed, epoch) => {
          const all = rounds(P, seed, epoch);
          const met = all.flat().map(([p, q]) => {
            assert.ok(0 <= p && p <= q && q < P);
            return blockId([p, q], P);
          });
          assert.equal(new Set(met).size, met.length);
          assert.equal(met.length, (P * (P + 1)) / 2);
          for (const round of all.slice(0, -1)) {
            const players = round.flat();
            assert.equal(new Set(players).size, players.length);
            assert.equal(round.length, Math.floor(P / 2));
          }
          const even = P % 2 === 0 ? P : P + 1;
          assert.equal(all.length, P === 1 ? 1 : even);
          const diagonal = all.slice(-1).flat();
          assert.deepEqual(
            diagonal.map(([p]) => p).sort((a, b) => a - b),
            Array.from({ length: P }, (_, p) => p),
          );
          assert.ok(diagonal.every(([p, q]) => p === q));
        }),
      );
    },
  );

  it('has one block for one partition', () => assert.deepEqual(rounds(1, 7, 3), [[[0, 0]]]));

  it('is the same for the same seed and epoch, and another for others', () => {
    assert.deepEqual(rounds(8, 1, 4), rounds(8, 1, 4));
    assert.notDeepEqual(rounds(8, 1, 4), rounds(8, 1, 5));
    assert.notDeepEqual(rounds(8, 1, 4), rounds(8, 2, 4));
  });
});

describe('partitionRange', () => {
  it('covers all rows once, in sizes that differ by at most one', () => {
    fc.assert(
      fc.property(fc.nat(100_000), partitions, (rows, P) => {
        const ranges = Array.from({ length: P }, (_, p) => partitionRange(rows, P, p));
        assert.equal(ranges[0]!.first, 0);
        assert.equal(ranges[P - 1]!.end, rows);
        for (let p = 1; p < P; p++) assert.equal(ranges[p]!.first, ranges[p - 1]!.end);
        const sizes = ranges.map(({ first, end }) => end - first);
        assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1);
      }),
    );
  });
});
