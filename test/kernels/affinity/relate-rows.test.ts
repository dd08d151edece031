import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import * as fc from 'fast-check';
import { linkGraph } from '../../../kernels/affinity/link-graph.ts';
import { placeWeights } from '../../../kernels/affinity/place-weights.ts';
import type { RankedLists } from '../../../kernels/pages/collect-lists.ts';
import { RELATION, relateRows } from '../../../kernels/affinity/relate-rows.ts';
import {
  goesWithByPairs,
  isLikeByPairs,
  type RelatedNeighbour,
} from '../../reference/relate-by-pairs.ts';
import { fromLists } from '../../reference/sparse-rows.ts';

type Pair = [left: number, right: number, weight: number];

const ALL = 1_000_000;

/** Weights that are far apart and weights that are the same. */
const weighted = fc
  .record({
    size: fc.integer({ min: 2, max: 14 }),
    pairs: fc.array(
      fc.tuple(fc.nat(13), fc.nat(13), fc.constantFrom(1, 1, 2, 3, 50, 1000, 4_000_000)),
      { maxLength: 40 },
    ),
  })
  .map(({ size, pairs }) => ({
    size,
    pairs: pairs.map(([i, j, weight]): Pair => [i % size, j % size, weight]),
  }));

describe('relateRows', () => {
  it('lists by hand: a path of three with two weights', () => {
    const lists = toLists(
      relate(
        3,
        [
          [0, 1, 1],
          [1, 2, 3],
        ],
        { top: 5 },
      ),
    );
    // The median of 1, 1, 3, 3 is the upper one of both in the middle.
    const [light, heavy] = [Math.log(1 + 1 / 3), Math.log(2)];
    const alike = Math.sqrt(light * heavy) / Math.log(2);
    near(lists, [
      { row: 0, relation: 1, entries: [[1, light, 1]] },
      { row: 0, relation: 2, entries: [[2, alike, 0]] },
      {
        row: 1,
        relation: 1,
        entries: [
          [0, light, 1],
          [2, heavy, 1],
        ],
      },
      { row: 2, relation: 1, entries: [[1, heavy, 1]] },
      { row: 2, relation: 2, entries: [[0, alike, 0]] },
    ]);
  });

  it('lists what the formulas say of every pair', () => {
    fc.assert(
      fc.property(weighted, fc.integer({ min: 1, max: 14 }), ({ size, pairs }, top) => {
        const weights = denseOf(size, pairs);
        const found = toLists(relate(size, pairs, { top }));
        for (let row = 0; row < size; row++) {
          check(listOf(found, row, RELATION.goesWith), goesWithByPairs(weights, row, size), top);
          check(listOf(found, row, RELATION.isLike), isLikeByPairs(weights, row, size), top);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('lists the same in any ranges of rows, whatever the budget', () => {
    fc.assert(
      fc.property(
        weighted,
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 0, max: 14 }),
        ({ size, pairs }, postings, cut) => {
          const graph = graphOf(size, pairs, postings);
          const middle = Math.min(cut, size);
          const whole = toLists(relateRows(graph, { from: 0, to: size, top: 4 }));
          assert.deepEqual(
            [
              ...toLists(relateRows(graph, { from: 0, to: middle, top: 4 })),
              ...toLists(relateRows(graph, { from: middle, to: size, top: 4 })),
            ],
            whole,
          );
        },
      ),
      { numRuns: 200 },
    );
  });

  it('takes links without weights for equal ones', () => {
    // A clique of four with a tail.
    const pairs: Pair[] = [
      [0, 1, 1],
      [0, 2, 1],
      [0, 3, 1],
      [1, 2, 1],
      [1, 3, 1],
      [2, 3, 1],
      [3, 4, 1],
    ];
    const D = fromLists(denseOf(5, pairs).map((row) => row.flatMap((w, j) => (w > 0 ? [j] : []))));
    const lists = toLists(relateRows(linkGraph(D, undefined, ALL), { from: 0, to: 5, top: 2 }));
    assert.deepEqual(lists, toLists(relate(5, pairs, { top: 2 })));
    assert.deepEqual(
      listOf(lists, 3, RELATION.goesWith)?.entries.map(([neighbour]) => neighbour),
      [0, 1],
      'of equal links those of the smaller numbers',
    );
  });

  it('knows a matching, where nothing is like anything, and rows without links', () => {
    const lists = toLists(
      relate(
        5,
        [
          [0, 3, 2],
          [1, 4, 7],
        ],
        { top: 3 },
      ),
    );
    assert.deepEqual(
      lists.map(({ row, relation, entries }) => [row, relation, entries[0]![0]]),
      [
        [0, 1, 3],
        [1, 1, 4],
        [3, 1, 0],
        [4, 1, 1],
      ],
    );
    assert.deepEqual(toLists(relate(3, [], { top: 3 })), []);
    assert.deepEqual(toLists(relate(0, [], { top: 3 })), []);
  });

  it('takes links that weigh nothing for the weakest, even where most do', () => {
    const order = (pairs: [number, number][]) =>
      pairs.flatMap(([, weight], k) => (weight > 0 ? [k + 1] : []));
    for (const weights of [
      [0, 0, 0, 5],
      [3, 0, 2, 5],
    ]) {
      const D = fromLists([[1, 2, 3, 4], [0], [0], [0], [0]]);
      const mirrored = Float32Array.of(...weights, ...weights);
      const lists = toLists(relateRows(linkGraph(D, mirrored, ALL), { from: 0, to: 1, top: 4 }));
      const { entries } = listOf(lists, 0, RELATION.goesWith)!;
      assert.equal(entries.length, 4);
      const scale = Math.max(...entries.map(([, score]) => score));
      assert.deepEqual(
        entries.flatMap(([leaf, score]) => (score > scale / 200 ? [leaf] : [])),
        order(weights.map((weight, k) => [k, weight])),
      );
    }
  });

  it('cuts a hub by weight, not by number: a star with more leaves than the budget', () => {
    const leaves = 50;
    const pairs = Array.from({ length: leaves }, (_, k): Pair => [0, k + 1, k + 1]);
    const lists = toLists(relate(leaves + 1, pairs, { top: 3, postings: 10 }));
    assert.deepEqual(
      listOf(lists, 0, RELATION.goesWith)?.entries.map(([leaf]) => leaf),
      [48, 49, 50],
    );
    // All leaves weigh the same by their degree, so the strongest links lead.
    assert.deepEqual(
      listOf(lists, 1, RELATION.isLike)?.entries.map(([leaf]) => leaf),
      [48, 49, 50],
    );
  });

  it('walks rare middles first and begins no other beyond the budget', () => {
    // 0 is linked with 1, which has two links, and 2, which has four.
    const pairs: Pair[] = [
      [0, 1, 1],
      [1, 3, 1],
      [0, 2, 1],
      [2, 4, 1],
      [2, 5, 1],
      [2, 6, 1],
    ];
    const alike = (postings: number) =>
      listOf(toLists(relate(7, pairs, { top: 9, postings })), 0, RELATION.isLike)?.entries.map(
        ([neighbour]) => neighbour,
      );
    assert.deepEqual(alike(2), [3]);
    assert.deepEqual(alike(3), [3, 4, 5]);
    assert.deepEqual(alike(4), [3, 4, 5, 6]);
    // The middle with four links comes first where the link to it is the stronger one by far.
    pairs[2] = [0, 2, 1000];
    assert.deepEqual(alike(4), [4, 5, 6]);
  });

  it('never mixes the sides of pairs: the one goes with the other, and is like its own', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(5), fc.nat(7), fc.integer({ min: 1, max: 9 })), { minLength: 1 }),
        (links) => {
          const pairs = links.map(([left, right, weight]): Pair => [left, 6 + right, weight]);
          for (const { row, relation, entries } of toLists(relate(14, pairs, { top: 14 }))) {
            for (const [neighbour] of entries)
              assert.equal(row < 6 === neighbour < 6, relation === RELATION.isLike);
          }
        },
      ),
    );
  });

  it('refuses ranges, sizes, budgets and weights that are none', () => {
    const D = fromLists([[1], [0]]);
    const graph = linkGraph(D, undefined, 5);
    assert.throws(() => relateRows(graph, { from: 0, to: 3, top: 1 }), /rows \[0, 3\) of 2/u);
    assert.throws(
      () => relateRows(graph, { from: 0, to: 2, top: 0 }),
      /expected an integer from 1/u,
    );
    assert.throws(() => linkGraph(D, undefined, 0), /postings: expected an integer from 1, got 0/u);
    assert.throws(() => linkGraph(D, Float32Array.of(1, -1), 5), /weight -1 at entry 1/u);
    assert.throws(() => linkGraph(D, Float32Array.of(1), 5), /1 weights of 2 entries/u);
  });
});

describe('placeWeights', () => {
  const D = fromLists([
    [1, 2],
    [0, 2],
    [0, 1],
  ]);

  it('passes pairs that D has left out, and brings the others to both their entries', () => {
    const path = fromLists([[1], [0, 2], [1]]);
    const placer = placeWeights(path);
    placer.add(
      columnsOf([
        [0, 1, 4],
        [0, 2, 9],
      ]),
    );
    placer.add(columnsOf([[1, 2, 5]]));
    assert.deepEqual([...placer.finish()], [4, 4, 5, 5]);
  });

  it('refuses D with an entry that has no weight, or no mirror', () => {
    const placer = placeWeights(D);
    placer.add(columnsOf([[0, 1, 4]]));
    assert.throws(() => placer.finish(), /2 of the 6 entries of D have a weight/u);
    assert.throws(
      () => placeWeights(fromLists([[1], []])).add(columnsOf([[0, 1, 4]])),
      /D has entry \(0, 1\), but not \(1, 0\)/u,
    );
  });
});

interface List {
  row: number;
  relation: number;
  /** Neighbour, score, known; neighbours rise. */
  entries: [number, number, number][];
}

function relate(
  size: number,
  pairs: readonly Pair[],
  { top, postings = ALL }: { top: number; postings?: number },
): RankedLists {
  return relateRows(graphOf(size, pairs, postings), { from: 0, to: size, top });
}

function graphOf(size: number, pairs: readonly Pair[], postings: number) {
  const weights = denseOf(size, pairs);
  const D = fromLists(weights.map((row) => row.flatMap((weight, j) => (weight > 0 ? [j] : []))));
  const placer = placeWeights(D);
  placer.add(
    columnsOf(
      weights.flatMap((row, i) =>
        row.flatMap((weight, j): Pair[] => (j > i && weight > 0 ? [[i, j, weight]] : [])),
      ),
    ),
  );
  return linkGraph(D, placer.finish(), postings);
}

function denseOf(size: number, pairs: readonly Pair[]): number[][] {
  const weights = Array.from({ length: size }, () => new Array<number>(size).fill(0));
  for (const [i, j, weight] of pairs) {
    if (i === j) continue;
    weights[i]![j] = weight;
    weights[j]![i] = weight;
  }
  return weights;
}

const columnsOf = (pairs: readonly Pair[]) => ({
  rows: Int32Array.from(pairs, ([i]) => i),
  columns: Int32Array.from(pairs, ([, j]) => j),
  sums: Float64Array.from(pairs, ([, , weight]) => weight),
});

function toLists({
  rows,
  relations,
  sizes,
  scales,
  neighbours,
  scores,
  known,
}: RankedLists): List[] {
  let at = 0;
  return Array.from(rows, (row, list) => {
    const entries = Array.from({ length: sizes[list]! }, (): List['entries'][number] => {
      assert.ok(scores[at]! >= 1 && scores[at]! <= 255, `byte ${scores[at]}`);
      return [neighbours[at]!, (scales[list]! * scores[at]!) / 255, known[at++]!];
    });
    return { row, relation: relations[list]!, entries };
  });
}

const listOf = (lists: readonly List[], row: number, relation: number) =>
  lists.find((list) => list.row === row && list.relation === relation);

function near(found: readonly List[], expected: readonly List[]): void {
  assert.deepEqual(
    found.map(({ row, relation, entries }) => [row, relation, entries.map(([j, , k]) => [j, k])]),
    expected.map(({ row, relation, entries }) => [
      row,
      relation,
      entries.map(([j, , k]) => [j, k]),
    ]),
  );
  for (const [at, { entries }] of found.entries()) {
    const scale = Math.max(...expected[at]!.entries.map(([, score]) => score));
    for (const [k, [, score]] of entries.entries())
      assert.ok(Math.abs(score - expected[at]!.entries[k]![1]) <= scale / 510 + 1e-6 * scale);
  }
}

/** Scores are as near as a byte of the scale; who is last in a list may differ among equal ones. */
function check(list: List | undefined, all: readonly RelatedNeighbour[], top: number): void {
  const entries = list?.entries ?? [];
  assert.equal(entries.length, Math.min(top, all.length));
  if (entries.length === 0) return;
  const scale = all[0]!.score;
  const least = all[entries.length - 1]!.score;
  const byNumber = new Map(all.map((each) => [each.neighbour, each]));
  for (const [at, [neighbour, score, known]] of entries.entries()) {
    const expected = byNumber.get(neighbour)!;
    assert.equal(known === 1, expected.known);
    assert.ok(at === 0 || entries[at - 1]![0] < neighbour, 'neighbours rise');
    assert.ok(expected.score >= least * (1 - 1e-6), `${neighbour} is not among the best ${top}`);
    // The least byte is 1, however small the score.
    const error = Math.abs(score - expected.score);
    assert.ok(
      error <= scale / 510 + 1e-6 * scale ||
        (score <= 1.01 * (scale / 255) && score >= expected.score),
      `${score} for ${expected.score}`,
    );
  }
}
