import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import * as fc from 'fast-check';
import type { Dictionary } from '../../../kernels/words/build-dictionary.ts';
import { chooseCommon, chooseVocabulary } from '../../../kernels/words/choose-vocabulary.ts';
import { compareCodePoints } from '../../../kernels/words/code-point-order.ts';
import {
  chooseCommonOfPieces,
  chooseVocabularyOfPieces,
} from '../../../kernels/words/top-words.ts';

const word = fc.string({
  unit: fc.constantFrom('a', 'b', '\uffff', '\u{10000}'),
  minLength: 1,
  maxLength: 4,
});
const whole = fc
  .dictionary(word, fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 9 })), {
    maxKeys: 60,
  })
  .map((entries): Dictionary => {
    const words = Object.keys(entries).sort(compareCodePoints);
    return {
      words,
      counts: Float64Array.from(words, (each) => entries[each]![0]),
      documents: Float64Array.from(words, (each) => entries[each]![1]),
    };
  });

function piecesOf({ words, counts, documents }: Dictionary, length: number): Dictionary[] {
  return Array.from({ length: Math.ceil(words.length / length) }, (_, k) => {
    const [from, to] = [k * length, (k + 1) * length];
    return {
      words: words.slice(from, to),
      counts: counts.slice(from, to),
      documents: documents.slice(from, to),
    };
  });
}

describe('choices from a dictionary in pieces', () => {
  it('are those from the whole', () => {
    fc.assert(
      fc.property(
        whole,
        fc.integer({ min: 1, max: 9 }),
        fc.nat(12),
        fc.double({ min: 0.1, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 4 }),
        (dictionary, length, n, share, minimumCount) => {
          const common = chooseCommonOfPieces(n, share, 9);
          for (const piece of piecesOf(dictionary, length)) common.add(piece);
          const left = common.finish();
          assert.deepEqual(left, chooseCommon(dictionary, n, share, 9));
          const choice = { common: left, minimumCount, maximumSize: n + 1 };
          const vocabulary = chooseVocabularyOfPieces(choice);
          for (const piece of piecesOf(dictionary, length)) vocabulary.add(piece);
          const plain = ({ words, counts, documents }: Dictionary) => ({
            words,
            counts: [...counts],
            documents: [...documents],
          });
          assert.deepEqual(plain(vocabulary.finish()), plain(chooseVocabulary(dictionary, choice)));
        },
      ),
    );
  });

  it('drop the words of more than a share of the documents', () => {
    const dictionary = {
      words: ['in-all', 'in-half', 'in-one'],
      counts: Float64Array.of(4, 9, 1),
      documents: Float64Array.of(4, 2, 1),
    };
    const common = (n: number, share: number) => {
      const choice = chooseCommonOfPieces(n, share, 4);
      for (const piece of piecesOf(dictionary, 1)) choice.add(piece);
      return choice.finish();
    };
    assert.deepEqual(common(0, 1), []);
    assert.deepEqual(common(0, 0.5), ['in-all']);
    assert.deepEqual(common(0, 0.49), ['in-all', 'in-half']);
    assert.deepEqual(common(1, 0.5), ['in-all', 'in-half']);
  });

  it('refuse pieces out of order', () => {
    const choice = chooseVocabularyOfPieces({ common: [], minimumCount: 0, maximumSize: 9 });
    const piece = (text: string) => ({
      words: [text],
      counts: Float64Array.of(1),
      documents: Float64Array.of(1),
    });
    choice.add(piece('b'));
    assert.throws(() => choice.add(piece('a')), /begins with "a" after "b"/u);
  });
});
