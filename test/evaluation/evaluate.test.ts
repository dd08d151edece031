import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import * as fc from 'fast-check';
import { bucketStatistics } from '../../evaluation/bucket-statistics.ts';
import { evaluate, type EvaluationInput } from '../../evaluation/evaluate.ts';
import { hitRate, largestCosine, unitVectors } from '../../evaluation/hit-rate.ts';
import { precisionRecall, sampleQueries } from '../../evaluation/precision-recall.ts';
import { bucketTables, retrieveByCode } from '../../evaluation/retrieval.ts';
import { permutation, shuffledBuckets } from '../../evaluation/shuffled-buckets.ts';
import { binarize } from '../../kernels/numbers/binarize.ts';
import { RandomStream } from '../../kernels/numbers/random.ts';
import {
  bucketSizes,
  hitRateBySorting,
  type Model,
  precisionRecallBySets,
  retrieved,
  score,
} from '../reference/evaluate-by-sets.ts';

/** Five items, two tables of 8 bits: buckets {0, 1, 2} {3} {4} and {0, 3} {1, 4} {2}. */
const HAND = {
  codes: Uint8Array.of(7, 1, 7, 2, 7, 3, 8, 1, 9, 2),
  tables: 2,
  codeBytes: 1,
  // Relevant: 0: 1, 3; 1: 0 (and itself, which does not count); 2: none; 3: 4; 4: 1.
  truth: { rowOffsets: Int32Array.of(0, 2, 4, 4, 5, 6), columns: Int32Array.of(1, 3, 0, 1, 4, 1) },
};

describe('precision and recall', () => {
  it('of a case worked by hand', () => {
    const figures = precisionRecall(
      retrieveByCode(bucketTables(HAND)),
      HAND.truth,
      Uint32Array.of(0, 1, 3, 4),
    );
    // 0: {1, 2, 3} P 2/3 R 1; 1: {0, 2, 4} P 1/3 R 1; 3: {0} P 0 R 0; 4: {1} P 1 R 1.
    assert.ok(Math.abs(figures.precision - 0.5) < 1e-15);
    assert.equal(figures.recall, 0.75);
    assert.ok(Math.abs(figures.f1 - 0.6) < 1e-15);
    assert.equal(figures.retrieved, 2);
    assert.equal(figures.emptyShare, 0);
  });

  it('count an empty retrieval as P 0', () => {
    const alone = { codes: Uint8Array.of(1, 2, 2), tables: 1, codeBytes: 1 };
    const truth = { rowOffsets: Int32Array.of(0, 1, 2, 3), columns: Int32Array.of(1, 2, 1) };
    const figures = precisionRecall(
      retrieveByCode(bucketTables(alone)),
      truth,
      Uint32Array.of(0, 1),
    );
    assert.deepEqual(figures, {
      precision: 0.5,
      recall: 0.5,
      f1: 0.5,
      emptyShare: 0.5,
      retrieved: 0.5,
      queries: 2,
    });
  });

  it('sample different items that have a relevant one, the same for a seed', () => {
    assert.deepEqual(sampleQueries(HAND.truth, 5, 9, 1).toSorted(), Uint32Array.of(0, 1, 3, 4));
    const truth = {
      rowOffsets: Int32Array.from({ length: 1001 }, (_, i) => i),
      columns: Int32Array.from({ length: 1000 }, (_, i) => (i % 10 === 0 ? i : 0)),
    };
    const drawn = sampleQueries(truth, 1000, 300, 4);
    assert.deepEqual(drawn, sampleQueries(truth, 1000, 300, 4));
    assert.notDeepEqual(drawn, sampleQueries(truth, 1000, 300, 5));
    assert.equal(new Set(drawn).size, 300);
    assert.ok(drawn.every((item) => item % 10 !== 0));
  });
});

describe('hit rate', () => {
  it('of a case worked by hand: rank by the largest cosine, ties by id', () => {
    // One bucket of four; item 0 points as 3 does, at right angles to 1 and 2, which tie.
    const E = Float32Array.of(
      1,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      1,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      2,
      0,
      0,
      0,
      0,
      0,
      5,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
    );
    const retrieve = retrieveByCode(
      bucketTables({ codes: new Uint8Array(4), tables: 1, codeBytes: 1 }),
    );
    const vectors = unitVectors(E, 1, 8);
    assert.ok(Math.abs(largestCosine(vectors, 0, 3) - 1) < 1e-6);
    // From 0: 3, 1, 2. From 2, where all tie: 0, 1, 3.
    const rates = hitRate(
      retrieve,
      vectors,
      { left: Int32Array.of(0), right: Int32Array.of(2) },
      [1, 2, 3],
    );
    assert.deepEqual(rates, [0.5, 0.5, 1]);
    assert.deepEqual(
      hitRate(retrieve, vectors, { left: Int32Array.of(2), right: Int32Array.of(2) }, [9]),
      [0],
    );
  });

  it('ranks a crowded bucket as sorting does, where cosines differ in their last digits', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 40 }),
        fc.integer({ min: 1, max: 3 }),
        fc.constantFrom(0, 1e-8, 1e-6, 1e-3),
        fc.integer(),
        (items, tables, noise, seed) => {
          const { input, model } = randomModel(items, tables, 1, seed);
          const stream = new RandomStream(seed, 2);
          const embeddings = input.embeddings.map(
            (_, k) => (k % 8 < 5 ? 1 : -1) + noise * (stream.uniform() - 0.5),
          );
          const of = (item: number, table: number) =>
            embeddings.subarray((item * tables + table) * 8, (item * tables + table + 1) * 8);
          const near: Model = {
            ...model,
            embeddings: model.embeddings.map((each, item) =>
              each.map((_, table) => [...of(item, table)]),
            ),
          };
          const cuts = [1, 5, 20];
          assert.deepEqual(
            hitRate(
              retrieveByCode(bucketTables(input)),
              unitVectors(embeddings, tables, 8),
              input.heldOut,
              cuts,
            ),
            cuts.map((cut) => hitRateBySorting(near, cut)),
          );
        },
      ),
      { numRuns: 40 },
    );
  });

  it('takes a vector of zeros for cosine 0', () => {
    assert.equal(largestCosine(unitVectors(new Float32Array(16), 1, 8), 0, 1), 0);
  });
});

describe('evaluate', () => {
  it('agrees with sets and sorts on random models', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 30 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 6 }),
        fc.integer(),
        (items, tables, distinct, seed) => {
          const { input, model } = randomModel(items, tables, distinct, seed);
          const buckets = bucketTables(input);
          const retrieve = retrieveByCode(buckets);
          for (let query = 0; query < items; query++)
            assert.deepEqual(
              [...retrieve(query)].toSorted((a, b) => a - b),
              retrieved(model, query),
            );
          const queries = sampleQueries(input.truth, items, 10, seed);
          assert.deepEqual(
            precisionRecall(retrieve, input.truth, queries),
            precisionRecallBySets(model, [...queries]),
          );
          const vectors = unitVectors(input.embeddings, tables, 8);
          assert.equal(largestCosine(vectors, 0, 1), score(model, 0, 1));
          const cuts = [1, 3, 8];
          assert.deepEqual(
            hitRate(retrieve, vectors, input.heldOut, cuts),
            cuts.map((cut) => hitRateBySorting(model, cut)),
          );
          const statistics = bucketStatistics(input, buckets);
          const sizes = bucketSizes(model).sort((a, b) => a - b);
          assert.equal(statistics.buckets, sizes.length);
          assert.equal(statistics.clusters, sizes.filter((size) => size > 1).length);
          assert.equal(statistics.singletons, sizes.filter((size) => size === 1).length);
          assert.equal(statistics.largestBucket, sizes.at(-1));
          assert.equal(statistics.meanBucket, (items * tables) / sizes.length);
          assert.equal(statistics.medianBucket, sizes[Math.ceil(sizes.length / 2) - 1]);
          const entropy =
            -sizes.reduce((sum, size) => sum + (size / items) * Math.log2(size / items), 0) /
            tables;
          assert.ok(Math.abs(statistics.codeEntropyBits - entropy) < 1e-9);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('brings all figures into one flat record, the same for a seed', () => {
    const { input } = randomModel(200, 3, 20, 3);
    const { metrics } = evaluate(input);
    assert.deepEqual(evaluate(input).metrics, metrics);
    assert.deepEqual(Object.keys(metrics), [
      'precision',
      'recall',
      'f1',
      'retrieved',
      'hr50',
      'hr500',
      'map500',
      'precision100',
      'recall2',
      'hammingCosineTau',
      'hammingCosineGain250',
      'shuffledPrecision',
      'shuffledRecall',
      'shuffledF1',
      'shuffledHr50',
      'shuffledHr500',
      'buckets',
      'clusters',
      'singletons',
      'meanBucket',
      'medianBucket',
      'bucketP90',
      'bucketP99',
      'largestBucket',
      'bitImbalance',
      'worstBitImbalance',
      'singleBitEntropy',
      'codeEntropyBits',
      'emptyLookups',
      'items',
      'queries',
      'heldOutPairs',
      'neighbourQueries',
    ]);
    for (const [name, value] of Object.entries(metrics)) assert.ok(Number.isFinite(value), name);
    const none = { left: new Int32Array(0), right: new Int32Array(0) };
    assert.equal(
      Object.keys(evaluate({ ...input, heldOut: none }).metrics).some((name) => /hr/i.test(name)),
      false,
    );
  });

  it('finds lift where codes follow the truth, and none where they do not', () => {
    const groups = 50;
    const items = 1000;
    const codes = Uint8Array.from({ length: items }, (_, i) => i % groups);
    const E = Float32Array.from({ length: items * 8 }, (_, k) =>
      (codes[k >> 3]! >> (7 - (k & 7))) & 1 ? 1 : -1,
    );
    const again = new Uint8Array(items);
    binarize(E, 1, 8, again);
    assert.deepEqual(again, codes);
    const columns = Int32Array.from(
      { length: items * 19 },
      (_, k) => (Math.floor(k / 19) + groups * (1 + (k % 19))) % items,
    );
    const truth = { rowOffsets: Int32Array.from({ length: items + 1 }, (_, i) => 19 * i), columns };
    const heldOut = { left: Int32Array.of(0, 1), right: Int32Array.of(50, 101) };
    const { metrics } = evaluate({
      codes,
      tables: 1,
      codeBytes: 1,
      embeddings: E,
      truth,
      heldOut,
      queries: 300,
      seed: 1,
    });
    assert.equal(metrics['precision'], 1);
    assert.equal(metrics['recall'], 1);
    assert.equal(metrics['hr50'], 1);
    // Of 999 others 19 are relevant, whatever the bucket.
    assert.ok(
      Math.abs(metrics['shuffledPrecision']! - 19 / 999) < 0.01,
      `${metrics['shuffledPrecision']}`,
    );
    assert.ok(Math.abs(metrics['shuffledRecall']! - 19 / 999) < 0.01);
    assert.ok(Math.abs(metrics['codeEntropyBits']! - Math.log2(50)) < 1e-9);
  });

  it('refuses inputs of different vocabularies', () => {
    const { input } = randomModel(20, 2, 5, 1);
    const refused = (change: Partial<EvaluationInput>, message: RegExp) =>
      assert.throws(
        () => evaluate({ ...input, ...change }),
        (error: Error) => error.name === 'DataError' && message.test(error.message),
      );
    refused({ embeddings: new Float32Array(8) }, /expected 320 values for 20 items, got 8/);
    refused(
      { truth: { rowOffsets: Int32Array.of(0, 1), columns: Int32Array.of(0) } },
      /expected 20 rows, one an item, got 1/,
    );
    refused(
      {
        truth: {
          rowOffsets: Int32Array.from({ length: 21 }, (_, i) => Math.min(i, 1)),
          columns: Int32Array.of(20),
        },
      },
      /truth, entry 0: expected an item below 20, got 20/,
    );
    refused(
      { truth: { rowOffsets: new Int32Array(21), columns: new Int32Array(0) } },
      /none of 20 items has a relevant item/,
    );
    refused(
      { heldOut: { left: Int32Array.of(-1), right: Int32Array.of(0) } },
      /held-out pairs, left, entry 0/,
    );
    refused({ codes: new Uint8Array(0), embeddings: new Float32Array(0) }, /at least one item/);
  });
});

describe('a cap on the size of buckets', () => {
  it('of a case worked by hand: larger buckets give nothing, the other tables do', () => {
    // Table 0: {0, 1, 2} {3}; table 1: {0, 3} {1} {2}.
    const codes = Uint8Array.of(1, 7, 1, 8, 1, 9, 2, 7);
    const shape = { codes, tables: 2, codeBytes: 1 };
    const found = (cap?: number) =>
      [0, 1, 2, 3].map((query) =>
        [...retrieveByCode(bucketTables(shape), undefined, cap)(query)].toSorted((a, b) => a - b),
      );
    assert.deepEqual(found(), [[1, 2, 3], [0, 2], [0, 1], [0]]);
    assert.deepEqual(found(3), found());
    assert.deepEqual(found(2), [[3], [], [], [0]]);
    const truth = { rowOffsets: Int32Array.of(0, 1, 2, 2, 3), columns: Int32Array.of(3, 0, 0) };
    const figures = (cap?: number) =>
      evaluate({
        ...shape,
        truth,
        queries: 4,
        seed: 1,
        ...(cap !== undefined && { maximumBucket: cap }),
      }).metrics;
    assert.equal(figures()['bucketsOverCap'], undefined);
    const capped = figures(2);
    assert.deepEqual(
      [
        capped['bucketsOverCap'],
        capped['itemsOverCap'],
        capped['recall'],
        capped['precision'],
        capped['emptyLookups'],
      ],
      [1, 0, 2 / 3, 2 / 3, 1 / 2],
    );
    // {1}, {2} and {3} are left: item 0 alone has none but larger ones.
    assert.deepEqual([figures(1)['bucketsOverCap'], figures(1)['itemsOverCap']], [2, 1]);
  });
});

describe('shuffled buckets', () => {
  it('keep the sizes of buckets and unions', () => {
    const { input } = randomModel(60, 3, 9, 8);
    const buckets = bucketTables(input);
    const sizes = (retrieve: (query: number) => Uint32Array) =>
      Array.from({ length: 60 }, (_, query) => retrieve(query).length).sort((a, b) => a - b);
    const order = permutation(60, 1, 0);
    assert.deepEqual(
      [...order].sort((a, b) => a - b),
      Array.from({ length: 60 }, (_, i) => i),
    );
    assert.notDeepEqual(order, permutation(60, 1, 1));
    assert.deepEqual(sizes(retrieveByCode(buckets, order)), sizes(retrieveByCode(buckets)));
    const permuted = Uint8Array.from(
      { length: 60 * 3 },
      (_, k) => input.codes[order[Math.floor(k / 3)]! * 3 + (k % 3)]!,
    );
    const direct = retrieveByCode(bucketTables({ ...input, codes: permuted }));
    const shuffled = retrieveByCode(buckets, order);
    for (let query = 0; query < 60; query++)
      assert.deepEqual(shuffled(query).toSorted(), direct(query).toSorted());
    assert.deepEqual(
      shuffledBuckets(buckets, 4, 1, undefined).map((retrieve) => [...retrieve(0)]),
      [0, 1, 2, 3].map((shuffle) => [...retrieveByCode(buckets, permutation(60, 1, shuffle))(0)]),
    );
  });
});

/**
 * Random codes of a few distinct values, embeddings of few distinct directions (so that ties
 * occur), truth and pairs.
 */
function randomModel(
  items: number,
  tables: number,
  distinct: number,
  seed: number,
): {
  input: Required<Pick<EvaluationInput, 'embeddings' | 'heldOut'>> & EvaluationInput;
  model: Model;
} {
  const stream = new RandomStream(seed, 1);
  const codes = Uint8Array.from({ length: items * tables }, () => stream.below(distinct) * 37);
  const embeddings = Float32Array.from({ length: items * tables * 8 }, () => stream.below(3) - 1);
  const rows = Array.from({ length: items }, (_, item) => [
    ...new Set([
      (item + 1) % items,
      ...Array.from({ length: stream.below(4) }, () => stream.below(items)),
    ]),
  ]);
  const pairs = Array.from(
    { length: 12 },
    () => [stream.below(items), stream.below(items)] as [number, number],
  );
  return {
    input: {
      codes,
      tables,
      codeBytes: 1,
      embeddings,
      truth: {
        rowOffsets: Int32Array.from([0, ...rows.map((_, k) => rows.slice(0, k + 1).flat().length)]),
        columns: Int32Array.from(rows.flat()),
      },
      heldOut: {
        left: Int32Array.from(pairs, ([a]) => a),
        right: Int32Array.from(pairs, ([, b]) => b),
      },
      queries: 100,
      seed,
    },
    model: {
      codes: rows.map((_, item) =>
        Array.from({ length: tables }, (_, table) => `${codes[item * tables + table]}`),
      ),
      embeddings: rows.map((_, item) =>
        Array.from({ length: tables }, (_, table) => [
          ...embeddings.subarray((item * tables + table) * 8, (item * tables + table + 1) * 8),
        ]),
      ),
      truth: rows.map((row) => new Set(row)),
      pairs,
    },
  };
}
