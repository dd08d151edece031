import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { Failure } from '../../../schemas/failures.ts';
import { publishedBuckets } from '../../../schemas/tables.ts';
import { joinParquet, parquetBytes } from '../../../store/tables/join-parquet.ts';
import { decodeParquet, encodeParquet } from '../../../store/tables/parquet.ts';
import { decodeFields, encodeFields } from '../../../store/tables/thrift-tree.ts';

const SCHEMA = publishedBuckets(16);

function columns(first: number, rows: number) {
  const items = Array.from({ length: rows }, (_, at) =>
    Array.from({ length: (first + at) % 4 }, (_, k) => `w${first + at}-${k}é`),
  );
  const offsets = new Int32Array(rows + 1);
  items.forEach((list, at) => (offsets[at + 1] = offsets[at]! + list.length));
  return {
    table: new Int32Array(rows).fill(1),
    code: Uint8Array.from({ length: 2 * rows }, (_, at) => (first * 2 + at) % 256),
    size: Int32Array.from(items, (list) => list.length),
    items: { offsets, values: items.flat() },
  };
}

const encode = (first: number, rows: number, rowGroupRows = 1000) =>
  encodeParquet(SCHEMA, columns(first, rows), { profile: 'published', rowGroupRows });

async function join(...files: Uint8Array[]): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of joinParquet(
    files.map((bytes, at) => parquetBytes(`file ${at}`, bytes)),
  ))
    pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}

describe('Parquet files joined', () => {
  it('hold the rows of all in order, and are the same bytes however the row groups came in files', async () => {
    const each = await Promise.all([
      encode(0, 700),
      encode(700, 30),
      encode(730, 1),
      encode(731, 900),
    ]);
    const whole = await join(...each);
    assert.deepEqual(await decodeParquet(whole, SCHEMA), columns(0, 1631));
    const [a, b, c, d] = each;
    for (const joined of [
      await join(await join(a, b), await join(c, d)),
      await join(a, await join(b, c, d)),
      await join(await join(await join(a), b, c), d),
    ])
      assert.ok(joined.equals(whole));
    assert.ok((await join(whole)).equals(whole));
  });

  it('are what the writer makes of the same row groups', async () => {
    const whole = await encode(0, 900, 300);
    const joined = await join(await encode(0, 300), await encode(300, 300), await encode(600, 300));
    assert.ok(joined.equals(Buffer.from(whole)));
  });

  it('are refused where one is no Parquet or cut short', async () => {
    const bytes = await encode(0, 50);
    for (const broken of [
      bytes.subarray(0, 9),
      bytes.subarray(0, bytes.length - 1),
      Uint8Array.from(bytes, (byte, at) => (at === bytes.length - 5 ? 0x7f : byte)),
      Uint8Array.from(bytes, (byte, at) =>
        at > bytes.length - 400 && at < bytes.length - 8 ? 0xff : byte,
      ),
    ]) {
      await assert.rejects(
        join(bytes, broken),
        (error) =>
          error instanceof Failure &&
          error.type === 'IntegrityError' &&
          error.message.startsWith('file 1: expected a Parquet file'),
      );
    }
  });
});

describe('structs with their types', () => {
  it('come back as the same bytes, whatever fields they have', async () => {
    const bytes = await encode(0, 3000, 100);
    const length = Buffer.from(bytes).readUInt32LE(bytes.length - 8);
    const footer = bytes.subarray(bytes.length - 8 - length, bytes.length - 8);
    const { fields, end } = decodeFields(footer, 0);
    assert.equal(end, footer.length);
    assert.ok(Buffer.from(footer).equals(encodeFields(fields)));
    const odd = [
      { id: 1, type: 1, value: true },
      { id: 2, type: 2, value: false },
      { id: 40, type: 6, value: -(2 ** 52) },
      { id: 41, type: 9, element: 1, value: [true, false] },
      { id: 42, type: 7, value: new Uint8Array(8) },
      { id: 43, type: 3, value: 7 },
    ];
    assert.deepEqual(
      decodeFields(encodeFields(odd), 0).fields.map(({ value }) => value),
      odd.map(({ value }) => value),
    );
    assert.throws(() => decodeFields(footer.subarray(0, 40), 0), RangeError);
  });
});
