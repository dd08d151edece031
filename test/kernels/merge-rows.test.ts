import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { mapToVocabulary } from '../../kernels/choose-vocabulary.ts';
import { mergeRows } from '../../kernels/merge-rows.ts';
import { countByPairs, denseCooccurrence } from '../reference/count-by-pairs.ts';
import { countEntries, type Entry } from '../reference/count-entries.ts';

const WORDS = ['ant', 'bee', 'cat', 'dog', 'eel', 'fox'];

/** Merges shards of documents of words to rows [from, to) of the vocabulary, each shard with ids of its own. */
function merge(shards: string[][][], vocabulary: string[], window: number, { from, to } = { from: 0, to: vocabulary.length }) {
  const merging = mergeRows(vocabulary.length, 16);
  const runs = shards.map((documents) => {
    const words = [...new Set(documents.flat())].sort();
    const toGlobal = mapToVocabulary(words, vocabulary);
    merging.addRun(toGlobal);
    return { toGlobal, entries: countEntries(documents.map((document) => document.map((word) => words.indexOf(word))), words.length, [], window) };
  });
  const entries: Entry[] = [];
  for (let row = from; row < to; row++) {
    for (const [number, run] of runs.entries()) {
      const mine = run.entries.filter(([i]) => run.toGlobal[i] === row);
      merging.add(number, Uint32Array.from(mine, ([, j]) => j), BigUint64Array.from(mine, ([, , sum]) => BigInt(sum)));
    }
    merging.endRow(row);
    const { columns, sums } = merging.take();
    for (const [at, column] of columns.entries()) entries.push([row, column, Number(sums[at])]);
  }
  return { entries, marginals: Array.from(merging.marginals(), Number) };
}

describe('mergeRows', () => {
  it('adds up by hand', () => {
    const shards = [[['cat', 'ant', 'cat']], [['bee', 'cat']], [['dog', 'cat', 'bee']]];
    // Window 2, units of 1/2: cat-ant 2 + 2, cat-cat 1 (both orders: 2), bee-cat 2 + 2; dog is pruned.
    assert.deepEqual(merge(shards, ['ant', 'bee', 'cat'], 2), { entries: [[0, 2, 4], [1, 2, 4], [2, 2, 1]], marginals: [4, 4, 10] });
    assert.deepEqual(merge([], ['ant', 'bee'], 2), { entries: [], marginals: [0, 0] });
    assert.deepEqual(merge(shards, [], 2), { entries: [], marginals: [] });
  });

  it('agrees with a dense matrix, however files are split, in any order and in any ranges of rows', () => {
    const documents = fc.array(fc.array(fc.constantFrom(...WORDS), { maxLength: 30 }), { maxLength: 8 });
    fc.assert(
      fc.property(documents, fc.subarray(WORDS, { minLength: 1 }), fc.integer({ min: 1, max: 10 }), fc.nat(8), fc.nat(6), (documents, vocabulary, window, cut, middle) => {
        const ids = documents.map((document) => document.map((word) => vocabulary.indexOf(word)));
        const sums = countByPairs(ids, [], window);
        const entries = [...sums].map(([pair, sum]) => [...pair.split(',').map(Number), Number(sum)] as unknown as Entry).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
        const expected = { entries, marginals: denseCooccurrence(sums, vocabulary.length).marginals };
        assert.deepEqual(merge([documents], vocabulary, window), expected);
        assert.deepEqual(merge(documents.map((document) => [document]).reverse(), vocabulary, window), expected);
        assert.deepEqual(merge([documents.slice(0, cut), documents.slice(cut)], vocabulary, window), expected);
        const split = Math.min(middle, vocabulary.length);
        const low = merge([documents], vocabulary, window, { from: 0, to: split });
        const high = merge([documents], vocabulary, window, { from: split, to: vocabulary.length });
        assert.deepEqual({ entries: [...low.entries, ...high.entries], marginals: low.marginals.map((value, i) => value + high.marginals[i]!) }, expected);
      }),
      { numRuns: 200 },
    );
  });

  it('adds runs of more entries than it takes at once', () => {
    const size = 100_000;
    const merging = mergeRows(size, 1);
    const run = merging.addRun(Int32Array.from({ length: size }, (_, i) => i));
    const columns = Uint32Array.from({ length: size }, (_, i) => i);
    for (let times = 0; times < 3; times++) merging.add(run, columns, new BigUint64Array(size).fill(5n));
    merging.endRow(0);
    const taken = merging.take();
    assert.equal(taken.columns.length, size);
    assert.ok(taken.sums.every((sum) => sum === 15n));
    assert.deepEqual(merging.marginals().subarray(0, 3), BigInt64Array.of(15n * BigInt(size) + 15n, 15n, 15n));
  });

  it('refuses sums and marginals of 2^53', () => {
    const most = 2n ** 53n - 1n;
    const merging = mergeRows(2, 4);
    const run = merging.addRun(Int32Array.of(0, 1));
    merging.add(run, Uint32Array.of(1), BigUint64Array.of(most));
    merging.add(run, Uint32Array.of(1), BigUint64Array.of(1n));
    assert.throws(() => merging.endRow(0), /words 0 and 1: their sum reaches 2\^53/u);
    const wide = mergeRows(3, 4);
    const other = wide.addRun(Int32Array.of(0, 1, 2));
    wide.add(other, Uint32Array.of(1, 2), BigUint64Array.of(most, 1n));
    wide.endRow(0);
    assert.throws(() => wide.marginals(), /word 0: its marginal reaches 2\^53/u);
  });
});
