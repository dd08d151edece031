import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'vitest';
import { buildBuckets } from '../../../kernels/codes/build-buckets.ts';
import { buildBucketPages, buildItemPages } from '../../../kernels/pages/build-pages.ts';
import { RandomStream } from '../../../kernels/numbers/random.ts';
import { buildIndex, bytesOf, ids, words } from '../../lookup/index-in-memory.ts';

const identity = Uint8Array.from({ length: 16 }, (_, i) => i);

describe('buildItemPages', () => {
  it('refuses what it cannot write', () => {
    const options = { keys: words('a', 'b', 'a'), tables: 1, identity };
    assert.throws(
      () => buildItemPages(new Uint8Array(3), 1, options),
      /items 0 and 2 have the same key/,
    );
    assert.throws(
      () => buildItemPages(new Uint8Array(4), 1, options),
      /codes: expected 3 x 1 x 1 bytes, got 4/,
    );
    assert.throws(
      () => buildItemPages(new Uint8Array(1), 1, { ...options, keys: words('x'.repeat(1025)) }),
      /key of item 0: expected 0 to 1024 bytes, got 1025/,
    );
    assert.throws(
      () =>
        buildItemPages(new Uint8Array(1), 1, {
          ...options,
          keys: words('x'.repeat(600)),
          pageBytes: 512,
        }),
      /does not fit a page of 512/,
    );
    assert.throws(
      () => buildItemPages(new Uint8Array(0), 1, { ...options, keys: ids(), pageBytes: 1000 }),
      /power of two/,
    );
    assert.throws(
      () =>
        buildItemPages(new Uint8Array(0), 1, {
          ...options,
          keys: ids(),
          identity: new Uint8Array(3),
        }),
      /identity/,
    );
    assert.throws(
      () =>
        buildItemPages(new Uint8Array(1), 1, {
          ...options,
          keys: { kind: 'utf8', offsets: Int32Array.of(0, 9), bytes: new Uint8Array(2) },
        }),
      /leave the 2 bytes/,
    );
  });

  it('fills its pages: 4 KiB a read, and the bytes of codes and ids not much exceeded', () => {
    const items = 60_000;
    const stream = new RandomStream(5, 1);
    const codes = Uint8Array.from({ length: items * 3 * 8 }, () => stream.below(256));
    const keys = ids(...Array.from({ length: items }, (_, i) => BigInt(i) * 977n));
    const file = buildItemPages(codes, 8, { keys, tables: 3, identity });
    assert.ok((file.reach + 1) * file.pageBytes <= 4096, `${file.reach}`);
    assert.ok(file.totalBytes < items * (8 + 24) * 1.35, `${file.totalBytes}`);
    const buckets = buildBucketPages(buildBuckets(codes, 3, 8, 1), { keys, tables: 3, identity });
    assert.ok((buckets.reach + 1) * buckets.pageBytes <= 4096, `${buckets.reach}`);
    assert.ok(buckets.totalBytes < items * (8 + 8) * 1.27, `${buckets.totalBytes}`);
  });
});

/**
 * Three words, two tables, codes of 8 bits: the worked example of docs/reference/index-format.md.
 */
const TINY = {
  keys: words('salt', 'pepper', 'œil'),
  codes: Uint8Array.of(0xa5, 0x01, 0xa5, 0x02, 0x10, 0x01),
  tables: 2,
  codeBytes: 1,
  pageBytes: 512,
};

describe('golden bytes', () => {
  const hex = (bytes: Uint8Array) =>
    Buffer.from(bytes)
      .toString('hex')
      .replace(/(00)+$/, '');

  it('of a tiny index', () => {
    const { parts } = buildIndex(TINY);
    const shown = [...parts].map(([name, bytes]) => [
      name,
      bytes.length,
      hex(bytes.subarray(0, 128)),
      hex(bytes.subarray(128, 512)),
      hex(bytes.subarray(512)),
    ]);
    assert.deepEqual(shown, [
      [
        'items.pages',
        1024,
        '89484c500d0a1a0a01000101020001000002000000000000010000000100000003000000000000000300' +
          '00000000000000000000000000000004000000000000000102030405060708090a0b0c0d0e0f00000000' +
          '000000000000000000000000000000000000000000000000000000000000000000000000000000008622' +
          'd3cb',
        '',
        '1db55ec200000000030000001e002800320070657070657201000000a50273616c7400000000a501c593696c020000001001',
      ],
      [
        'buckets-0.pages',
        1024,
        '89484c500d0a1a0a01000201020001000002000000000000010000000100000003000000000000000200' +
          '00000000000000000000000000000004000000000000000102030405060708090a0b0c0d0e0f00000000' +
          '00000000000000000000000000000000000000000000000000000000000000000000000000000000eaa9' +
          '64f0',
        '',
        'c2a22e2e000000000200000020002800a50400010473616c740670657070657210020204c593696c',
      ],
      [
        'buckets-1.pages',
        1024,
        '89484c500d0a1a0a01000201020101000002000000000000010000000100000003000000000000000200' +
          '00000000000000000000000000000004000000000000000102030405060708090a0b0c0d0e0f00000000' +
          '00000000000000000000000000000000000000000000000000000000000000000000000000000000a01d' +
          '4db0',
        '',
        '67bc378e00000000020000001e002800010400020473616c7404c593696c02020106706570706572',
      ],
    ]);
  });

  it('of an index with spilled pages and overflow, and the same whatever is done before', () => {
    const build = () => {
      const stream = new RandomStream(3, 1);
      const strings = Array.from({ length: 3000 }, (_, i) => `w${i}é`);
      const lastByte = () => (stream.below(8) === 0 ? stream.below(256) : 7);
      const codes = Uint8Array.from({ length: 3000 * 3 * 4 }, (_, k) =>
        k % 4 === 3 ? lastByte() : 0,
      );
      return buildIndex({ keys: words(...strings), codes, tables: 3, codeBytes: 4 }).parts;
    };
    const digests = () =>
      [...build().values()].map((bytes) =>
        createHash('sha256').update(bytes).digest('hex').slice(0, 16),
      );
    assert.deepEqual(digests(), digests());
    assert.deepEqual(digests(), [
      'e7278a8855b6b85e',
      'fa924b34839c7f9e',
      '1b765497a4f737c1',
      '7287b6f8f92de7da',
    ]);
    assert.ok(
      bytesOf(
        buildBucketPages(buildBuckets(new Uint8Array(300), 1, 1, 0), {
          keys: words(...Array.from({ length: 300 }, (_, i) => `${i}`)),
          tables: 1,
          identity,
        }),
      ).length > 2048,
    );
  });
});
