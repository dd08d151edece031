import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { compareCodePoints } from '../../../kernels/words/code-point-order.ts';
import {
  chooseTerms,
  documentFrequencies,
  weighCounts,
} from '../../../kernels/documents/weigh-terms.ts';

const limits = { minimumDocuments: 1, maximumShare: 1, maximumTerms: 10 };

describe('TF-IDF', () => {
  it('counts the documents of the rows asked for', () => {
    const frequencies = documentFrequencies(
      Int32Array.of(0, 2, 3, 5),
      Int32Array.of(0, 1, 1, 0, 2),
      [0, 2],
    );
    assert.deepEqual(
      [...frequencies],
      [
        [0, 2],
        [1, 1],
        [2, 1],
      ],
    );
  });

  it('chooses by document frequency, then word order, without stop words', () => {
    const frequencies = new Map([
      ['b', 2],
      ['a', 2],
      ['the', 3],
      ['rare', 1],
      ['all', 4],
    ]);
    const chosen = chooseTerms(
      frequencies,
      4,
      new Set(['the']),
      { minimumDocuments: 2, maximumShare: 0.75, maximumTerms: 10 },
      compareCodePoints,
    );
    assert.deepEqual(chosen.terms, ['a', 'b']);
    assert.deepEqual(
      chooseTerms(frequencies, 4, new Set(), { ...limits, maximumTerms: 3 }, compareCodePoints)
        .terms,
      ['a', 'all', 'the'],
    );
  });

  it('weighs as by hand: tf (ln((1 + N) / (1 + df)) + 1), to length 1', () => {
    const { scales } = chooseTerms(
      new Map([
        ['a', 1],
        ['b', 3],
      ]),
      3,
      new Set(),
      limits,
      compareCodePoints,
    );
    const a = (1 + Math.log(2)) * (Math.log(4 / 2) + 1);
    const b = Math.log(4 / 4) + 1;
    const { terms, weights } = weighCounts(
      Int32Array.of(5, 7, 9),
      Float32Array.of(1, 2, 4),
      [0, 0, 0, 0, 0, 1, 0, 0, 0, -1],
      scales,
      'log',
      true,
    );
    assert.deepEqual([...terms], [0, 1]);
    assert.ok(
      Math.abs(weights[0]! - a / Math.hypot(a, b)) < 1e-6 &&
        Math.abs(weights[1]! - b / Math.hypot(a, b)) < 1e-6,
      weights.join(),
    );
  });

  it('gives nothing for a document of unknown words', () => {
    assert.equal(
      weighCounts(Int32Array.of(0), Float32Array.of(3), [-1], Float64Array.of(1), 'count', true)
        .weights.length,
      0,
    );
  });
});
