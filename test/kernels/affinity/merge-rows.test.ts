import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import * as fc from 'fast-check';
import { mapToVocabulary } from '../../../kernels/words/choose-vocabulary.ts';
import {
  type CodedEntries,
  decodeEntries,
  encodeEntries,
} from '../../../kernels/affinity/delta-coding.ts';
import { mergeRows, type RowMerge } from '../../../kernels/affinity/merge-rows.ts';
import { countByPairs, denseCooccurrence } from '../../reference/count-by-pairs.ts';
import { countEntries, type Entry } from '../../reference/count-entries.ts';

const WORDS = ['ant', 'bee', 'cat', 'dog', 'eel', 'fox'];

const copied = ({ columns, sums }: CodedEntries): CodedEntries => ({
  columns: columns.slice(),
  sums: sums.slice(),
});

/** A run whose every row is a block. */
function addTo(merging: RowMerge) {
  let run = -1;
  return {
    register(toGlobal: Int32Array): void {
      run = merging.addRun(toGlobal, 1 << 22);
    },
    add(columns: Uint32Array, sums: BigUint64Array): void {
      merging.open(run, encodeEntries(columns, sums), columns.length);
      merging.add(run, columns.length);
    },
  };
}

/**
 * Merges shards of documents of words to rows [from, to) of the vocabulary, each shard with ids of
 * its own.
 */
function merge(
  shards: string[][][],
  vocabulary: string[],
  window: number,
  { from, to } = { from: 0, to: vocabulary.length },
) {
  const merging = mergeRows(vocabulary.length, 16);
  const adders = shards.map(() => addTo(merging));
  const runs = shards.map((documents, number) => {
    const words = [...new Set(documents.flat())].sort();
    const toGlobal = mapToVocabulary(words, vocabulary);
    adders[number]!.register(toGlobal);
    return {
      toGlobal,
      entries: countEntries(
        documents.map((document) => document.map((word) => words.indexOf(word))),
        words.length,
        [],
        window,
      ),
    };
  });
  const entries: Entry[] = [];
  for (let row = from; row < to; row++) {
    for (const [number, run] of runs.entries()) {
      const mine = run.entries.filter(([i]) => run.toGlobal[i] === row);
      adders[number]!.add(
        Uint32Array.from(mine, ([, j]) => j),
        BigUint64Array.from(mine, ([, , sum]) => BigInt(sum)),
      );
    }
    merging.endRow(row);
    const count = merging.pending();
    const { columns, sums } = decodeEntries(copied(merging.take()), count);
    for (const [at, column] of columns.entries()) entries.push([row, column, Number(sums[at])]);
  }
  return { entries, marginals: Array.from(merging.marginals(), Number) };
}

describe('mergeRows', () => {
  it('adds up by hand', () => {
    const shards = [[['cat', 'ant', 'cat']], [['bee', 'cat']], [['dog', 'cat', 'bee']]];
    // Window 2, units of 1/2: cat-ant 2 + 2, cat-cat 1 (both orders: 2), bee-cat 2 + 2; dog is
    // pruned.
    assert.deepEqual(merge(shards, ['ant', 'bee', 'cat'], 2), {
      entries: [
        [0, 2, 4],
        [1, 2, 4],
        [2, 2, 1],
      ],
      marginals: [4, 4, 10],
    });
    assert.deepEqual(merge([], ['ant', 'bee'], 2), { entries: [], marginals: [0, 0] });
    assert.deepEqual(merge(shards, [], 2), { entries: [], marginals: [] });
  });

  it(
    'agrees with a dense matrix, however files are split, in any order and in any ranges of ' +
      'rows',
    () => {
      const documents = fc.array(fc.array(fc.constantFrom(...WORDS), { maxLength: 30 }), {
        maxLength: 8,
      });
      fc.assert(
        fc.property(
          documents,
          fc.subarray(WORDS, { minLength: 1 }),
          fc.integer({ min: 1, max: 10 }),
          fc.nat(8),
          fc.nat(6),
          (documents, vocabulary, window, cut, middle) => {
            const ids = documents.map((document) =>
              document.map((word) => vocabulary.indexOf(word)),
            );
            const sums = countByPairs(ids, [], window);
            const entries = [...sums]
              .map(
                ([pair, sum]) => [...pair.split(',').map(Number), Number(sum)] as unknown as Entry,
              )
              .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
            const expected = {
              entries,
              marginals: denseCooccurrence(sums, vocabulary.length).marginals,
            };
            assert.deepEqual(merge([documents], vocabulary, window), expected);
            assert.deepEqual(
              merge(documents.map((document) => [document]).reverse(), vocabulary, window),
              expected,
            );
            assert.deepEqual(
              merge([documents.slice(0, cut), documents.slice(cut)], vocabulary, window),
              expected,
            );
            const split = Math.min(middle, vocabulary.length);
            const low = merge([documents], vocabulary, window, { from: 0, to: split });
            const high = merge([documents], vocabulary, window, {
              from: split,
              to: vocabulary.length,
            });
            assert.deepEqual(
              {
                entries: [...low.entries, ...high.entries],
                marginals: low.marginals.map((value, i) => value + high.marginals[i]!),
              },
              expected,
            );
          },
        ),
        { numRuns: 200 },
      );
    },
  );

  it('adds runs of more entries than it takes at once', () => {
    const size = 100_000;
    const merging = mergeRows(size, 1);
    const run = addTo(merging);
    run.register(Int32Array.from({ length: size }, (_, i) => i));
    const columns = Uint32Array.from({ length: size }, (_, i) => i);
    for (let times = 0; times < 3; times++) run.add(columns, new BigUint64Array(size).fill(5n));
    merging.endRow(0);
    const taken = decodeEntries(copied(merging.take()), size);
    assert.deepEqual(taken.columns, columns);
    assert.ok(taken.sums.every((sum) => sum === 15n));
    assert.deepEqual(
      merging.marginals().subarray(0, 3),
      BigInt64Array.of(15n * BigInt(size) + 15n, 15n, 15n),
    );
  });

  it('refuses sums and marginals of 2^53', () => {
    const most = 2n ** 53n - 1n;
    const merging = mergeRows(2, 4);
    const run = addTo(merging);
    run.register(Int32Array.of(0, 1));
    run.add(Uint32Array.of(1), BigUint64Array.of(most));
    run.add(Uint32Array.of(1), BigUint64Array.of(1n));
    assert.throws(() => merging.endRow(0), /words 0 and 1: their sum reaches 2\^53/u);
    const wide = mergeRows(3, 4);
    const other = addTo(wide);
    other.register(Int32Array.of(0, 1, 2));
    other.add(Uint32Array.of(1, 2), BigUint64Array.of(most, 1n));
    wide.endRow(0);
    assert.throws(() => wide.marginals(), /word 0: its marginal reaches 2\^53/u);
  });

  it('passes over entries, and refuses blocks that do not hold those of their rows', () => {
    const merging = mergeRows(4, 4);
    const run = merging.addRun(Int32Array.of(0, 1, 2, 3), 100);
    const coded = encodeEntries(Uint32Array.of(1, 2, 3, 3), BigUint64Array.of(5n, 6n, 7n, 8n));
    merging.open(run, coded, 4);
    merging.skip(run, 3);
    merging.add(run, 1);
    merging.endRow(0);
    assert.deepEqual(decodeEntries(copied(merging.take()), 1), {
      columns: Uint32Array.of(3),
      sums: BigUint64Array.of(8n),
    });
    assert.throws(() => merging.add(run, 1), /run 0: a block that does not hold the entries/u);
    assert.throws(() => merging.open(run, coded, 5), /run 0: a block that does not hold/u);
    assert.throws(
      () => merging.open(run, { columns: new Uint8Array(60), sums: new Uint8Array(60) }, 1),
      /run 0: a block/u,
    );
    merging.open(run, encodeEntries(Uint32Array.of(4), BigUint64Array.of(1n)), 1);
    assert.throws(() => merging.add(run, 1), /run 0: a block/u);
  });
});
