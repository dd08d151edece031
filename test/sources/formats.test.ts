import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, it } from 'vitest';
import { Failure } from '../../schemas/failures.ts';
import { readDocuments } from '../../sources/read-documents.ts';
import { rowKeeper } from '../../sources/row-keeper.ts';
import type { ReadOptions } from '../../sources/source-options.ts';
import { encodeParquet } from '../../store/tables/parquet.ts';

const FAIL = { badRows: 'fail', badRowsMost: 0 } as const;
const OPTIONS: ReadOptions = {
  format: 'auto',
  field: 'text',
  invalidUtf8: 'fail',
  nulBytes: 'fail',
  maximumRatio: 1000,
  longestLine: 1_000_000,
};

/** `zstd -19 --check` of "frame one\n" and of "frame two, ".repeat(200): two frames. */
const ZSTD = [
  'KLUv/QRoUQAAZnJhbWUgb25lCoa3phs=',
  'KLUv/QRolQAAWGZyYW1lIHR3bywgAQCKsF+8S6liDA==',
].map((text) => Buffer.from(text, 'base64'));

async function documentsOf(
  content: Uint8Array,
  options: Partial<ReadOptions> = {},
  step = 1000,
): Promise<string[]> {
  const chunks = Array.from({ length: Math.ceil(content.length / step) }, (_, k) =>
    Buffer.from(content.subarray(k * step, (k + 1) * step)),
  );
  const documents: string[] = [];
  let open: Uint8Array[] = [];
  const range = async (from: number, to: number) => content.slice(from, to);
  for await (const { bytes, endsDocument } of readDocuments(
    { uri: 'file:///corpus/a', size: content.length },
    Readable.from(chunks),
    { ...OPTIONS, ...options },
    rowKeeper(FAIL),
    range,
  )) {
    open.push(Buffer.from(bytes));
    if (!endsDocument) continue;
    documents.push(Buffer.concat(open).toString('utf8'));
    open = [];
  }
  assert.equal(open.length, 0);
  return documents;
}

async function refuses(
  content: Uint8Array,
  options: Partial<ReadOptions>,
  expected: RegExp,
): Promise<void> {
  for (const step of [1, 1000]) {
    await assert.rejects(documentsOf(content, options, step), (error: unknown) => {
      assert.ok(error instanceof Failure && error.type === 'DataError', String(error));
      assert.match(error.message, expected);
      return true;
    });
  }
}

const record = (type: string, body: string, fields = '') =>
  `WARC/1.0\r\n` +
  `WARC-Type: ${type}\r\n` +
  `${fields}Content-Length: ${Buffer.byteLength(body)}\r\n` +
  `\r\n` +
  `${body}\r\n` +
  `\r\n`;

describe('formats, found by content', () => {
  const second = 'frame two, '.repeat(200);

  it('zstd, of one frame or several', async () => {
    for (const step of [1, 7, 1000]) {
      assert.deepEqual(await documentsOf(ZSTD[0]!, {}, step), ['frame one\n']);
      assert.deepEqual(await documentsOf(Buffer.concat(ZSTD), {}, step), [`frame one\n${second}`]);
    }
  });

  it('refuses zstd that is cut off or broken', async () => {
    for (const cut of [5, 20, ZSTD[1]!.length - 1])
      await refuses(
        ZSTD[1]!.subarray(0, cut),
        {},
        new RegExp(`the zstd stream is cut off: the file ends at byte ${cut},`, 'u'),
      );
    await refuses(
      Buffer.concat([...ZSTD, Buffer.from('garbage')]),
      {},
      /broken zstd in the frame at byte \d+ \(no frame begins there\)/u,
    );
    await refuses(Buffer.concat([...ZSTD, Buffer.from('?')]), {}, /no frame begins there/u);
    await refuses(Buffer.concat([...ZSTD, ZSTD[0]!.subarray(0, 3)]), {}, /cut off/u);
  });

  it(
    'refuses zstd whose content is not that of its checksum or size, and reads past frames to ' +
      'be skipped',
    async () => {
      const other = Buffer.from(ZSTD[0]!);
      other.write('ONE', other.indexOf('one'));
      await refuses(
        Buffer.concat([ZSTD[1]!, other]),
        {},
        new RegExp(
          `in the frame at byte ${ZSTD[1]!.length} \\(its content does not have its checksum`,
          'u',
        ),
      );
      for (const frame of ZSTD) {
        const expected = await documentsOf(frame);
        for (let at = 4; at < frame.length; at++) {
          for (const bit of [1, 0x40]) {
            const broken = Buffer.from(frame);
            broken[at]! ^= bit;
            await documentsOf(broken).then(
              (found) => assert.deepEqual(found, expected, `byte ${at}`),
              (error: unknown) =>
                assert.ok(error instanceof Failure && error.type === 'DataError', String(error)),
            );
          }
        }
      }
      const skipped = Buffer.concat([
        Buffer.from([0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0]),
        Buffer.from('abc'),
      ]);
      for (const step of [1, 1000])
        assert.deepEqual(
          await documentsOf(Buffer.concat([skipped, ZSTD[0]!, skipped, ZSTD[0]!]), {}, step),
          ['frame one\nframe one\n'],
        );
      await refuses(Buffer.concat([ZSTD[0]!, skipped.subarray(0, -1)]), {}, /cut off/u);
    },
  );

  it('refuses what grows beyond the limit', async () => {
    const bomb = gzipSync(Buffer.alloc(20_000_000, 'a'));
    await refuses(
      bomb,
      { maximumRatio: 500 },
      /decompress to more than \d+, 500 times as many; .* source\.maximumRatio/u,
    );
    assert.equal((await documentsOf(bomb, { maximumRatio: 2000 }))[0]?.length, 20_000_000);
    await refuses(gzipSync(gzipSync(Buffer.alloc(1000))), {}, /NUL|UTF-8/u);
  });

  it('OSCAR 22.01 by its fields', async () => {
    const line = (content: string) =>
      `${JSON.stringify({ content, warc_headers: { 'warc-type': 'conversion' }, metadata: {} })}\n`;
    assert.deepEqual(await documentsOf(Buffer.from(line('eins\nzwei') + line('drei'))), [
      'eins\nzwei',
      'drei',
    ]);
    assert.deepEqual(await documentsOf(gzipSync(line('one')), { format: 'oscar' }), ['one']);
  });

  it('OSCAR 2019, where it is named: an empty line ends a document', async () => {
    const text = Buffer.from('a b\nc\n\n\nd\n \ne');
    for (const step of [1, 100]) {
      assert.deepEqual(await documentsOf(text, { format: 'oscar-2019' }, step), [
        'a b\nc\n',
        'd\n',
        'e\n',
      ]);
      assert.deepEqual(await documentsOf(gzipSync(text), { format: 'oscar-2019' }, step), [
        'a b\nc\n',
        'd\n',
        'e\n',
      ]);
    }
    assert.deepEqual(await documentsOf(Buffer.from('\n\n'), { format: 'oscar-2019' }), []);
  });

  it('Common Crawl WET, of many gzip members', async () => {
    const records = [
      record('warcinfo', 'Software-Info: x\r\n'),
      record('conversion', 'first ü\npage', 'WARC-Target-URI: http://a/\r\n'),
      record('conversion', ''),
      record('conversion', 'WARC/1.0 within\r\n\r\n'),
    ];
    const expected = ['first ü\npage', '', 'WARC/1.0 within\r\n\r\n'];
    for (const step of [1, 17, 5000]) {
      assert.deepEqual(
        await documentsOf(Buffer.concat(records.map((one) => gzipSync(one))), {}, step),
        expected,
      );
      assert.deepEqual(await documentsOf(Buffer.from(records.join('')), {}, step), expected);
    }
    await refuses(
      Buffer.from(`${records[1]}nonsense\r\n`),
      {},
      /record 2, at byte \d+: expected WARC\/1\.0, found "nonsense"/u,
    );
    await refuses(
      Buffer.from(records[1]!.slice(0, -8)),
      {},
      /record 1, at byte 0: the file ends within the record: \d+ of 13 bytes/u,
    );
    await refuses(
      Buffer.from('WARC/1.0\r\nWARC-Type: conversion\r\n\r\n'),
      {},
      /expected a Content-Length, found none/u,
    );
    await refuses(
      Buffer.from(records[1]!),
      { longestLine: 5 },
      /13 bytes, more than source\.longestLine/u,
    );
  });

  it('Parquet with a column of text or lists of it', async () => {
    for (const profile of ['internal', 'published'] as const) {
      const text = await encodeParquet(
        { id: 'int32', text: 'utf8' },
        { id: Int32Array.of(1, 2, 3), text: ['eins ü', '', 'drei'] },
        { profile, rowGroupRows: 2 },
      );
      assert.deepEqual(await documentsOf(text), ['eins ü', '', 'drei']);
      const lists = await encodeParquet(
        { text: 'list<utf8>' },
        { text: { offsets: Int32Array.of(0, 2, 2, 3), values: ['a b', 'c', 'd'] } },
        { profile },
      );
      assert.deepEqual(await documentsOf(lists), ['a b\nc', '', 'd']);
    }
  });

  it('refuses Parquet that is cut off, and columns that are missing or of another type', async () => {
    const table = await encodeParquet(
      { id: 'int32', text: 'utf8' },
      { id: Int32Array.of(1, 2), text: ['one', 'two'] },
      { profile: 'internal' },
    );
    for (const cut of [8, 100, table.length - 1])
      await refuses(table.subarray(0, cut), {}, /the Parquet file is cut off/u);
    await refuses(table, { field: 'body' }, /no column "body", only id, text/u);
    await refuses(table, { field: 'id' }, /column "id" is int32, expected text/u);
    const broken = Buffer.from(table);
    broken.fill(0xff, 4, 40);
    await refuses(broken, {}, /no page header is there .* is the file whole\?/u);
  });

  it('refuses a line beyond the limit before it is in memory', async () => {
    const line = `{"text":"${'x'.repeat(5000)}"}\n`;
    await refuses(
      Buffer.from(`{"text":"a"}\n${line}`),
      { longestLine: 4000 },
      /line 2 is longer than 4000 bytes.*source\.longestLine/u,
    );
    let made = 0;
    const endless = Readable.from(
      (function* () {
        yield Buffer.from('{"text":"');
        for (; made < 20_000; made++) yield Buffer.alloc(65_536, 'x');
      })(),
    );
    await assert.rejects(async () => {
      for await (const piece of readDocuments(
        { uri: 'file:///corpus/a', size: 2 ** 40 },
        endless,
        OPTIONS,
        rowKeeper(FAIL),
      ))
        assert.ok(piece);
    }, /line 1 is longer than 1000000 bytes/u);
    assert.ok(made < 40, `read ${made} chunks of a line that is too long`);
  });

  it('refuses NUL bytes unless they are allowed', async () => {
    await refuses(
      Buffer.from('one\0two'),
      {},
      /a NUL byte at byte 3 of the text.*source\.nulBytes/u,
    );
    assert.deepEqual(await documentsOf(Buffer.from('one\0two'), { nulBytes: 'space' }), [
      'one\0two',
    ]);
  });
});
