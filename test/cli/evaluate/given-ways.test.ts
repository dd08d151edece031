import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { givenCodes, givenLists } from '../../../cli/evaluate/given-ways.ts';
import { readForeignJsonLines } from '../../../store/foreign/foreign-json-lines.ts';

const WORDS = ['ant', 'bee', 'cat', 'dog'];
const table = (...lines: unknown[]) =>
  readForeignJsonLines(
    Buffer.from(lines.map((line) => JSON.stringify(line)).join('\n')),
    'mine.jsonl',
  );

describe('givenLists', () => {
  it('keeps the order, or that of scores, and counts what does not fit', () => {
    const { way, missing, unknown } = givenLists(
      table(
        { id: 'ant', neighbours: ['cat', 'elk', 'bee', 'cat'] },
        { id: 'dog', neighbours: [] },
        { id: 'fox', neighbours: ['ant'] },
      ),
      WORDS,
    );
    const { items, scores } = way(0);
    assert.deepEqual([...items!], [2, 1]);
    assert.ok(scores[0]! > scores[1]!);
    assert.equal(way(3).scores.length, 0);
    assert.equal(way(1).scores.length, 0);
    assert.equal(missing, 2);
    assert.deepEqual([...unknown], ['elk', 'fox']);
    const scored = givenLists(
      table({ id: 'ant', neighbours: ['cat', 'bee'], scores: [0.5, 2] }),
      WORDS,
    );
    assert.deepEqual([...scored.way(0).scores], [0.5, 2]);
  });

  it('refuses two lists of an item, other numbers of scores, and strangers alone', () => {
    const refused = (lines: unknown[], message: RegExp) =>
      assert.throws(
        () => givenLists(table(...lines), WORDS),
        (error: Error) => error.name === 'DataError' && message.test(error.message),
      );
    const list = { id: 'ant', neighbours: ['bee'] };
    refused([list, list], /^mine.jsonl: a second list of ant/);
    refused([{ ...list, scores: [1, 2] }], /^mine.jsonl: ant: 1 neighbours and 2 scores/);
    refused([{ ...list, scores: ['x'] }], /line 1: scores: expected a list of numbers/);
    refused([{ id: 'fox', neighbours: ['elk'] }], /none of its ids is an item .*"ant", "bee"/);
    refused([{ id: 'ant' }], /line 1: neighbours: expected text, whole numbers/);
    assert.throws(
      () => readForeignJsonLines(Buffer.from('{"id": "ant"}\n[1]\n'), 'mine.jsonl'),
      /^DataError: mine.jsonl, line 2: expected an object of JSON$/,
    );
  });
});

describe('givenCodes', () => {
  it('reads hexadecimal and bits alike, and answers with what has a code', () => {
    const asHex = table(
      { id: 'ant', code: '0f' },
      { id: 'bee', code: '0e' },
      { id: 'dog', code: 'F0' },
    );
    const asBits = table(
      { item: 'ant', code: [0, 0, 0, 0, 1, 1, 1, 1] },
      { item: 'bee', code: [0, 0, 0, 0, 1, 1, 1, 0] },
      { item: 'dog', code: [1, 1, 1, 1, 0, 0, 0, 0] },
    );
    for (const file of [asHex, asBits]) {
      const { way, missing, bytes } = givenCodes(file, WORDS, false);
      const { items, scores } = way(0);
      assert.deepEqual([...items!], [0, 1, 3]);
      assert.deepEqual([...scores], [-0, -1, -8]);
      assert.equal(way(2).scores.length, 0);
      assert.deepEqual([missing, bytes], [1, 1]);
    }
  });

  it('refuses codes of two widths, and text that is no code', () => {
    assert.throws(
      () => givenCodes(table({ id: 'ant', code: '0f' }, { id: 'bee', code: '0f0f' }), WORDS, false),
      /row 1: 2 bytes, but row 0 has 1/,
    );
    assert.throws(
      () => givenCodes(table({ id: 'ant', code: '0g' }), WORDS, false),
      /line 1: code: expected hexadecimal text or a list of 0 and 1, got "0g"/,
    );
  });
});
