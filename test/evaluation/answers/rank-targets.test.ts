import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import * as fc from 'fast-check';
import { heldOutLinks, someLinks } from '../../../evaluation/answers/held-out-links.ts';
import { MATCHED_ITEMS, rankTargets } from '../../../evaluation/answers/rank-targets.ts';
import type { Answers } from '../../../evaluation/answers/way.ts';
import { matchedBySort, rankBySort } from '../../reference/rank-by-sort.ts';
import { fromPairs, toLists } from '../../reference/sparse-rows.ts';

const ITEMS = 12;

const cases = fc
  .record({
    known: fc.array(fc.tuple(fc.nat(ITEMS - 1), fc.nat(ITEMS - 1)), { maxLength: 20 }),
    heldOut: fc.array(fc.tuple(fc.nat(ITEMS - 1), fc.nat(ITEMS - 1)), {
      minLength: 1,
      maxLength: 6,
    }),
    /** Few values, so that scores are equal often; 0 is no answer. */
    scores: fc.array(fc.array(fc.nat(3), { minLength: ITEMS, maxLength: ITEMS }), {
      minLength: ITEMS,
      maxLength: ITEMS,
    }),
    isDense: fc.boolean(),
    hasSides: fc.boolean(),
  })
  .map(({ hasSides, known, heldOut, ...rest }) => {
    const side = hasSides ? Uint8Array.from({ length: ITEMS }, (_, item) => item % 2) : undefined;
    const crosses = ([i, j]: readonly [number, number]) =>
      i !== j && (!side || side[i] !== side[j]);
    const apart = new Set(
      heldOut.filter(crosses).map(([i, j]) => `${Math.min(i, j)} ${Math.max(i, j)}`),
    );
    const pairs = [...apart].map((pair) => pair.split(' ').map(Number) as [number, number]);
    const d = fromPairs(
      ITEMS,
      known.filter(crosses).filter(([i, j]) => !apart.has(`${Math.min(i, j)} ${Math.max(i, j)}`)),
    );
    return { ...rest, side, pairs, d };
  });

describe('rankTargets', () => {
  it('ranks as every item by itself says, with ties, known links and sides', () => {
    fc.assert(
      fc.property(cases, ({ pairs, d, scores, isDense, side }) => {
        const links = linksOf(pairs, d);
        const way = (query: number): Answers => answersOf(scores[query]!, isDense);
        const ranks = rankTargets(way, links, side && { side });
        const known = toLists(d);
        links.queries.forEach((query, k) => {
          for (let link = links.starts[k]!; link < links.starts[k + 1]!; link++) {
            const one = {
              items: ITEMS,
              query,
              target: links.targets[link]!,
              known: known[query]!,
              scores: scores[query]!.map((score) => (isDense || score > 0 ? score : undefined)),
              degree: [...links.degree],
              ...(side && { side: [...side] }),
            };
            const expected = rankBySort(one);
            assert.deepEqual(
              Number.isNaN(ranks.better[link]!)
                ? undefined
                : { better: ranks.better[link], equal: ranks.equal[link] },
              expected,
            );
            assert.deepEqual(
              { better: ranks.betterMatched[link], equal: ranks.equalMatched[link] },
              matchedBySort(one, MATCHED_ITEMS),
            );
          }
        });
      }),
    );
  });

  it('compares a target with the items that have as many links, not with all', () => {
    // Item 0 asks; 1 has the most links and the best score. 1,500 others have one link each.
    const items = 1502;
    const pairs = Array.from({ length: 1500 }, (_, k): [number, number] => [1, k + 2]);
    const others = pairs.filter(([, item]) => item !== 700);
    const links = linksOf([[0, 700]], fromPairs(items, others));
    const scores = new Float32Array(items);
    scores[1] = 2;
    scores[700] = 1;
    const ranks = rankTargets(() => ({ scores }), links);
    const link = links.queries.indexOf(0);
    assert.equal(ranks.better[link], 1);
    assert.equal(ranks.betterMatched[link], 0);
  });
});

describe('someLinks', () => {
  it('draws whole queries, the same for a seed', () => {
    const pairs = Array.from({ length: 6 }, (_, k): [number, number] => [k, k + 6]);
    const links = linksOf(pairs, fromPairs(ITEMS, []));
    const some = someLinks(links, 5, 1);
    assert.equal(some.queries.length, 5);
    assert.deepEqual(some, someLinks(links, 5, 1));
    assert.notDeepEqual(some.queries, someLinks(links, 5, 2).queries);
    some.queries.forEach((query, k) =>
      assert.deepEqual(
        [...some.targets.subarray(some.starts[k], some.starts[k + 1])],
        [query < 6 ? query + 6 : query - 6],
      ),
    );
    assert.equal(someLinks(links, 12, 1), links);
  });
});

function linksOf(pairs: readonly (readonly [number, number])[], d: ReturnType<typeof fromPairs>) {
  const [left, right] = [0, 1].map((at) => Int32Array.from(pairs, (pair) => pair[at]!));
  return heldOutLinks({ left: left!, right: right! }, d);
}

function answersOf(scores: readonly number[], isDense: boolean): Answers {
  if (isDense) return { scores: Float32Array.from(scores) };
  const items = scores.flatMap((score, item) => (score > 0 ? [item] : []));
  return {
    items: Uint32Array.from(items),
    scores: Float32Array.from(items, (item) => scores[item]!),
  };
}
