import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { buildDelta } from '../../../kernels/pages/build-delta.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);

describe('buildDelta', () => {
  it('gives the bytes of the example in docs/reference/index-format.md', () => {
    const bytes = buildDelta({
      keys: 'utf8',
      tables: 2,
      codeBytes: 1,
      baseItems: 3,
      baseIdentity: Uint8Array.from({ length: 16 }, (_, k) => k),
      identity: new Uint8Array(16).fill(0xab),
      removed: [
        { number: 0, key: utf8('pepper') },
        { number: 2, key: utf8('œil') },
      ],
      added: [
        { key: utf8('pepper'), place: 0, code: Uint8Array.of(0x10, 0x01) },
        { key: utf8('thyme'), place: 2, code: Uint8Array.of(0xa5, 0x01) },
      ],
      payloads: false,
    });
    const hex = Buffer.from(bytes).toString('hex');
    const header = [
      '89484c440d0a1a0a',
      '0100',
      '01020100',
      '0000',
      '03000000',
      '02000000',
      '02000000',
      'a1000000',
      '000102030405060708090a0b0c0d0e0f',
      'ab'.repeat(16),
      '00'.repeat(56),
    ].join('');
    assert.equal(hex.slice(0, 240), header);
    assert.equal(
      hex.slice(256),
      [
        '00',
        '02',
        '06706570706572',
        '04c593696c',
        '00',
        '02',
        '06706570706572',
        '057468796d65',
        '1001',
        'a501',
      ].join(''),
    );
  });

  it('refuses what readers would not take', () => {
    const code = new Uint8Array(8 * 32);
    const added = Array.from({ length: 270_000 }, (_, place) => ({
      key: new Uint8Array(8),
      place,
      code,
    }));
    assert.throws(
      () =>
        buildDelta({
          keys: 'int64',
          tables: 8,
          codeBytes: 32,
          baseItems: 1,
          baseIdentity: new Uint8Array(16),
          identity: new Uint8Array(16),
          removed: [],
          added,
          payloads: false,
        }),
      /a delta of \d+ bytes, readers take 67108864 at most; reindex/,
    );
  });
});
