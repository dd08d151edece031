import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import * as fc from 'fast-check';
import type { Dictionary } from '../../../kernels/words/build-dictionary.ts';
import { compareCodePoints } from '../../../kernels/words/code-point-order.ts';
import { sumDictionaries } from '../../../kernels/words/sum-dictionaries.ts';
import { decodeUtf8, encodeUtf8 } from '../../../store/tables/utf8-column.ts';
import { sumByMap } from '../../reference/sum-by-map.ts';

const dictionaryOf = (entries: Record<string, number>): Dictionary => {
  const words = Object.keys(entries).sort(compareCodePoints);
  return {
    words,
    counts: Float64Array.from(words, (word) => entries[word]!),
    documents: new Float64Array(words.length).fill(1),
  };
};

const word = fc.string({
  unit: fc.constantFrom('a', 'b', '\uffff', '\u{10000}'),
  minLength: 1,
  maxLength: 3,
});
const dictionary = fc.dictionary(word, fc.integer({ min: 1, max: 4 })).map(dictionaryOf);

function sum(parts: readonly Dictionary[]): Dictionary {
  const all = sumDictionaries();
  for (const { words, ...rest } of parts) all.add({ words: encodeUtf8(words, 'words'), ...rest });
  const { words, ...rest } = all.finish();
  assert.equal(all.size(), rest.counts.length);
  return { words: decodeUtf8(words, 'words'), ...rest };
}

describe('sumDictionaries', () => {
  it('adds up by hand', () => {
    const merged = sum([
      dictionaryOf({ a: 1, c: 2 }),
      dictionaryOf({ b: 5, c: 1 }),
      dictionaryOf({}),
      dictionaryOf({ '\u{10000}': 1, '\uffff': 1, c: 4 }),
    ]);
    assert.deepEqual(merged.words, ['a', 'b', 'c', '\uffff', '\u{10000}']);
    assert.deepEqual([...merged.counts], [1, 5, 7, 1, 1]);
    assert.deepEqual([...merged.documents], [1, 1, 3, 1, 1]);
    assert.deepEqual(sum([]).words, []);
  });

  it('is what a map gives, in any order and grouping', () => {
    fc.assert(
      fc.property(fc.array(dictionary, { maxLength: 7 }), fc.nat(7), (parts, cut) => {
        const merged = sumByMap(parts);
        assert.deepEqual(sum(parts), merged);
        assert.deepEqual(sum([...parts].reverse()), merged);
        assert.deepEqual(sum([sum(parts.slice(0, cut)), sum(parts.slice(cut))]), merged);
      }),
      { numRuns: 300 },
    );
  });

  it('refuses columns of other lengths, and sums past 2^53', () => {
    assert.throws(
      () => sum([{ ...dictionaryOf({ a: 1, b: 1 }), counts: Float64Array.of(1) }]),
      /2 words, 1 counts/u,
    );
    const large = dictionaryOf({ a: 2 ** 52 });
    assert.throws(() => sum([large, large]), /the count of "a" reaches 2\^53/u);
  });
});
