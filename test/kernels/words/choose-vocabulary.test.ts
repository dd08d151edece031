import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import * as fc from 'fast-check';
import type { Dictionary } from '../../../kernels/words/build-dictionary.ts';
import {
  chooseCommon,
  chooseVocabulary,
  mapToVocabulary,
  markWords,
} from '../../../kernels/words/choose-vocabulary.ts';
import { compareCodePoints } from '../../../kernels/words/code-point-order.ts';

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
const wordList = fc.uniqueArray(word).map((words) => words.sort(compareCodePoints));

describe('the choice of words', () => {
  const some = dictionaryOf({ the: 90, of: 70, cat: 5, dog: 5, eel: 5, fox: 4, ant: 1 });

  it('takes the most common, ties in word order', () => {
    assert.deepEqual(chooseCommon(some, 2), ['of', 'the']);
    assert.deepEqual(chooseCommon(some, 4), ['cat', 'dog', 'of', 'the']);
    assert.deepEqual(chooseCommon(some, 0), []);
    assert.deepEqual(chooseCommon(some, 100), some.words);
    const chosen = chooseVocabulary(some, {
      common: ['nowhere', 'of', 'the'],
      minimumCount: 4,
      maximumSize: 3,
    });
    assert.deepEqual(
      { ...chosen, counts: [...chosen.counts], documents: [...chosen.documents] },
      { words: ['cat', 'dog', 'eel'], counts: [5, 5, 5], documents: [1, 1, 1] },
    );
    assert.deepEqual(
      chooseVocabulary(some, { common: [], minimumCount: 5, maximumSize: 10 }).words,
      ['cat', 'dog', 'eel', 'of', 'the'],
    );
  });

  it('agrees with sorting', () => {
    fc.assert(
      fc.property(
        dictionary,
        wordList,
        fc.integer({ min: 1, max: 4 }),
        fc.nat(12),
        (dictionary, common, minimumCount, size) => {
          const count = (word: string) => dictionary.counts[dictionary.words.indexOf(word)]!;
          const most = (words: string[]) =>
            words
              .sort((a, b) => count(b) - count(a) || compareCodePoints(a, b))
              .slice(0, size)
              .sort(compareCodePoints);
          assert.deepEqual(chooseCommon(dictionary, size), most([...dictionary.words]));
          const candidates = dictionary.words.filter(
            (word) => !common.includes(word) && count(word) >= minimumCount,
          );
          const chosen = chooseVocabulary(dictionary, { common, minimumCount, maximumSize: size });
          assert.deepEqual(chosen.words, most(candidates));
          assert.deepEqual([...chosen.counts], chosen.words.map(count));
        },
      ),
    );
  });

  it('finds words in a list', () => {
    fc.assert(
      fc.property(wordList, wordList, (words, vocabulary) => {
        assert.deepEqual(
          [...mapToVocabulary(words, vocabulary)],
          words.map((word) => vocabulary.indexOf(word)),
        );
        assert.deepEqual(
          [...markWords(words, vocabulary)],
          words.map((word) => (vocabulary.includes(word) ? 1 : 0)),
        );
      }),
    );
    const vocabulary = Array.from({ length: 5000 }, (_, k) => `w${String(k).padStart(5, '0')}`);
    assert.deepEqual(
      [...mapToVocabulary(['w00000', 'w0', 'w04321', 'w04999', 'x'].sort(), vocabulary)],
      [-1, 0, 4321, 4999, -1],
    );
  });
});
