import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, it } from 'vitest';
import * as fc from 'fast-check';
import { Failure } from '../../schemas/failures.ts';
import { readDocuments } from '../../sources/read-documents.ts';
import { rowKeeper } from '../../sources/row-keeper.ts';
import type { ReadOptions } from '../../sources/source-options.ts';

const FAIL = { badRows: 'fail', badRowsMost: 0 } as const;
const OPTIONS: ReadOptions = {
  format: 'auto',
  field: 'text',
  invalidUtf8: 'fail',
  nulBytes: 'fail',
  maximumRatio: 1000,
  longestLine: 1_000_000,
};

interface Input extends Partial<ReadOptions> {
  uri?: string;
  /** Listed bytes, where they are not those that come. */
  size?: number;
  /** Bytes that come at once. */
  step?: number;
}

async function read(
  content: string | Uint8Array,
  { uri = 'file:///corpus/a', size, step = 65_536, ...options }: Input = {},
) {
  const bytes = Buffer.from(content);
  const chunks = Array.from({ length: Math.ceil(bytes.length / step) }, (_, k) =>
    bytes.subarray(k * step, (k + 1) * step),
  );
  const stream = Readable.from(chunks);
  const documents: string[] = [];
  let text: Buffer[] = [];
  let replaced = 0;
  try {
    for await (const piece of readDocuments(
      { uri, size: size ?? bytes.length },
      stream,
      { ...OPTIONS, ...options },
      rowKeeper(FAIL),
    )) {
      text.push(Buffer.from(piece.bytes));
      replaced += piece.replaced;
      if (!piece.endsDocument) continue;
      documents.push(Buffer.concat(text).toString('utf8'));
      text = [];
    }
  } finally {
    assert.ok(stream.destroyed, 'the stream is closed, whatever happened');
  }
  assert.equal(Buffer.concat(text).length, 0);
  return { documents, replaced };
}

async function refuses(
  content: string | Uint8Array,
  input: Input,
  expected: RegExp,
): Promise<void> {
  for (const step of [1, 7, 65_536]) {
    await assert.rejects(read(content, { ...input, step }), (error: unknown) => {
      assert.ok(error instanceof Failure && error.type === 'DataError', String(error));
      assert.match(error.message, expected);
      assert.match(error.message, /file:\/\/\/corpus\/a/u);
      return true;
    });
  }
}

const documentsOf = async (content: string | Uint8Array, input: Input = {}) =>
  (await read(content, input)).documents;

describe('readDocuments', () => {
  it('takes a text file for one document, line ends and all', async () => {
    for (const step of [1, 2, 3, 1000])
      assert.deepEqual(await documentsOf('eins\r\nzwei\n\ndreißig 😀\n', { step }), [
        'eins\r\nzwei\n\ndreißig 😀\n',
      ]);
  });

  it('takes an empty file for a document without words, and for no lines', async () => {
    assert.deepEqual(await documentsOf(''), ['']);
    assert.deepEqual(await documentsOf('\ufeff'), ['']);
    assert.deepEqual(await documentsOf(gzipSync('')), ['']);
    assert.deepEqual(await documentsOf('', { format: 'jsonl' }), []);
  });

  it('skips a byte order mark at the start alone', async () => {
    for (const step of [1, 2, 100]) {
      assert.deepEqual(await documentsOf('\ufeffa\ufeff', { step }), ['a\ufeff']);
      assert.deepEqual(await documentsOf('\ufeff{"text":"a"}\n', { step }), ['a']);
    }
  });

  it('takes each line of JSON Lines for a document', async () => {
    const lines =
      '{"text":"one"}\r\n' +
      '\n' +
      '  \n' +
      '{"text":"two \\n \\ud83d\\ude00","id":7}\n' +
      '{"text":""}\n' +
      '{"text":"drei ß"}';
    for (const step of [1, 5, 1000])
      assert.deepEqual(await documentsOf(lines, { step, format: 'jsonl' }), [
        'one',
        'two \n 😀',
        '',
        'drei ß',
      ]);
    assert.deepEqual(await documentsOf('{"a":{"b":{"c":"deep"}}}\n', { field: 'a.b.c' }), ['deep']);
  });

  it('finds the format by name or by the first character', async () => {
    const line = '{"text":"one"}\n';
    for (const name of ['a.jsonl', 'a.ndjson', 'a.JSONL.gz', 'a.ndjson.gz', 'a.json', 'a.txt'])
      assert.deepEqual(await documentsOf(line, { uri: `file:///corpus/${name}` }), ['one'], name);
    assert.deepEqual(await documentsOf(` ${line}`), [` ${line}`]);
    assert.deepEqual(await documentsOf(` ${line}`, { uri: 'file:///corpus/a.jsonl' }), ['one']);
    assert.deepEqual(await documentsOf(line, { format: 'text' }), [line]);
    await refuses('plain text', { format: 'jsonl' }, /line 1: not JSON/u);
  });

  it('finds gzip by its content, of one member or several', async () => {
    const members = Buffer.concat([gzipSync('first '), gzipSync(''), gzipSync('second')]);
    for (const step of [1, 2, 10, 1000]) {
      assert.deepEqual(await documentsOf(members, { step, uri: 'file:///corpus/a.txt' }), [
        'first second',
      ]);
      assert.deepEqual(await documentsOf('not gzip', { step, uri: 'file:///corpus/a.gz' }), [
        'not gzip',
      ]);
    }
    assert.deepEqual(await documentsOf(gzipSync('{"text":"one"}\n')), ['one']);
  });

  it('gives the same text however the bytes come', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'grapheme', maxLength: 50 }),
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        async (text, step, isCompressed) => {
          const content = `x${text}`;
          assert.deepEqual(
            await documentsOf(isCompressed ? gzipSync(content) : content, { step }),
            [content],
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  it('holds no more than a few chunks of a large file', async () => {
    const chunk = Buffer.from('many words and no end of a line '.repeat(2048));
    const count = 3000;
    let ahead = 0;
    const stream = Readable.from(
      (function* () {
        for (let k = 0; k < count; k++, ahead++) yield chunk;
      })(),
    );
    let read = 0;
    for await (const { bytes } of readDocuments(
      { uri: 'file:///corpus/a', size: chunk.length * count },
      stream,
      OPTIONS,
      rowKeeper(FAIL),
    )) {
      read += bytes.length;
      assert.ok(ahead * chunk.length - read < 40 * chunk.length);
    }
    assert.equal(read, chunk.length * count);
  });

  it('names the byte of broken and cut off gzip', async () => {
    const random = Buffer.from(
      Array.from({ length: 5000 }, (_, k) => (k * k * 31 + (k >> 3)) & 127),
    );
    const whole = gzipSync(random);
    const broken = Buffer.from(whole);
    broken[whole.length >> 1]! ^= 0x55;
    broken.fill(0xff, (whole.length >> 1) + 1, (whole.length >> 1) + 9);
    await refuses(
      broken,
      { nulBytes: 'space' },
      /broken gzip in the 65536 bytes from byte \d+ \(/u,
    );
    for (const length of [3, 9, whole.length >> 1, whole.length - 1])
      await refuses(
        whole.subarray(0, length),
        { nulBytes: 'space' },
        new RegExp(`cut off: the file ends at byte ${length},`, 'u'),
      );
    await refuses(Buffer.concat([whole, whole.subarray(0, 20)]), { nulBytes: 'space' }, /cut off/u);
    await refuses(
      Buffer.concat([whole, Buffer.from('garbage')]),
      { nulBytes: 'space' },
      /broken gzip/u,
    );
    await refuses(
      Buffer.concat([whole, Buffer.alloc(9), whole]),
      { nulBytes: 'space' },
      new RegExp(`at byte ${whole.length} of ${2 * whole.length + 9} expected another member`, 'u'),
    );
  });

  it('names the byte of invalid UTF-8', async () => {
    const before = 'ü'.repeat(50_000);
    const bad = Buffer.concat([Buffer.from(before), Buffer.from([0xc3, 0x28, 0x61])]);
    await assert.rejects(
      read(bad, { step: 65_536 }),
      /file:\/\/\/corpus\/a: invalid UTF-8 at byte 100000 of the text \(found c3 28 61\)/u,
    );
    await assert.rejects(
      read(gzipSync(bad), { step: 100 }),
      /invalid UTF-8 at byte 100000 of the text/u,
    );
    await refuses(
      Buffer.from([0x61, 0xe2, 0x82]),
      {},
      /invalid UTF-8 at byte 1 of the text \(found e2 82\)/u,
    );
    await refuses(Buffer.from('\ufeffwide', 'utf16le'), {}, /byte 0 .*UTF-16/u);
    await refuses(Buffer.from([0x7b, 0xff, 0x7d]), { format: 'jsonl' }, /invalid UTF-8 at byte 1/u);
  });

  it('replaces and counts invalid UTF-8 as a browser does', async () => {
    const byte = fc.oneof(
      fc.constantFrom(
        0x61,
        0x80,
        0xbf,
        0xc2,
        0xe0,
        0xa0,
        0x9f,
        0xed,
        0xef,
        0xbb,
        0xf0,
        0x90,
        0xf4,
        0x8f,
        0xff,
      ),
      fc.integer({ min: 0, max: 255 }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(byte, { maxLength: 24 }),
        fc.integer({ min: 1, max: 8 }),
        async (bytes, step) => {
          const content = Buffer.from([0x61, ...bytes]);
          const { documents, replaced } = await read(content, {
            step,
            invalidUtf8: 'replace',
            nulBytes: 'space',
            format: 'text',
          });
          const expected = new TextDecoder('utf-8', { ignoreBOM: true }).decode(content);
          assert.deepEqual(documents, [expected]);
          // U+FFFD that was there is no replacement.
          const there = content.toString('latin1').split('ï¿½').length - 1;
          assert.equal(replaced, expected.split('\ufffd').length - 1 - there);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('names the line of what is no text in JSON Lines', async () => {
    const good = '{"text":"ok","meta":{"title":"t"},"tags":["x"],"n":1,"none":null}\n';
    const format = 'jsonl';
    await refuses(`${good}\n{"text": oops}\n`, { format }, /a line 3: not JSON/u);
    await refuses(`${good}{"text":"cut`, { format }, /a line 2: not JSON/u);
    await refuses(
      `${good}{"body":"x","id":1}\n`,
      { format },
      /a line 2 has no field "text", only body, id; set source\.field/u,
    );
    await refuses(
      `${good}"text"\n`,
      { format },
      /a line 2: expected an object with "text", found a string/u,
    );
    await refuses(
      `${good}[{"text":"x"}]\n`,
      { format },
      /a line 2: expected an object with "text", found an array/u,
    );
    await refuses(
      good,
      { format, field: 'n' },
      /a line 1: field "n" holds a number, expected a string/u,
    );
    await refuses(good, { format, field: 'none' }, /field "none" holds null/u);
    await refuses(good, { format, field: 'meta' }, /field "meta" holds an object/u);
    await refuses(
      good,
      { format, field: 'meta.author' },
      /a line 1: "meta" has no field "author", only title/u,
    );
    await refuses(
      good,
      { format, field: 'text.x' },
      /a line 1: "text": expected an object with "x", found a string/u,
    );
    await refuses(good, { format, field: 'toString' }, /has no field "toString"/u);
  });

  it('refuses a file that is not as long as it was listed', async () => {
    for (const content of [Buffer.from('ten bytes.'), gzipSync('some text')]) {
      await refuses(
        content,
        { size: content.length + 5 },
        new RegExp(
          `changed while it was read: ${content.length + 5} bytes when it was listed, ` +
            `${content.length} now`,
          'u',
        ),
      );
      await refuses(
        content,
        { size: content.length - 1 },
        /changed while it was read: \d+ bytes when it was listed, at least \d+ now/u,
      );
    }
    await refuses('', { size: 1 }, /changed while it was read/u);
  });

  it('passes on an error of the stream', async () => {
    for (const head of [Buffer.from('some text'), gzipSync('some text').subarray(0, 15)]) {
      const stream = Readable.from(
        (async function* () {
          yield head;
          throw new Error('the network is gone');
        })(),
      );
      await assert.rejects(async () => {
        for await (const piece of readDocuments(
          { uri: 'file:///corpus/a', size: 100 },
          stream,
          OPTIONS,
          rowKeeper(FAIL),
        ))
          assert.ok(piece);
      }, /the network is gone/u);
    }
  });

  it('closes the stream when nobody reads on', async () => {
    for (const format of ['text', 'auto', 'jsonl', 'oscar-2019'] as const) {
      const stream = Readable.from(
        Array.from({ length: 100 }, () => Buffer.from('{"text":"one"}\n')),
      );
      for await (const piece of readDocuments(
        { uri: 'file:///corpus/a', size: 1500 },
        stream,
        { ...OPTIONS, format },
        rowKeeper(FAIL),
      ))
        if (piece.bytes.length > 0) break;
      assert.ok(stream.destroyed);
    }
  });
});
