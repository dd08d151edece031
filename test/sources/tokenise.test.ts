import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { type TokenOptions, tokenise } from '../../sources/tokenise.ts';
import { tokeniseWhole } from '../reference/tokenise-whole.ts';

const ALL: TokenOptions = { minimumLength: 1, maximumLength: 64, numbers: true };

function tokensOf(pieces: string[], options = ALL): (string | undefined)[] {
  const tokens: (string | undefined)[] = [];
  const tokeniser = tokenise(options, (word) => tokens.push(word));
  for (const piece of pieces) tokeniser.push(piece);
  tokeniser.end();
  return tokens;
}

/** Pieces of a text, cut at random places. */
function cutAt(text: string, places: number[]): string[] {
  const cuts = [0, ...places.map((place) => Math.floor(place * text.length)).sort((a, b) => a - b), text.length];
  return cuts.slice(1).map((to, k) => text.slice(cuts[k], to));
}

const character = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...Array.from('abzABZ019 \n\t\'’.,-_=<`~\0')) },
  { weight: 3, arbitrary: fc.constantFrom(...Array.from('éÉßΣσςİıǰ½²Ⅷﬁ㍿한ㅎㅏ\u1112\u1161\u11abかﾞ\u3099\u0301\u0327\u0338\u00a0\u00ad\u2028\u200d—“”ʼ漢😀𝔸𐐀\ufe0f\ufffd¨ﷺ')) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
);
const text = fc.array(character, { maxLength: 60 }).map((parts) => parts.join(''));
const options = fc.record({ minimumLength: fc.integer({ min: 1, max: 3 }), maximumLength: fc.integer({ min: 3, max: 8 }), numbers: fc.boolean() });

describe('tokenise', () => {
  const cases: [string, string, (string | undefined)[]][] = [
    ['words in lower case', 'The Fulton County Grand Jury said\nFriday.', ['the', 'fulton', 'county', 'grand', 'jury', 'said', 'friday']],
    ['inner apostrophes', "Don't don’t rock'n'roll 'tis dogs' o''clock '' a'", ["don't", "don't", "rock'n'roll", 'tis', 'dogs', 'o', 'clock', 'a']],
    ['hyphens, underscores and dashes', 'well-known snake_case in—out', ['well', 'known', 'snake', 'case', 'in', 'out']],
    ['numbers', '3rd 1,000 B2B ½ x² Ⅷ', ['3rd', '1', '000', 'b2b', '1', '2', 'x2', 'viii']],
    ['full case mapping', 'STRASSE Straße ΟΔΟΣ ΑΣ İI', ['strasse', 'straße', 'οδος', 'ας', 'i̇i']],
    ['compatibility forms', 'ﬁne Ｆｕｌｌ ㍿ ㅎㅏ', ['fine', 'full', '株式会社', '하']],
    ['marks that belong to a letter', 'cafe\u0301 J\u030c नमस्ते', ['café', 'ǰ', 'नमस्ते']],
    ['marks that belong to none', '\u2764\ufe0f \u0301 =\u0338', []],
    ['letters beyond the basic plane', '𐐀𐐁 𝔸b', ['𐐨𐐩', 'ab']],
    ['a text without words', ' .,;\0\r\n', []],
    ['no text', '', []],
  ];
  for (const [name, input, expected] of cases) {
    it(name, () => {
      assert.deepEqual(tokensOf([input]), expected);
      assert.deepEqual(tokensOf(Array.from(input)), expected);
    });
  }

  it('drops by length in code points and by a leading number, and keeps the place', () => {
    const input = 'a ab 𐐀𐐁𐐀 abcd 12 1st x1 ab’d éé';
    assert.deepEqual(tokensOf([input], { minimumLength: 2, maximumLength: 3, numbers: false }), [undefined, 'ab', '𐐨𐐩𐐨', undefined, undefined, undefined, 'x1', undefined, 'éé']);
    assert.deepEqual(tokensOf([input], { minimumLength: 2, maximumLength: 3, numbers: true }), [undefined, 'ab', '𐐨𐐩𐐨', undefined, '12', '1st', 'x1', undefined, 'éé']);
  });

  it('follows the rule as it is written, wherever the text is cut', () => {
    fc.assert(
      fc.property(text, options, fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 5 }), (text, options, places) => {
        assert.deepEqual(tokensOf(cutAt(text, places), options), tokeniseWhole(text, options));
      }),
      { numRuns: 3000 },
    );
  });

  it('gives the same for every character alone, between letters and after a capital sigma', () => {
    for (let point = 0; point < 0x3_0000; point += 1) {
      if (point >= 0xd800 && point < 0xe000) continue;
      const character = String.fromCodePoint(point);
      const input = `${character} a${character}b Σ${character}`;
      assert.deepEqual(tokensOf([input]), tokeniseWhole(input, ALL), `U+${point.toString(16)}`);
    }
  });

  it('gives the same for long texts in pieces of any size', () => {
    const line = 'It was the “best” of times, it wasn’t the worst of times; 1859.\n';
    const long = line.repeat(4000);
    const expected = tokeniseWhole(long, ALL);
    for (const size of [1000, 65_535, 65_536, 65_537, 100_000, long.length]) {
      const pieces = Array.from({ length: Math.ceil(long.length / size) }, (_, k) => long.slice(k * size, (k + 1) * size));
      assert.deepEqual(tokensOf(pieces), expected, `${size}`);
    }
  });

  it('takes a stretch without white space in parts of 65,536 code units', () => {
    const options = { ...ALL, maximumLength: 100_000 };
    const lengths = (pieces: string[]) => tokensOf(pieces, options).map((word) => word?.length);
    const run = 'x'.repeat(200_000);
    assert.deepEqual(lengths([run]), [65_536, 65_536, 65_536, 3392]);
    assert.deepEqual(lengths([`one two ${run} three`]), [3, 3, 65_536, 65_536, 65_536, 3392, 5]);
    for (const size of [999, 65_536, 70_000]) {
      const pieces = Array.from({ length: Math.ceil(200_006 / size) }, (_, k) => `a  ${run}b c`.slice(k * size, (k + 1) * size));
      assert.deepEqual(lengths(pieces), [1, 65_536, 65_536, 65_536, 3393, 1]);
    }
    assert.deepEqual(lengths([`y${'𐐨'.repeat(40_000)}`]), [65_535, 80_001 - 65_535]);
  });

  it('begins anew after the end of a document', () => {
    const words: (string | undefined)[] = [];
    const tokeniser = tokenise(ALL, (word) => words.push(word));
    for (const part of ['first docu', 'ment', '']) {
      tokeniser.push(part);
      tokeniser.end();
    }
    assert.deepEqual(words, ['first', 'docu', 'ment']);
  });
});
