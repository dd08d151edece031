import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import type { Dictionary } from '../../kernels/build-dictionary.ts';
import { chooseCommon, chooseVocabulary, mapToVocabulary, markWords } from '../../kernels/choose-vocabulary.ts';
import { compareCodePoints } from '../../kernels/code-point-order.ts';
import { mergeDictionaries } from '../../kernels/merge-dictionaries.ts';

const dictionaryOf = (entries: Record<string, number>): Dictionary => {
  const words = Object.keys(entries).sort(compareCodePoints);
  return { words, counts: Float64Array.from(words, (word) => entries[word]!), documents: new Float64Array(words.length).fill(1) };
};

const word = fc.string({ unit: fc.constantFrom('a', 'b', '\uffff', '\u{10000}'), minLength: 1, maxLength: 3 });
const dictionary = fc.dictionary(word, fc.integer({ min: 1, max: 4 })).map(dictionaryOf);
const wordList = fc.uniqueArray(word).map((words) => words.sort(compareCodePoints));

describe('mergeDictionaries', () => {
  it('adds up by hand', () => {
    const merged = mergeDictionaries([dictionaryOf({ a: 1, c: 2 }), dictionaryOf({ b: 5, c: 1 }), dictionaryOf({}), dictionaryOf({ '\u{10000}': 1, '\uffff': 1, c: 4 })]);
    assert.deepEqual(merged.words, ['a', 'b', 'c', '\uffff', '\u{10000}']);
    assert.deepEqual([...merged.counts], [1, 5, 7, 1, 1]);
    assert.deepEqual([...merged.documents], [1, 1, 3, 1, 1]);
    assert.deepEqual(mergeDictionaries([]).words, []);
  });

  it('is the same in any order and grouping, and that of a map', () => {
    fc.assert(
      fc.property(fc.array(dictionary, { maxLength: 7 }), fc.nat(7), (parts, cut) => {
        const merged = mergeDictionaries(parts);
        assert.deepEqual(mergeDictionaries([...parts].reverse()), merged);
        assert.deepEqual(mergeDictionaries([mergeDictionaries(parts.slice(0, cut)), mergeDictionaries(parts.slice(cut))]), merged);
        const sums = new Map<string, number>();
        for (const { words, counts } of parts) for (const [at, word] of words.entries()) sums.set(word, (sums.get(word) ?? 0) + counts[at]!);
        assert.deepEqual(merged.words, [...sums.keys()].sort(compareCodePoints));
        assert.deepEqual([...merged.counts], merged.words.map((word) => sums.get(word)));
      }),
    );
  });

  it('refuses what is not sorted, and sums past 2^53', () => {
    const unsorted = { words: ['b', 'a'], counts: Float64Array.of(1, 1), documents: Float64Array.of(1, 1) };
    assert.throws(() => mergeDictionaries([dictionaryOf({}), unsorted]), /dictionary 1: word 1 is "a" after "b"/u);
    assert.throws(() => mergeDictionaries([{ ...unsorted, counts: Float64Array.of(1) }]), /2 words, 1 counts/u);
    const large = dictionaryOf({ a: 2 ** 52 });
    assert.throws(() => mergeDictionaries([large, large]), /the count of "a" reaches 2\^53/u);
  });
});

describe('the choice of words', () => {
  const some = dictionaryOf({ the: 90, of: 70, cat: 5, dog: 5, eel: 5, fox: 4, ant: 1 });

  it('takes the most common, ties in word order', () => {
    assert.deepEqual(chooseCommon(some, 2), ['of', 'the']);
    assert.deepEqual(chooseCommon(some, 4), ['cat', 'dog', 'of', 'the']);
    assert.deepEqual(chooseCommon(some, 0), []);
    assert.deepEqual(chooseCommon(some, 100), some.words);
    const chosen = chooseVocabulary(some, { common: ['nowhere', 'of', 'the'], minimumCount: 4, maximumSize: 3 });
    assert.deepEqual({ ...chosen, counts: [...chosen.counts], documents: [...chosen.documents] }, { words: ['cat', 'dog', 'eel'], counts: [5, 5, 5], documents: [1, 1, 1] });
    assert.deepEqual(chooseVocabulary(some, { common: [], minimumCount: 5, maximumSize: 10 }).words, ['cat', 'dog', 'eel', 'of', 'the']);
  });

  it('agrees with sorting', () => {
    fc.assert(
      fc.property(dictionary, wordList, fc.integer({ min: 1, max: 4 }), fc.nat(12), (dictionary, common, minimumCount, size) => {
        const count = (word: string) => dictionary.counts[dictionary.words.indexOf(word)]!;
        const most = (words: string[]) => words.sort((a, b) => count(b) - count(a) || compareCodePoints(a, b)).slice(0, size).sort(compareCodePoints);
        assert.deepEqual(chooseCommon(dictionary, size), most([...dictionary.words]));
        const candidates = dictionary.words.filter((word) => !common.includes(word) && count(word) >= minimumCount);
        const chosen = chooseVocabulary(dictionary, { common, minimumCount, maximumSize: size });
        assert.deepEqual(chosen.words, most(candidates));
        assert.deepEqual([...chosen.counts], chosen.words.map(count));
      }),
    );
  });

  it('finds words in a list', () => {
    fc.assert(
      fc.property(wordList, wordList, (words, vocabulary) => {
        assert.deepEqual([...mapToVocabulary(words, vocabulary)], words.map((word) => vocabulary.indexOf(word)));
        assert.deepEqual([...markWords(words, vocabulary)], words.map((word) => (vocabulary.includes(word) ? 1 : 0)));
      }),
    );
    const vocabulary = Array.from({ length: 5000 }, (_, k) => `w${String(k).padStart(5, '0')}`);
    assert.deepEqual([...mapToVocabulary(['w00000', 'w0', 'w04321', 'w04999', 'x'].sort(), vocabulary)], [-1, 0, 4321, 4999, -1]);
  });
});
