import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import * as fc from 'fast-check';
import { mapToVocabulary } from '../../../kernels/words/choose-vocabulary.ts';
import { compareCodePoints } from '../../../kernels/words/code-point-order.ts';
import { mapWords, uniteWords } from '../../../kernels/words/unite-words.ts';
import type { Utf8Words } from '../../../kernels/words/word-table.ts';
import { decodeUtf8, encodeUtf8 } from '../../../store/tables/utf8-column.ts';

const words = fc
  .uniqueArray(
    fc.oneof(fc.stringMatching(/^[ab]{0,3}$/u), fc.string({ unit: 'grapheme', maxLength: 4 })),
    { maxLength: 40 },
  )
  .map((list) =>
    list.filter((word) => Buffer.from(word).toString() === word).sort(compareCodePoints),
  );

const coded = (list: string[]): Utf8Words => encodeUtf8(list, 'words');

describe('uniteWords', () => {
  it('is the sorted union without what is left out, and knows the place of every word', () => {
    fc.assert(
      fc.property(fc.array(words, { maxLength: 5 }), words, (lists, leftOut) => {
        const union = [...new Set(lists.flat())].sort(compareCodePoints);
        const kept = union.filter((word) => !leftOut.includes(word));
        const found = uniteWords(lists.map(coded), coded(leftOut));
        assert.deepEqual(decodeUtf8(found.words, 'words'), kept);
        assert.equal(found.distinct, union.length);
        assert.deepEqual(
          found.places.map((places) => [...places]),
          lists.map((list) => list.map((word) => kept.indexOf(word))),
        );
      }),
      { numRuns: 400 },
    );
  });
});

describe('mapWords', () => {
  it('is mapToVocabulary over bytes', () => {
    fc.assert(
      fc.property(words, words, (list, vocabulary) => {
        assert.deepEqual(
          mapWords(coded(list), coded(vocabulary)),
          mapToVocabulary(list, vocabulary),
        );
      }),
      { numRuns: 1000 },
    );
  });
});
