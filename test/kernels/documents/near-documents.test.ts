import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import type { SparseRows } from '../../../kernels/documents/encode-sparse.ts';
import { documentGraph, documentLister } from '../../../kernels/documents/near-documents.ts';
import { RandomStream } from '../../../kernels/numbers/random.ts';

const TERMS = 60;

describe('lists of near documents', () => {
  const rows = drawRows(300, 1);

  it('are the largest cosines of all pairs where every posting is met', () => {
    const list = documentLister(documentGraph(rows, { count: TERMS, postings: Infinity }), 9);
    for (let row = 0; row < 300; row += 9) {
      const { numbers, scores, size } = list(row);
      const expected = exact(rows, row).slice(0, 9);
      assert.equal(size, expected.length);
      for (const [k, { cosine }] of expected.entries())
        assert.ok(Math.abs(scores[k]! - cosine) < 1e-6, `${row}: ${scores[k]} of ${cosine}`);
      assert.ok(!numbers.subarray(0, size).includes(row));
    }
  });

  it('are most of these within a budget, and do not hang on what was asked before', () => {
    const graph = documentGraph(rows, { count: TERMS, postings: 150 });
    const list = documentLister(graph, 9);
    let [found, wanted] = [0, 0];
    for (let row = 0; row < 300; row += 9) {
      const { numbers, size } = list(row);
      const own = [...numbers.subarray(0, size)];
      const again = documentLister(graph, 9)(row);
      assert.deepEqual(own, [...again.numbers.subarray(0, again.size)]);
      const nearest = exact(rows, row).slice(0, 9);
      wanted += nearest.length;
      found += nearest.filter(({ other }) => own.includes(other)).length;
    }
    assert.ok(found / wanted > 0.7 && found < wanted, `${found} of ${wanted}`);
  });

  it('give of equal documents the smaller numbers, and nothing to one without terms', () => {
    const equal = {
      offsets: Int32Array.from([0, 2, 4, 6, 6, 8]),
      terms: Int32Array.from([0, 3, 0, 3, 0, 3, 0, 3]),
      weights: Float32Array.from([1, 2, 2, 4, 1, 2, 1, 2]),
    };
    const list = documentLister(documentGraph(equal, { count: 4, postings: 100 }), 2);
    const listed = [0, 1, 2, 3, 4].map((row) => {
      const { numbers, size } = list(row);
      return [...numbers.subarray(0, size)];
    });
    assert.deepEqual(listed, [[1, 2], [0, 2], [0, 1], [], [0, 1]]);
  });

  it('do not hold documents that share no term, or whose cosine is not above 0', () => {
    const few = {
      offsets: Int32Array.from([0, 1, 2, 4]),
      terms: Int32Array.from([0, 1, 0, 1]),
      weights: Float32Array.from([1, 1, -1, 1]),
    };
    const list = documentLister(documentGraph(few, { count: 2, postings: 100 }), 5);
    const listed = [0, 1, 2].map((row) => {
      const { numbers, size } = list(row);
      return [...numbers.subarray(0, size)];
    });
    assert.deepEqual(listed, [[], [2], [1]]);
  });

  it('refuse terms beyond their count', () => {
    assert.throws(
      () => documentGraph(rows, { count: 3, postings: 10 }),
      /RangeError|row 0: term \d+ of 3/,
    );
  });
});

/** Some eight of sixty terms a document, a few of them in most documents. */
function drawRows(n: number, seed: number): SparseRows {
  const stream = new RandomStream(seed, 3);
  const offsets = new Int32Array(n + 1);
  const [terms, weights]: [number[], number[]] = [[], []];
  for (let row = 0; row < n; row++) {
    const own = new Set(Array.from({ length: 8 }, () => stream.below(1 + stream.below(TERMS))));
    for (const term of [...own].sort((a, b) => a - b)) {
      terms.push(term);
      weights.push(0.1 + stream.uniform());
    }
    offsets[row + 1] = terms.length;
  }
  return { offsets, terms: Int32Array.from(terms), weights: Float32Array.from(weights) };
}

function exact({ offsets, terms, weights }: SparseRows, row: number) {
  const dense = (each: number) => {
    const values = new Float64Array(TERMS);
    for (let at = offsets[each]!; at < offsets[each + 1]!; at++) values[terms[at]!] = weights[at]!;
    return values;
  };
  const own = dense(row);
  const length = (values: Float64Array) => Math.hypot(...values);
  return Array.from({ length: offsets.length - 1 }, (_, other) => other)
    .filter((other) => other !== row)
    .map((other) => {
      const values = dense(other);
      const dot = values.reduce((sum, value, k) => sum + value * own[k]!, 0);
      return { other, cosine: dot / length(own) / length(values) };
    })
    .filter(({ cosine }) => cosine > 0)
    .sort((a, b) => b.cosine - a.cosine || a.other - b.other);
}
