import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import * as fc from 'fast-check';
import { buildDictionary } from '../../../kernels/words/build-dictionary.ts';
import type { Utf8Words } from '../../../kernels/words/word-table.ts';
import { buildDictionary as buildByMap } from '../../reference/build-dictionary-by-map.ts';

type Documents = readonly (readonly (string | undefined)[])[];

function strings({ offsets, bytes }: Utf8Words): string[] {
  return Array.from({ length: offsets.length - 1 }, (_, at) =>
    Buffer.from(bytes.subarray(offsets[at], offsets[at + 1])).toString('utf8'),
  );
}

function plain({
  dictionary,
  tokens,
  documentOffsets,
}: {
  dictionary: { words: string[]; counts: Float64Array; documents: Float64Array };
  tokens: Int32Array;
  documentOffsets: Int32Array;
}) {
  return {
    words: dictionary.words,
    counts: [...dictionary.counts],
    documents: [...dictionary.documents],
    tokens: [...tokens],
    documentOffsets: [...documentOffsets],
  };
}

function build(documents: Documents) {
  const builder = buildDictionary();
  for (const document of documents) {
    for (const word of document) {
      if (word === undefined) {
        builder.drop();
        continue;
      }
      const bytes = Buffer.from(`<${word}>`);
      builder.add(bytes, 1, bytes.length - 1);
    }
    builder.endDocument();
  }
  const { dictionary, tokens, rowOffsets } = builder.finish();
  return plain({
    dictionary: { ...dictionary, words: strings(dictionary.words) },
    tokens,
    documentOffsets: rowOffsets,
  });
}

function byMap(documents: Documents) {
  const builder = buildByMap();
  for (const document of documents) {
    for (const word of document) builder.add(word);
    builder.endDocument();
  }
  return plain(builder.finish());
}

describe('buildDictionary', () => {
  it('gives ids in word order: by hand', () => {
    const found = build([['the', 'cat', undefined, 'the'], [], ['\u{10000}', '\uffff', 'cat']]);
    assert.deepEqual(found, {
      words: ['cat', 'the', '\uffff', '\u{10000}'],
      counts: [2, 2, 1, 1],
      documents: [2, 1, 1, 1],
      tokens: [1, 0, -1, 1, 3, 2, 0],
      documentOffsets: [0, 4, 4, 7],
    });
  });

  it('is what a Map gives', () => {
    const word = fc.option(
      fc.oneof(
        fc.constantFrom('a', 'b', 'ab', 'abc', '__proto__', '', '\0', 'a\0'),
        fc.string({ unit: 'grapheme', maxLength: 40 }),
      ),
      { nil: undefined },
    );
    fc.assert(
      fc.property(fc.array(fc.array(word, { maxLength: 60 }), { maxLength: 8 }), (documents) => {
        assert.deepEqual(build(documents), byMap(documents));
      }),
    );
  });

  it('is what a Map gives for many words that begin alike', () => {
    const stem = (k: number) =>
      `${['', 'in', 'inter', 'international'][k % 4]}${(k * 7919) % 3001}`;
    const documents = Array.from({ length: 5 }, (_, d) =>
      Array.from({ length: 10_000 }, (_, k) => stem(k * (d + 1))),
    );
    assert.deepEqual(build(documents), byMap(documents));
  });

  it('makes rows of sentences and counts documents', () => {
    const builder = buildDictionary();
    const add = (text: string) => {
      for (const word of text) builder.add(Buffer.from(word), 0, 1);
    };
    builder.endSentence();
    add('ab');
    builder.endSentence();
    builder.endSentence();
    add('ac');
    builder.endDocument();
    builder.endDocument();
    add('a');
    builder.endSentence();
    builder.endDocument();
    const { dictionary, rowOffsets, documents, tokens } = builder.finish();
    assert.deepEqual([...rowOffsets], [0, 2, 4, 4, 5]);
    assert.equal(documents, 3);
    assert.equal(tokens.length, 5);
    assert.deepEqual([...dictionary.documents], [2, 1, 1]);
    assert.deepEqual([...dictionary.counts], [3, 1, 1]);
  });

  it('refuses to end within a document', () => {
    const builder = buildDictionary();
    builder.add(Buffer.from('a'), 0, 1);
    builder.endSentence();
    assert.throws(() => builder.finish(), /1 tokens after the last document's end/u);
  });
});
