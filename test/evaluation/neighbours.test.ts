import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { unitVectors } from '../../evaluation/hit-rate.ts';
import { cutLengths } from '../../evaluation/candidates.ts';
import { affordableQueries, neighbourFigures } from '../../evaluation/neighbours.ts';
import { relevance } from '../../evaluation/precision-recall.ts';
import { binarize } from '../../kernels/numbers/binarize.ts';
import { codeDistancesOf } from '../../kernels/codes/code-distances.ts';
import { largestCosinesOf } from '../../kernels/codes/largest-cosines.ts';
import { RandomStream } from '../../kernels/numbers/random.ts';
import { score } from '../reference/evaluate-by-sets.ts';
import { hierarchicalPrecisionMeanOf, kendallTauOf } from '../reference/ranked-lists.ts';

const [ITEMS, TABLES, BITS] = [60, 2, 32];

function model() {
  const random = new RandomStream(5, 0);
  const E = Float32Array.from({ length: ITEMS * TABLES * BITS }, () => random.uniform() - 0.5);
  const codes = new Uint8Array((ITEMS * TABLES * BITS) / 8);
  binarize(E, TABLES, BITS, codes);
  // Some items share codes.
  for (let item = 10; item < 30; item++)
    codes.copyWithin(item * 8, (item % 5) * 8, (item % 5) * 8 + 8);
  const rows = Array.from({ length: ITEMS }, (_, item) => [(item + 1) % ITEMS, (item + 7) % ITEMS]);
  return {
    E,
    codes: { codes, tables: TABLES, codeBytes: BITS / 8 },
    truth: {
      rowOffsets: Int32Array.from({ length: ITEMS + 1 }, (_, item) => 2 * item),
      columns: Int32Array.from(rows.flat()),
    },
    rows,
  };
}

const bits = (codes: Uint8Array, item: number, table: number, length: number) =>
  Array.from(
    codes.subarray((item * TABLES + table) * 4, (item * TABLES + table) * 4 + length / 8),
    (byte) => byte.toString(2).padStart(8, '0'),
  ).join('');
const differ = (a: string, b: string) => a.split('').filter((bit, k) => bit !== b[k]).length;

describe('neighbourFigures', () => {
  for (const shared of [false, true])
    it(
      'agrees with sorting and counting, for every number of tables, length and ' +
        `radius${shared ? ', tables that meet' : ''}`,
      () => {
        const { E, codes: own, truth, rows } = model();
        const codes = { ...own, shared };
        const queries = Uint32Array.of(0, 3, 12, 59);
        const {
          rows: found,
          tau,
          ahp,
        } = neighbourFigures(
          codes,
          largestCosinesOf(unitVectors(E, TABLES, BITS).values, TABLES, BITS),
          queries,
          relevance(truth),
          codeDistancesOf(codes.codes, TABLES, BITS / 8, shared, cutLengths(BITS / 8)),
          () => undefined,
        );
        assert.equal(found.length, TABLES * 4 * 4);
        const embeddings = Array.from({ length: ITEMS }, (_, item) =>
          Array.from({ length: TABLES }, (_, table) => [
            ...E.subarray((item * TABLES + table) * BITS, (item * TABLES + table + 1) * BITS),
          ]),
        );
        const reference = { codes: [], embeddings, truth: [], pairs: [] };
        const others = (query: number) =>
          Array.from({ length: ITEMS }, (_, item) => item).filter((item) => item !== query);
        const distance = (a: number, b: number, tables: number, length: number) =>
          Math.min(
            ...Array.from(
              { length: tables * tables },
              (_, pair) => [pair % tables, Math.floor(pair / tables)] as const,
            )
              .filter(([p, q]) => shared || p === q)
              .map(([p, q]) =>
                differ(bits(codes.codes, a, p, length), bits(codes.codes, b, q, length)),
              ),
          );
        for (const { tables, bits: length, radius, candidates, recall, recallOfD } of found) {
          const each = [...queries].map((query) => {
            const near = others(query).filter(
              (item) => distance(query, item, tables, length) <= radius,
            );
            const nearest = others(query)
              .toSorted((a, b) => score(reference, query, b) - score(reference, query, a))
              .slice(0, 10);
            return [
              near.length,
              nearest.filter((item) => near.includes(item)).length / 10,
              rows[query]!.filter((item) => near.includes(item)).length / 2,
            ];
          });
          const mean = (k: number) =>
            each.reduce((sum, values) => sum + values[k]!, 0) / each.length;
          for (const [k, value] of [candidates, recall, recallOfD].entries())
            assert.ok(Math.abs(value - mean(k)) < 1e-9, `${tables} x ${length}, radius ${radius}`);
        }
        queries.forEach((query, k) => {
          const x = others(query).map((item) => distance(query, item, TABLES, BITS));
          const similarity = others(query).map((item) => score(reference, query, item));
          assert.ok(
            Math.abs(
              tau[k]! -
                kendallTauOf(
                  x,
                  similarity.map((value) => -value),
                ),
            ) < 1e-6,
          );
          assert.ok(
            Math.abs(
              ahp[k]! -
                hierarchicalPrecisionMeanOf(
                  x,
                  similarity.map((value) => (1 + value) / 2),
                  250,
                ),
            ) < 1e-6,
          );
        });
      },
    );

  it('takes fewer queries of a larger vocabulary, the same for a seed', () => {
    const queries = Uint32Array.from({ length: 1000 }, (_, k) => k * 3);
    const shape = { tables: 3, bits: 32 };
    assert.deepEqual(affordableQueries(queries, 50_000, shape, 1), queries);
    const few = affordableQueries(queries, 10_000_000, shape, 1);
    assert.ok(few.length > 10 && few.length < 1000);
    assert.deepEqual(affordableQueries(queries, 10_000_000, shape, 1), few);
    assert.equal(new Set(few).size, few.length);
  });
});
