import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { bucketTables } from '../../evaluation/retrieval.ts';
import { RandomStream } from '../../kernels/numbers/random.ts';
import { bucketFigures } from '../../report/bucket-figures.ts';
import { exampleClusters } from '../../report/example-clusters.ts';
import { commonestEmbeddings, mapVectors } from '../../report/map-vectors.ts';

/** Items 0 to 29 lie near one corner of the cube, the others near the opposite one. */
const ITEMS = 60;
const BITS = 8;
const random = new RandomStream(1, 1);
const embeddings = Float32Array.from(
  { length: ITEMS * BITS },
  (_, at) => (at < (ITEMS / 2) * BITS ? 1 : -1) + 0.2 * (random.uniform() - 0.5),
);
const codes = Uint8Array.from({ length: ITEMS }, (_, item) => (item < ITEMS / 2 ? 0xff : 0));
const coded = { codes, tables: 1, codeBytes: 1 };
const buckets = bucketTables(coded);
const words = Array.from({ length: ITEMS }, (_, item) => `w${item}`);
const counts = Array.from({ length: ITEMS }, (_, item) => ITEMS - item);
const mapped = (points: number, seed = 1) =>
  mapVectors({
    ...commonestEmbeddings(embeddings, counts, points),
    words,
    buckets,
    seed,
    onProgress: () => undefined,
  });

describe('mapVectors', () => {
  it('puts what is alike together', () => {
    const map = mapped(ITEMS);
    const mean = (from: number, to: number) =>
      ['x', 'y'].map(
        (axis) =>
          map.slice(from, to).reduce((sum, point) => sum + point[axis as 'x' | 'y'], 0) /
          (to - from),
      );
    const [a, b] = [mean(0, 30), mean(30, 60)];
    const near = map.filter((point, at) => {
      const distance = ([x, y]: number[]) => (point.x - x!) ** 2 + (point.y - y!) ** 2;
      return distance(at < 30 ? a : b) < distance(at < 30 ? b : a);
    });
    assert.equal(near.length, ITEMS);
  });

  it('is one map for a seed', () => {
    assert.deepEqual(mapped(ITEMS), mapped(ITEMS));
    assert.notDeepEqual(mapped(ITEMS), mapped(ITEMS, 2));
  });

  it('takes the commonest words, and none where there are too few', () => {
    assert.deepEqual(
      mapped(20).map(({ word }) => word),
      words.slice(0, 20),
    );
    assert.deepEqual(mapped(3), []);
  });
});

describe('bucketFigures', () => {
  it('counts a hand-worked case', () => {
    const { sizes, ones, tables } = bucketFigures(coded, buckets);
    assert.deepEqual(sizes.at(-1), { from: 16, to: 31, buckets: 2, items: 60 });
    assert.ok(ones.every(({ share }) => share === 0.5));
    assert.deepEqual(tables, [{ table: 0, buckets: 2, clusters: 2, largest: 30, entropyBits: 1 }]);
  });
});

describe('exampleClusters', () => {
  it('draws clusters of 3 to 40 words, each set once', () => {
    const drawn = exampleClusters(buckets, words, 1);
    assert.deepEqual(drawn.map(({ size, code }) => `${code} ${size}`).toSorted(), [
      '00 30',
      'ff 30',
    ]);
    assert.equal(drawn[0]!.words.length, 24);
  });

  it('shows a bucket that is too large first', () => {
    const all = bucketTables({ codes: new Uint8Array(ITEMS), tables: 1, codeBytes: 1 });
    assert.deepEqual(
      exampleClusters(all, words, 1).map(({ size }) => size),
      [60],
    );
  });
});
