import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import * as fc from 'fast-check';
import type { TokenOptions, TokenSink } from '../../../sources/text/token-options.ts';
import { tokenise } from '../../../sources/text/tokenise.ts';
import { tokeniseWhole } from '../../reference/tokenise-whole.ts';

const ALL: TokenOptions = {
  minimumLength: 1,
  maximumLength: 64,
  numbers: true,
  apostrophes: true,
  sentences: false,
};

function sinkOf(tokens: (string | undefined)[], endSentence = () => {}): TokenSink {
  return {
    add: (bytes, from, to) =>
      void tokens.push(Buffer.from(bytes.subarray(from, to)).toString('utf8')),
    drop: () => void tokens.push(undefined),
    endSentence,
  };
}

function tokensOf(pieces: readonly (string | Uint8Array)[], options = ALL): (string | undefined)[] {
  const tokens: (string | undefined)[] = [];
  const tokeniser = tokenise(options, sinkOf(tokens));
  for (const piece of pieces) tokeniser.push(Buffer.from(piece));
  tokeniser.end();
  return tokens;
}

/** The words of each sentence. */
function sentencesOf(pieces: readonly Uint8Array[]): string[] {
  const sentences: (string | undefined)[][] = [[]];
  const tokeniser = tokenise(
    { ...ALL, sentences: true },
    {
      add: (bytes, from, to) =>
        void sentences.at(-1)?.push(Buffer.from(bytes.subarray(from, to)).toString('utf8')),
      drop: () => void sentences.at(-1)?.push(undefined),
      endSentence: () => void sentences.push([]),
    },
  );
  for (const piece of pieces) tokeniser.push(piece);
  tokeniser.end();
  return sentences.filter((words) => words.length > 0).map((words) => words.join(' '));
}

/** Pieces of a text, cut at random bytes. */
function cutAt(text: string, places: number[]): Uint8Array[] {
  const bytes = Buffer.from(text);
  const cuts = [
    0,
    ...places.map((place) => Math.floor(place * bytes.length)).sort((a, b) => a - b),
    bytes.length,
  ];
  return cuts.slice(1).map((to, k) => bytes.subarray(cuts[k], to));
}

const character = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...Array.from("abzABZ019 \n\t'’.,-_=<`~\0")) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      ...Array.from(
        'éÉßΣσςİıǰ½²Ⅷﬁ㍿한ㅎㅏ\u1112\u1161\u11abかﾞ\u3099\u0301\u0327\u0338' +
          '\u00a0\u00ad\u2028\u200d—“”ʼ漢😀𝔸𐐀\ufe0f\ufffd¨ﷺ',
      ),
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }) },
);
const text = fc.array(character, { maxLength: 60 }).map((parts) => parts.join(''));
const options = fc.record({
  minimumLength: fc.integer({ min: 1, max: 3 }),
  maximumLength: fc.integer({ min: 3, max: 8 }),
  numbers: fc.boolean(),
  apostrophes: fc.boolean(),
  sentences: fc.boolean(),
});

describe('tokenise', () => {
  const cases: [string, string, (string | undefined)[]][] = [
    [
      'words in lower case',
      'The Fulton County Grand Jury said\nFriday.',
      ['the', 'fulton', 'county', 'grand', 'jury', 'said', 'friday'],
    ],
    [
      'inner apostrophes',
      "Don't don’t rock'n'roll 'tis dogs' o''clock '' a'",
      ["don't", "don't", "rock'n'roll", 'tis', 'dogs', 'o', 'clock', 'a'],
    ],
    [
      'hyphens, underscores and dashes',
      'well-known snake_case in—out',
      ['well', 'known', 'snake', 'case', 'in', 'out'],
    ],
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
    assert.deepEqual(
      tokensOf([input], { ...ALL, minimumLength: 2, maximumLength: 3, numbers: false }),
      [undefined, 'ab', '𐐨𐐩𐐨', undefined, undefined, undefined, 'x1', undefined, 'éé'],
    );
    assert.deepEqual(
      tokensOf([input], { ...ALL, minimumLength: 2, maximumLength: 3, numbers: true }),
      [undefined, 'ab', '𐐨𐐩𐐨', undefined, '12', '1st', 'x1', undefined, 'éé'],
    );
  });

  it('follows the rule as it is written, wherever the text is cut', () => {
    fc.assert(
      fc.property(
        text,
        options,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 5 }),
        (text, options, places) => {
          assert.deepEqual(tokensOf(cutAt(text, places), options), tokeniseWhole(text, options));
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('gives the same for every character alone, between letters and after a capital sigma', () => {
    for (let point = 0; point < 0x3_0000; point += 1) {
      if (point >= 0xd800 && point < 0xe000) continue;
      const character = String.fromCodePoint(point);
      const input = `${character} a${character}b Σ${character}`;
      const [found, expected] = [tokensOf([input]), tokeniseWhole(input, ALL)];
      // The assertion costs more than the work: what differs in no way is spared it.
      if (found.join('|') !== expected.join('|') || found.length !== expected.length)
        assert.deepEqual(found, expected, `U+${point.toString(16)}`);
    }
  });

  it('gives the same for long texts in pieces of any size', () => {
    const line = 'It was the “best” of times, it wasn’t the worst of times; 1859.\n';
    const long = line.repeat(4000);
    const expected = tokeniseWhole(long, ALL);
    for (const size of [1000, 65_535, 65_536, 65_537, 100_000, long.length]) {
      const pieces = Array.from({ length: Math.ceil(long.length / size) }, (_, k) =>
        long.slice(k * size, (k + 1) * size),
      );
      assert.deepEqual(tokensOf(pieces), expected, `${size}`);
    }
  });

  it('takes a stretch without white space in parts of 65,536 bytes', () => {
    const options = { ...ALL, maximumLength: 100_000 };
    const lengths = (pieces: string[]) => tokensOf(pieces, options).map((word) => word?.length);
    const run = 'x'.repeat(200_000);
    assert.deepEqual(lengths([run]), [65_536, 65_536, 65_536, 3392]);
    assert.deepEqual(lengths([`one two ${run} three`]), [3, 3, 65_536, 65_536, 65_536, 3392, 5]);
    for (const size of [999, 65_536, 70_000]) {
      const pieces = Array.from({ length: Math.ceil(200_006 / size) }, (_, k) =>
        `a  ${run}b c`.slice(k * size, (k + 1) * size),
      );
      assert.deepEqual(lengths(pieces), [1, 65_536, 65_536, 65_536, 3393, 1]);
    }
    // 65,533 bytes: one and 16,383 characters of four bytes, two UTF-16 units each.
    assert.deepEqual(lengths([`y${'𐐨'.repeat(20_000)}`]), [1 + 2 * 16_383, 2 * (20_000 - 16_383)]);
  });

  it('begins anew after the end of a document', () => {
    const words: (string | undefined)[] = [];
    const tokeniser = tokenise(ALL, sinkOf(words));
    for (const part of ['first docu', 'ment', '']) {
      tokeniser.push(Buffer.from(part));
      tokeniser.end();
    }
    assert.deepEqual(words, ['first', 'docu', 'ment']);
  });

  it('splits at apostrophes where they join nothing', () => {
    assert.deepEqual(tokensOf(["Don't don’t rock'n'roll éa’b"], { ...ALL, apostrophes: false }), [
      'don',
      't',
      'don',
      't',
      'rock',
      'n',
      'roll',
      'éa',
      'b',
    ]);
  });

  it('tells where sentences end', () => {
    const text =
      'One two. "Three (four!)" five? Six\n' +
      'seven\n' +
      '\n' +
      'eight… “Nine.” ten Mr. Smith 3.14 é. ö 猫。犬！」鳥 last';
    const expected = [
      'one two',
      'three four',
      'five',
      'six seven',
      'eight',
      'nine',
      'ten mr',
      'smith 3 14 é',
      'ö 猫',
      '犬',
      '鳥 last',
    ];
    assert.deepEqual(sentencesOf([Buffer.from(text)]), expected);
    assert.deepEqual(
      sentencesOf(Array.from(Buffer.from(text), (byte) => Uint8Array.of(byte))),
      expected,
    );
    assert.deepEqual(sentencesOf([Buffer.from('a\r\n \r\nb')]), ['a', 'b']);
  });

  it('has the words of the same text without sentences', () => {
    fc.assert(
      fc.property(
        text,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 5 }),
        (text, places) => {
          const words = sentencesOf(cutAt(text, places)).join(' ');
          assert.equal(words, tokeniseWhole(text, ALL).join(' '));
        },
      ),
      { numRuns: 1000 },
    );
  });
});
