import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import * as fc from 'fast-check';
import {
  buildDictionary,
  type DictionaryBuilder,
  type Shard,
} from '../../../kernels/words/build-dictionary.ts';
import { scanWords } from '../../../kernels/words/scan-words.ts';
import type { TokenOptions } from '../../../sources/text/token-options.ts';
import { tokenise } from '../../../sources/text/tokenise.ts';

const OPTIONS: TokenOptions = {
  minimumLength: 1,
  maximumLength: 64,
  numbers: false,
  apostrophes: true,
  sentences: false,
};

const word = fc.oneof(
  { weight: 6, arbitrary: fc.stringMatching(/^[a-zA-Z]{1,12}$/) },
  fc.constantFrom(
    "don't",
    'rock’n’roll',
    "'tis",
    "dogs'",
    "a''b",
    '1st',
    'R2D2',
    'x1',
    '42',
    'naïve',
    'ﬁne',
    'İstanbul',
    '線',
    'e\u0301',
    '“quoted”',
    'a…b',
    '--',
    '\u00a0',
    'ǅ',
    '🧵',
    "'",
    'z'.repeat(70),
  ),
  fc.string({ unit: 'grapheme', maxLength: 4 }),
);
const text = fc
  .array(fc.tuple(word, fc.constantFrom(' ', ' ', ' ', '\n', ', ', '-', "'", '', '\t')), {
    maxLength: 120,
  })
  .map((parts) =>
    parts
      .map((part) => part.join(''))
      .join('')
      .replaceAll('\0', ' '),
  );

function shardOf(
  builder: DictionaryBuilder,
  options: TokenOptions,
  documents: Buffer[],
  step: number,
): Shard {
  const tokeniser = tokenise(options, builder);
  for (const document of documents) {
    for (let from = 0; from < document.length; from += step)
      tokeniser.push(document.subarray(from, from + step));
    tokeniser.end();
    builder.endDocument();
  }
  return builder.finish();
}

function assertSame(documents: Buffer[], options: TokenOptions, step: number): void {
  assert.deepEqual(
    shardOf(scanWords(options), options, documents, step),
    shardOf(buildDictionary(), options, documents, step),
  );
}

describe('scanWords', () => {
  it('gives the shard that buildDictionary gives, whatever the text, the options and the pieces', () => {
    fc.assert(
      fc.property(
        fc.array(text, { maxLength: 4 }),
        fc.record({
          minimumLength: fc.integer({ min: 1, max: 3 }),
          maximumLength: fc.integer({ min: 3, max: 80 }),
          numbers: fc.boolean(),
          apostrophes: fc.boolean(),
        }),
        fc.constantFrom(1, 7, 64, 100_000),
        (texts, options, step) =>
          assertSame(
            texts.map((each) => Buffer.from(each, 'utf8')),
            { ...options, sentences: false },
            step,
          ),
      ),
      { numRuns: 1500 },
    );
  });

  it('finds words and apostrophes across the ends of its blocks of 64 bytes', () => {
    for (let shift = 55; shift < 75; shift++) {
      for (const tail of ["it's", "it'", "a'b'c d", 'longer', "x''y", 'é', 'o’clock'])
        assertSame([Buffer.from(`${' '.repeat(shift)}${tail} end`)], OPTIONS, 1000);
      assertSame(
        [Buffer.from(`${'w'.repeat(shift)}'s ${'v'.repeat(130)} z`)],
        { ...OPTIONS, maximumLength: 256 },
        1000,
      );
    }
  });

  it('keeps its words when its table grows, and forgets them for the next shard', () => {
    const many = Array.from(
      { length: 90_000 },
      (_, k) => `w${(k * 7919) % 80_000}${k % 5 === 0 ? 'é' : ''}x`,
    ).join(' ');
    const first = Buffer.from(many);
    assertSame([first, Buffer.from('w1x other')], OPTIONS, 50_000);
    assertSame([Buffer.from('other words w1x')], OPTIONS, 50_000);
    const long = Buffer.from(
      Array.from(
        { length: 20_000 },
        (_, k) =>
          `${'q'.repeat(230)}${k.toString(26).replaceAll(/\d/gu, (digit) => 'abcdefghij'[Number(digit)]!)}`,
      ).join('\n'),
    );
    assertSame([long], { ...OPTIONS, maximumLength: 256 }, 70_001);
  });

  it('refuses tokens behind the last end of a document', () => {
    const scanner = scanWords(OPTIONS);
    scanner.add(Buffer.from('loom'), 0, 4);
    assert.throws(() => scanner.finish(), {
      name: 'RangeError',
      message: /1 tokens after the last document's end/u,
    });
  });
});
