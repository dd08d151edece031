import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { describe, it } from 'vitest';
import { linkGraph } from '../../../kernels/affinity/link-graph.ts';
import { neighbourPredictor } from '../../../kernels/affinity/predict-neighbours.ts';
import { RELATION, relateRows } from '../../../kernels/affinity/relate-rows.ts';
import { factorSides } from '../../../kernels/factors/factorize.ts';
import { pairScorer } from '../../../kernels/factors/pair-scores.ts';
import { splitOf } from '../../../kernels/factors/sides-of.ts';
import { predictedByPairs, relatedByPairs } from '../../reference/predict-by-pairs.ts';
import { fromLists } from '../../reference/sparse-rows.ts';

const D = 16;
const SIZE = 24;
const ALL = 2 ** 31;

/** Whole numbers, one of 127 in each row of either kind: bytes hold them without loss. */
const factors = fc
  .array(fc.integer({ min: -20, max: 100 }), { minLength: SIZE * D, maxLength: SIZE * D })
  .map((values) =>
    Float32Array.from(values, (value, at) => (at % D === Math.floor(at / D) % 7 ? 127 : value)),
  );

const graphs = fc.record({
  pairs: fc.array(
    fc.tuple(fc.nat(SIZE - 1), fc.nat(SIZE - 1), fc.constantFrom(1, 1, 2, 3, 50, 1000)),
    { minLength: 1, maxLength: 90 },
  ),
  asking: factors,
  answering: factors,
  top: fc.integer({ min: 1, max: 14 }),
});

describe('neighbourPredictor', () => {
  it('lists the related of rows of one set as the formulas say', () => {
    fc.assert(
      fc.property(graphs, ({ pairs, asking, answering, top }) => {
        const weights = denseOf(pairs, () => true);
        if (weights.flat().every((weight) => weight === 0)) return;
        const scorer = pairScorer({ asking, answering }, factorSides(SIZE), D);
        const lists = listsOf(weights, top, scorer);
        const predictions = weights.map((_, i) =>
          weights.map(
            (_w, j) =>
              (dot(asking, i, answering, j) + dot(answering, i, asking, j)) /
              Math.sqrt(Math.sqrt(length(asking, j) * length(answering, j))),
          ),
        );
        for (let row = 0; row < SIZE; row++) {
          const expected = relatedByPairs(weights, predictions, row, top);
          const found = lists.get(`${row} ${RELATION.related}`) ?? [];
          for (const isKnown of [true, false])
            check(
              found.filter(({ known }) => known === isKnown),
              new Map([...expected].filter(([j]) => weights[row]![j]! > 0 === isKnown)),
              top,
              found,
            );
        }
      }),
      { numRuns: 200 },
    );
  });

  it('puts predicted rows of the other side after the links of a row', () => {
    const split = 9;
    fc.assert(
      fc.property(graphs, ({ pairs, asking, answering, top }) => {
        const weights = denseOf(pairs, (i, j) => i < split !== j < split);
        if (weights.flat().every((weight) => weight === 0)) return;
        const sides = factorSides(SIZE, split);
        const of = {
          asking: asking.subarray(0, split * D),
          answering: answering.subarray(split * D),
        };
        const lists = listsOf(weights, top, pairScorer(of, sides, D));
        const predictions = weights.map((_, i) =>
          weights.map((_w, j) =>
            i < split ? dot(asking, i, answering, j) : dot(answering, i, asking, j),
          ),
        );
        for (let row = 0; row < SIZE; row++) {
          assert.equal(lists.has(`${row} ${RELATION.related}`), false);
          const found = lists.get(`${row} ${RELATION.goesWith}`) ?? [];
          const predicted = found.filter(({ known }) => !known);
          for (const { neighbour, score } of found) {
            assert.equal(neighbour < split, row >= split, 'it crosses sides');
            assert.ok(score <= 1.01 || found.some((each) => each.known));
          }
          const known = found.filter((each) => each.known).map(({ score }) => score);
          for (const { score } of predicted) assert.ok(known.every((other) => other >= score));
          const expected = predictedByPairs(weights, predictions, row, top);
          const best = Math.max(...expected.values());
          const scaled = new Map([...expected].map(([k, score]) => [k, score / best]));
          check(predicted, scaled, top, found);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('splitOf', () => {
  it('finds where the second set begins, rows without links among them', () => {
    assert.equal(sidesOf([[], [3], [4], [1], [2], []]), 3);
    assert.equal(sidesOf([[2], [], [0]]), 2);
    assert.equal(sidesOf([[], []]), 2);
  });

  it('finds none where a set is linked within', () => {
    assert.equal(
      sidesOf([
        [1, 2],
        [0, 2],
        [0, 1],
      ]),
      undefined,
    );
    assert.equal(sidesOf([[3], [2, 3], [1], [0, 1]]), 2);
    assert.equal(sidesOf([[2], [3], [0, 3], [1, 2]]), undefined);
  });

  const sidesOf = (lists: number[][]) =>
    splitOf({ ...fromLists(lists), roots: new Float32Array(0) });
});

interface Entry {
  neighbour: number;
  score: number;
  known: boolean;
}

/** The `top` best of the expected, up to the rounding to a byte of the largest of the list. */
function check(found: Entry[], expected: Map<number, number>, top: number, list: Entry[]): void {
  const step = Math.max(0, ...list.map(({ score }) => score)) / 254 + 1e-5;
  assert.equal(found.length, Math.min(top, expected.size));
  for (const { neighbour, score } of found)
    assert.ok(Math.abs(score - (expected.get(neighbour) ?? NaN)) <= step);
  const left = [...expected].filter(([j]) => !found.some(({ neighbour }) => neighbour === j));
  const least = Math.min(...found.map(({ neighbour }) => expected.get(neighbour)!));
  for (const [, score] of left) assert.ok(score <= least * (1 + 1e-5));
}

function listsOf(
  weights: number[][],
  top: number,
  scorer: ReturnType<typeof pairScorer>,
): Map<string, Entry[]> {
  const sparse = fromLists(weights.map((row) => row.flatMap((w, j) => (w > 0 ? [j] : []))));
  const values = Float32Array.from(weights.flatMap((row) => row.filter((w) => w > 0)));
  const graph = linkGraph(sparse, values, ALL);
  const made = relateRows(
    graph,
    { from: 0, to: SIZE, top },
    neighbourPredictor(graph, scorer, top),
  );
  const lists = new Map<string, Entry[]>();
  let at = 0;
  for (let list = 0; list < made.rows.length; list++) {
    const entries = Array.from({ length: made.sizes[list]! }, (_, k) => ({
      neighbour: made.neighbours[at + k]!,
      score: (made.scales[list]! * made.scores[at + k]!) / 255,
      known: made.known[at + k] === 1,
    }));
    at += entries.length;
    lists.set(`${made.rows[list]} ${made.relations[list]}`, entries);
  }
  return lists;
}

function denseOf(
  pairs: readonly [number, number, number][],
  isLink: (i: number, j: number) => boolean,
): number[][] {
  const weights = Array.from({ length: SIZE }, () => new Array<number>(SIZE).fill(0));
  for (const [i, j, weight] of pairs)
    if (i !== j && isLink(i, j)) weights[i]![j] = weights[j]![i] = weight;
  return weights;
}

function dot(a: Float32Array, i: number, b: Float32Array, j: number): number {
  let sum = 0;
  for (let k = 0; k < D; k++) sum += a[i * D + k]! * b[j * D + k]!;
  return sum;
}

const length = (a: Float32Array, i: number): number => Math.sqrt(dot(a, i, a, i));
