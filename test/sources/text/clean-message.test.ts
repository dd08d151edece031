import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { cleanMessage } from '../../../sources/text/clean-message.ts';

const MESSAGE =
  'From: a@b.c\n' +
  'Subject: Re: ice\n' +
  '\n' +
  'In article <1@b> a@b.c wrote:\n' +
  '> the old text\n' +
  'my answer\n' +
  '\n' +
  '-- \n' +
  'A. B.\n' +
  'somewhere\n';

describe('cleanMessage', () => {
  it('takes out headers, quotes and signatures, each by itself', () => {
    assert.equal(cleanMessage(MESSAGE, []), MESSAGE);
    assert.equal(cleanMessage(MESSAGE, ['headers', 'quotes', 'signatures']).trim(), 'my answer');
    assert.match(cleanMessage(MESSAGE, ['headers']), /^In article/);
    assert.doesNotMatch(cleanMessage(MESSAGE, ['quotes']), /old text|wrote/);
    assert.doesNotMatch(cleanMessage(MESSAGE, ['signatures']), /somewhere/);
  });

  it('leaves From and Subject of the headers where asked', () => {
    assert.equal(
      cleanMessage('From: a\nLines: 3\nSubject: ice\n\ntext', ['most-headers']),
      'From: a\nSubject: ice\n\ntext',
    );
    assert.equal(
      cleanMessage('no header here\n\nbut text', ['most-headers']),
      'no header here\n\nbut text',
    );
  });

  it('takes tabs for line ends where there are no others', () => {
    assert.equal(
      cleanMessage(`${MESSAGE.trimEnd().replaceAll('\n', '\t')}\n`, [
        'headers',
        'quotes',
        'signatures',
      ]).trim(),
      'my answer',
    );
  });

  it('leaves a text without headers whole, and nothing of headers alone', () => {
    assert.equal(
      cleanMessage('no header here\n\nbut text', ['headers']),
      'no header here\n\nbut text',
    );
    assert.equal(cleanMessage('From: a\nSubject: b', ['headers']), '');
  });
});
