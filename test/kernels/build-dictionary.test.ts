import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { buildDictionary, type Shard } from '../../kernels/build-dictionary.ts';

function build(documents: readonly (readonly (string | undefined)[])[]): Shard {
  const builder = buildDictionary();
  for (const document of documents) {
    for (const word of document) builder.add(word);
    builder.endDocument();
  }
  return builder.finish();
}

describe('buildDictionary', () => {
  it('gives ids in word order: by hand', () => {
    const { dictionary, tokens, documentOffsets } = build([['the', 'cat', undefined, 'the'], [], ['\u{10000}', '\uffff', 'cat']]);
    assert.deepEqual(dictionary.words, ['cat', 'the', '\uffff', '\u{10000}']);
    assert.deepEqual([...dictionary.counts], [2, 2, 1, 1]);
    assert.deepEqual([...dictionary.documents], [2, 1, 1, 1]);
    assert.deepEqual([...tokens], [1, 0, -1, 1, 3, 2, 0]);
    assert.deepEqual([...documentOffsets], [0, 4, 4, 7]);
  });

  it('gives the documents back', () => {
    const word = fc.option(fc.oneof(fc.constantFrom('a', 'b', '__proto__', ''), fc.string({ unit: 'binary', maxLength: 40 })), { nil: undefined });
    fc.assert(
      fc.property(fc.array(fc.array(word, { maxLength: 20 }), { maxLength: 8 }), (documents) => {
        const { dictionary, tokens, documentOffsets } = build(documents);
        const back = documents.map((_, d) => [...tokens.subarray(documentOffsets[d], documentOffsets[d + 1])].map((id) => (id < 0 ? undefined : dictionary.words[id])));
        assert.deepEqual(back, documents);
        for (const [id, word] of dictionary.words.entries()) {
          assert.equal(dictionary.counts[id], documents.flat().filter((other) => other === word).length);
          assert.equal(dictionary.documents[id], documents.filter((document) => document.includes(word)).length);
        }
        assert.deepEqual(dictionary.words, [...new Set(documents.flat())].filter((other) => other !== undefined).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
      }),
    );
  });

  it('grows, and is empty after it is finished', () => {
    const builder = buildDictionary();
    for (let t = 0; t < 10_000; t++) builder.add(`w${t % 3000}`);
    builder.endDocument();
    assert.equal(builder.size(), 10_000);
    const { dictionary, tokens } = builder.finish();
    assert.equal(tokens.length, 10_000);
    assert.equal(dictionary.words.length, 3000);
    assert.equal(dictionary.words[tokens[4321]!], 'w1321');
    assert.deepEqual(builder.finish().documentOffsets, Int32Array.of(0));
  });

  it('keeps words alone of the text, not the text', () => {
    const builder = buildDictionary();
    const before = process.memoryUsage().heapUsed;
    for (let k = 0; k < 200; k++) {
      const text = Buffer.alloc(1_000_000, 'abcdefgh').toString('latin1');
      builder.add(text.slice(k, 2 * k + 20));
    }
    builder.endDocument();
    const { words } = builder.finish().dictionary;
    assert.equal(words.length, 200);
    assert.ok(process.memoryUsage().heapUsed - before < 100_000_000);
  });

  it('refuses to end within a document', () => {
    const builder = buildDictionary();
    builder.add('a');
    assert.throws(() => builder.finish(), /1 tokens after the last document's end/u);
  });
});
