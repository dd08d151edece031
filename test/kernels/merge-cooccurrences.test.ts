import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { buildDictionary } from '../../kernels/build-dictionary.ts';
import { mapToVocabulary } from '../../kernels/choose-vocabulary.ts';
import { countCooccurrences } from '../../kernels/count-cooccurrence.ts';
import { mergeCooccurrences } from '../../kernels/merge-cooccurrences.ts';
import { countByPairs, denseCooccurrence } from '../reference/count-by-pairs.ts';
import { toLists } from '../reference/sparse-rows.ts';

const WORDS = ['ant', 'bee', 'cat', 'dog', 'eel', 'fox'];

/** Merges shards of documents of words to rows [from, to) of the vocabulary, each shard with ids of its own. */
function merge(shards: string[][][], vocabulary: string[], window: number, { from, to } = { from: 0, to: vocabulary.length }) {
  const merging = mergeCooccurrences({ from, to, size: vocabulary.length });
  for (const documents of shards) {
    const builder = buildDictionary();
    for (const document of documents) {
      for (const word of document) builder.add(word);
      builder.endDocument();
    }
    const { dictionary, tokens, documentOffsets } = builder.finish();
    const run = countCooccurrences({ tokens, documentOffsets, common: new Uint8Array(dictionary.words.length), window });
    merging.add(run, mapToVocabulary(dictionary.words, vocabulary));
  }
  const rows = merging.finish();
  return { columns: toLists(rows), sums: toLists({ offsets: rows.offsets, columns: rows.sums }), marginals: [...rows.marginals] };
}

describe('mergeCooccurrences', () => {
  it('adds up by hand', () => {
    const shards = [[['cat', 'ant', 'cat']], [['bee', 'cat']], [['dog', 'cat', 'bee']]];
    // Window 2, units of 1/2: cat-ant 2 + 2, cat-cat 1 (both orders: 2), bee-cat 2 + 2; dog is pruned.
    assert.deepEqual(merge(shards, ['ant', 'bee', 'cat'], 2), { columns: [[2], [2], [0, 1, 2]], sums: [[4], [4], [4, 4, 2]], marginals: [4, 4, 10] });
    assert.deepEqual(merge([], ['ant', 'bee'], 2), { columns: [[], []], sums: [[], []], marginals: [0, 0] });
    assert.deepEqual(merge(shards, [], 2), { columns: [], sums: [], marginals: [] });
  });

  it('agrees with a dense matrix, however files are split, in any order and in any ranges of rows', () => {
    const documents = fc.array(fc.array(fc.constantFrom(...WORDS), { maxLength: 30 }), { maxLength: 8 });
    fc.assert(
      fc.property(documents, fc.subarray(WORDS, { minLength: 1 }), fc.integer({ min: 1, max: 10 }), fc.nat(8), fc.nat(6), (documents, vocabulary, window, cut, middle) => {
        const ids = documents.map((document) => document.map((word) => vocabulary.indexOf(word)));
        const { F, marginals } = denseCooccurrence(countByPairs(ids, [], window), vocabulary.length);
        const expected = {
          columns: F.map((row) => [...row.keys()].filter((j) => row[j]! > 0)),
          sums: F.map((row) => row.filter((sum) => sum > 0)),
          marginals,
        };
        assert.deepEqual(merge([documents], vocabulary, window), expected);
        assert.deepEqual(merge(documents.map((document) => [document]).reverse(), vocabulary, window), expected);
        assert.deepEqual(merge([documents.slice(0, cut), documents.slice(cut)], vocabulary, window), expected);
        const split = Math.min(middle, vocabulary.length);
        const low = merge([documents], vocabulary, window, { from: 0, to: split });
        const high = merge([documents], vocabulary, window, { from: split, to: vocabulary.length });
        assert.deepEqual({ columns: [...low.columns, ...high.columns], sums: [...low.sums, ...high.sums], marginals: [...low.marginals, ...high.marginals] }, expected);
      }),
      { numRuns: 300 },
    );
  });

  it('adds up runs that do not fit in what it gathers at once', () => {
    const size = 1500;
    const all = Int32Array.from({ length: size }, (_, i) => i);
    const rows: number[] = [];
    const columns: number[] = [];
    for (let i = 0; i < size; i++) {
      for (let j = i + 1; j < size; j += 1 + (i % 3)) {
        rows.push(i);
        columns.push(j);
      }
    }
    const run = { rows: Int32Array.from(rows), columns: Int32Array.from(columns), sums: new Float64Array(rows.length).fill(3) };
    const merging = mergeCooccurrences({ from: 0, to: size, size });
    for (let times = 0; times < 5; times++) merging.add(run, all);
    const merged = merging.finish();
    assert.equal(merged.columns.length, 2 * rows.length);
    assert.ok(merged.sums.every((sum) => sum === 15));
    assert.equal(merged.marginals.reduce((sum, value) => sum + value, 0), 30 * rows.length);
  });

  it('refuses sums of 2^53 and ranges that are none', () => {
    const run = { rows: Int32Array.of(0), columns: Int32Array.of(1), sums: Float64Array.of(2 ** 52) };
    const merging = mergeCooccurrences({ from: 0, to: 2, size: 2 });
    merging.add(run, Int32Array.of(0, 1));
    merging.add(run, Int32Array.of(0, 1));
    assert.throws(() => merging.finish(), /words 0 and 1: their sum reaches 2\^53/u);
    const wide = mergeCooccurrences({ from: 0, to: 1, size: 3 });
    wide.add({ rows: Int32Array.of(0, 0), columns: Int32Array.of(1, 2), sums: Float64Array.of(2 ** 52, 2 ** 52) }, Int32Array.of(0, 1, 2));
    assert.throws(() => wide.finish(), /word 0: its marginal reaches 2\^53/u);
    assert.throws(() => mergeCooccurrences({ from: 2, to: 4, size: 3 }), /rows \[2, 4\) of 3/u);
  });
});
