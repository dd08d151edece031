import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import * as fc from 'fast-check';
import { collectPairs, PAIR_SCALE, type PairRun } from '../../../kernels/affinity/collect-pairs.ts';

type Pair = readonly [string, string, number];

function collect(pairs: readonly Pair[]): PairRun {
  const collector = collectPairs();
  for (const [left, right, weight] of pairs)
    collector.add(Buffer.from(left), Buffer.from(right), weight);
  return collector.finish();
}

function named({ dictionary, rows, columns, sums }: PairRun) {
  const { offsets, bytes } = dictionary.words;
  const word = (id: number) => Buffer.from(bytes.subarray(offsets[id], offsets[id + 1])).toString();
  return Array.from(rows, (row, k) => [word(row), word(columns[k]!), sums[k]! / PAIR_SCALE]);
}

/** The sums of unordered pairs, by hand. */
function sumByMap(pairs: readonly Pair[]) {
  const sums = new Map<string, number>();
  for (const [left, right, weight] of pairs) {
    const key = JSON.stringify([left, right].sort());
    if (left !== right) sums.set(key, (sums.get(key) ?? 0) + Math.round(weight * PAIR_SCALE));
  }
  return [...sums]
    .map(([key, sum]) => [...(JSON.parse(key) as string[]), sum / PAIR_SCALE])
    .sort((a, b) => (`${a[0]} ${a[1]}` < `${b[0]} ${b[1]}` ? -1 : 1));
}

describe('collectPairs', () => {
  it('adds both orders, leaves out pairs of an item with itself', () => {
    const run = collect([
      ['b', 'a', 1.5],
      ['a', 'b', 2],
      ['c', 'c', 9],
      ['a', 'c', 0],
    ]);
    assert.deepEqual(named(run), [
      ['a', 'b', 3.5],
      ['a', 'c', 0],
    ]);
    assert.deepEqual([run.pairs, run.loops], [3, 1]);
    assert.deepEqual([...run.dictionary.counts], [3, 2, 1]);
  });

  it('is what a Map gives, in any order', () => {
    const pair = fc.tuple(
      fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      fc.double({ min: 0, max: 1e6, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 40 }), (pairs) => {
        assert.deepEqual(named(collect(pairs)), sumByMap(pairs));
        assert.deepEqual(named(collect(pairs.toReversed())), sumByMap(pairs));
      }),
    );
  });

  it('refuses weights that cannot be', () => {
    for (const weight of [-1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 40])
      assert.throws(() => collect([['a', 'b', weight]]), /pair 0: a weight of/u);
  });
});
