import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import type { TableColumns, TableSchema } from '../../../store/tables/columns.ts';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { Failure } from '../../../schemas/failures.ts';
import {
  beginParquetFile,
  decodeParquet,
  encodeParquet,
  writeParquetFile,
} from '../../../store/tables/parquet.ts';
import { readBinaryColumn, streamColumn } from '../../../store/tables/stream-column.ts';

const SCHEMA = {
  id: 'int32',
  count: 'int64',
  weight: 'float32',
  exact: 'float64',
  word: 'utf8',
  row: 'list<int32>',
  words: 'list<utf8>',
  code: 'binary(3)',
} as const satisfies TableSchema;

interface Row {
  id: number;
  count: bigint;
  weight: number;
  exact: number;
  word: string;
  row: number[];
  words: string[];
  code: Uint8Array;
}

const word = fc.string({ unit: 'grapheme', maxLength: 8 });
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const rows = fc.array(
  fc.record<Row>({
    id: int32,
    count: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    weight: fc.float(),
    exact: fc.double(),
    word,
    row: fc.array(int32, { maxLength: 5 }),
    words: fc.array(word, { maxLength: 5 }),
    code: fc.uint8Array({ minLength: 3, maxLength: 3 }),
  }),
  { maxLength: 60 },
);

const offsetsOf = (lists: unknown[][]): Int32Array => {
  const offsets = new Int32Array(lists.length + 1);
  lists.forEach((list, i) => (offsets[i + 1] = offsets[i]! + list.length));
  return offsets;
};

function columnsOf(table: Row[]): TableColumns<typeof SCHEMA> {
  return {
    id: Int32Array.from(table, ({ id }) => id),
    count: BigInt64Array.from(table, ({ count }) => count),
    weight: Float32Array.from(table, ({ weight }) => weight),
    exact: Float64Array.from(table, ({ exact }) => exact),
    word: table.map((row) => row.word),
    row: {
      offsets: offsetsOf(table.map(({ row }) => row)),
      values: Int32Array.from(table.flatMap(({ row }) => row)),
    },
    words: {
      offsets: offsetsOf(table.map(({ words }) => words)),
      values: table.flatMap(({ words }) => words),
    },
    code: Uint8Array.from(table.flatMap(({ code }) => [...code])),
  };
}

const SMALL = columnsOf([
  {
    id: 1,
    count: 2n,
    weight: 0.5,
    exact: -0.25,
    word: 'weaver',
    row: [1, 2],
    words: ['loom'],
    code: Uint8Array.of(1, 2, 3),
  },
  {
    id: -7,
    count: -9n,
    weight: 3,
    exact: 1e300,
    word: 'fädchen',
    row: [],
    words: ['', '線', '🧵'],
    code: Uint8Array.of(4, 5, 6),
  },
]);

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('parquet', () => {
  it('returns every table that was encoded, in any row groups and both dresses', async () => {
    await fc.assert(
      fc.asyncProperty(
        rows,
        fc.constantFrom('published' as const, 'internal' as const),
        fc.integer({ min: 1, max: 70 }),
        async (table, profile, rowGroupRows) => {
          const columns = columnsOf(table);
          assert.deepEqual(
            await decodeParquet(
              await encodeParquet(SCHEMA, columns, { profile, rowGroupRows }),
              SCHEMA,
            ),
            columns,
          );
        },
      ),
      { numRuns: 120 },
    );
  });

  it('codes long columns of words, ASCII or not, across its chunks', async () => {
    for (const word of [
      Array.from({ length: 20_000 }, (_, i) => `word${i}`),
      Array.from({ length: 20_000 }, (_, i) => (i % 999 === 0 ? `wört🧵${i}` : `word${i}`)),
      ['\u{FEFF}mark', ''],
    ]) {
      assert.deepEqual(
        await decodeParquet(
          await encodeParquet(
            { word: 'utf8' },
            { word },
            { profile: 'internal', rowGroupRows: 7001 },
          ),
          { word: 'utf8' },
        ),
        { word },
      );
    }
  });

  it('takes columns in shared memory', async () => {
    const id = new Int32Array(new SharedArrayBuffer(12)).fill(5);
    assert.deepEqual(
      await decodeParquet(await encodeParquet({ id: 'int32' }, { id }, { profile: 'internal' }), {
        id: 'int32',
      }),
      { id: Int32Array.of(5, 5, 5) },
    );
  });

  it('gives the same bytes for the same table', async () => {
    for (const [profile, expected] of [
      ['published', 'ecd5e638cc894ea6d6f2b464266c81f6e35ad99dff6129d0af9980ea2934b4eb'],
      ['internal', 'c6b355ed5137a2a860bac66df0cdb744574a6c2a2295fafd2fa30cb92a48682c'],
    ] as const) {
      const first = await encodeParquet(SCHEMA, SMALL, { profile });
      assert.equal(digest(await encodeParquet(SCHEMA, SMALL, { profile })), digest(first));
      assert.equal(digest(first), expected, profile);
    }
  });

  it('reads some of the columns', async () => {
    const bytes = await encodeParquet(SCHEMA, SMALL, { profile: 'internal' });
    assert.deepEqual(await decodeParquet(bytes, { words: 'list<utf8>', id: 'int32' }), {
      words: SMALL.words,
      id: SMALL.id,
    });
  });

  it('refuses other names and types, and bytes that are no Parquet', async () => {
    for (const profile of ['published', 'internal'] as const) {
      const bytes = await encodeParquet(SCHEMA, SMALL, { profile });
      const decode = (schema: TableSchema) => decodeParquet(bytes, schema, 'tokens.parquet');
      await assert.rejects(decode({ id: 'int32', nothing: 'utf8' }), {
        name: 'IntegrityError',
        message: 'tokens.parquet, column nothing: expected utf8, found none',
      });
      await assert.rejects(decode({ id: 'int64' }), {
        name: 'IntegrityError',
        message: 'tokens.parquet, column id: expected int64, found int32',
      });
      await assert.rejects(decode({ code: 'binary(4)' }), {
        name: 'IntegrityError',
        message: /expected binary\(4\), found binary\(3\)/,
      });
      await assert.rejects(decode({ row: 'list<utf8>' }), {
        name: 'IntegrityError',
        message: /expected list<utf8>, found list<int32>/,
      });
      for (const wrong of [
        new Uint8Array(0),
        Uint8Array.of(1, 2, 3),
        bytes.subarray(0, bytes.length - 9),
      ]) {
        await assert.rejects(decodeParquet(wrong, SCHEMA, 'x.parquet'), {
          name: 'IntegrityError',
          message: /^x\.parquet: \d+ bytes that cannot be read as Parquet/,
        });
      }
    }
  });

  it('reads its own tables as parquet-wasm reads them, and refuses those whose pages are broken', async () => {
    const integers = fc.oneof(
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      fc.bigInt({ min: -500n, max: 500n }),
      fc.bigInt({ min: 0n, max: 2n ** 50n }),
    );
    const kinds = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.nat(70_000), fc.integer());
    const table = fc.array(
      fc.record({ id: kinds, count: integers, row: fc.array(kinds, { maxLength: 5 }) }),
      { minLength: 1, maxLength: 400 },
    );
    const SOME = { id: 'int32', count: 'int64', row: 'list<int32>' } as const;
    await fc.assert(
      fc.asyncProperty(
        table,
        fc.constantFrom(7, 129, 1_000_000),
        fc.nat(),
        async (made, rowGroupRows, broken) => {
          const columns = {
            id: Int32Array.from(made, ({ id }) => id),
            count: BigInt64Array.from(made, ({ count }) => count),
            row: {
              offsets: offsetsOf(made.map(({ row }) => row)),
              values: Int32Array.from(made.flatMap(({ row }) => row)),
            },
          };
          const bytes = await encodeParquet(SOME, columns, { profile: 'internal', rowGroupRows });
          assert.deepEqual(await decodeParquet(bytes, SOME), columns);
          // Another writer's name sends it to the general reader.
          const foreign = Buffer.from(
            Buffer.from(bytes).toString('latin1').replace('hashloom tables', 'another writer!'),
            'latin1',
          );
          assert.deepEqual(await decodeParquet(new Uint8Array(foreign), SOME), columns);
          const damaged = bytes.slice();
          damaged[broken % damaged.length]! ^= 1 + (broken % 255);
          await decodeParquet(damaged, SOME, 'x').catch((error: Error) =>
            assert.equal(error.name, 'IntegrityError', error.stack),
          );
        },
      ),
      { numRuns: 200 },
    );
  });

  it('refuses columns that do not fit together and strings without UTF-8', async () => {
    const encode = (schema: TableSchema, columns: object) =>
      encodeParquet(schema, columns as TableColumns<TableSchema>, { profile: 'internal' });
    await assert.rejects(encode({ a: 'int32', b: 'utf8' }, { a: Int32Array.of(1, 2), b: ['x'] }), {
      name: 'RangeError',
      message: 'column b has 1 rows, expected 2 as in the columns before',
    });
    await assert.rejects(encode({ a: 'binary(4)' }, { a: new Uint8Array(6) }), {
      name: 'RangeError',
      message: /6 bytes are no multiple of 4/,
    });
    await assert.rejects(
      encode(
        { a: 'list<int32>' },
        { a: { offsets: Int32Array.of(0, 3), values: Int32Array.of(1) } },
      ),
      { name: 'RangeError', message: /from 0 to 3, expected from 0 to 1/ },
    );
    await assert.rejects(
      encode(
        { a: 'list<int32>' },
        { a: { offsets: Int32Array.of(0, 2, 1), values: Int32Array.of(1) } },
      ),
      { name: 'RangeError', message: /offset 2 is 1, less than 2/ },
    );
    await assert.rejects(encode({ a: 'utf8' }, { a: ['fine', 'half \uD83E'] }), {
      name: 'DataError',
      message: /column a, string 1: lone surrogate U\+D83E at character 5/,
    });
    await assert.rejects(encode({ a: 'utf8' }, { a: ['\uD83E', '\uDDF5'] }), { name: 'DataError' });
  });
});

describe('a Parquet file that grows', () => {
  const CODED = { item: 'int32', code: 'binary(3)' } as const satisfies TableSchema;
  const coded = (first: number, rows: number) => ({
    item: Int32Array.from({ length: rows }, (_, at) => first + at),
    code: Uint8Array.from({ length: 3 * rows }, (_, at) => (first + at) % 251),
  });

  async function inFolder<Result>(
    work: (file: (name: string) => string) => Promise<Result>,
  ): Promise<Result> {
    const folder = await mkdtemp(join(tmpdir(), 'hashloom-parquet-'));
    try {
      return await work((name) => join(folder, name));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  it('holds the rows of its batches in order, in both dresses, and has the same bytes each time', async () => {
    await inFolder(async (file) => {
      for (const profile of ['published', 'internal'] as const) {
        const batches = [coded(0, 70), coded(70, 1), coded(71, 200)];
        await writeParquetFile(file('a'), CODED, batches, { profile, rowGroupRows: 64 });
        const writer = beginParquetFile(file('b'), CODED, { profile, rowGroupRows: 64 });
        for (const batch of batches) await writer.add(batch);
        await writer.end();
        const bytes = await readFile(file('a'));
        assert.ok(bytes.equals(await readFile(file('b'))));
        const read = await decodeParquet(bytes, CODED);
        assert.deepEqual(read.item, coded(0, 271).item);
        assert.deepEqual(read.code.subarray(0, 210), coded(0, 70).code);
        assert.deepEqual(read.code.subarray(213), coded(71, 200).code);
      }
    });
  });

  it('ends with an error where columns do not fit or the folder is not there', async () => {
    await inFolder(async (file) => {
      const writer = beginParquetFile(file('a'), CODED, { profile: 'published' });
      await assert.rejects(
        writer.add({ item: new Int32Array(2), code: new Uint8Array(3) }),
        /column code has 1 rows, expected 2/,
      );
      await writer.add(coded(0, 2));
      await writer.end();
      await assert.rejects(
        writeParquetFile(file('none/a'), CODED, [coded(0, 10)], { profile: 'published' }),
        /ENOENT/,
      );
    });
  });

  it('gives one binary column batch by batch, from both writers, and refuses what it is not', async () => {
    const whole = coded(0, 300);
    const files = [
      await encodeParquet(CODED, whole, { profile: 'internal', rowGroupRows: 90 }),
      await encodeParquet(CODED, whole, { profile: 'published', rowGroupRows: 128 }),
    ];
    for (const bytes of files) {
      const out = new Uint8Array(900);
      await readBinaryColumn(new Blob([bytes]), 'code', 3, out, 'codes.parquet');
      assert.deepEqual(out, whole.code);
      const refuses = (blob: Blob, name: string, width: number, size: number, message: RegExp) =>
        assert.rejects(
          readBinaryColumn(blob, name, width, new Uint8Array(size), 'codes.parquet'),
          (error) =>
            error instanceof Failure &&
            error.type === 'IntegrityError' &&
            message.test(error.message),
        );
      await refuses(
        new Blob([bytes]),
        'code',
        3,
        897,
        /codes\.parquet, column code: more than 299 rows/,
      );
      await refuses(new Blob([bytes]), 'code', 3, 903, /column code: 300 rows, expected 301/);
      await refuses(
        new Blob([bytes]),
        'item',
        4,
        1200,
        /column item: expected binary\(4\), found int32/,
      );
      await refuses(
        new Blob([bytes.subarray(0, bytes.length - 9)]),
        'code',
        3,
        900,
        /cannot be read as Parquet/,
      );
    }
  });

  it('gives rows of strings and of 64-bit numbers piece by piece, all or a range', async () => {
    const KEYED = { id: 'int64', word: 'utf8' } as const satisfies TableSchema;
    const words = Array.from({ length: 500 }, (_, at) =>
      ['', 'é', '線', 'loom'][at % 4]!.repeat(at % 5),
    );
    const ids = BigInt64Array.from(words, (_, at) => BigInt(at - 250) * 9_007_199_254_740_993n);
    for (const profile of ['internal', 'published'] as const) {
      const blob = new Blob([
        await encodeParquet(KEYED, { id: ids, word: words }, { profile, rowGroupRows: 120 }),
      ]);
      for (const [from, to] of [
        [0, 500],
        [100, 101],
        [119, 361],
        [480, 500],
      ] as const) {
        const read: string[] = [];
        const numbers: bigint[] = [];
        for await (const { rows, bytes, offsets } of streamColumn(blob, 'word', 'utf8', 'items', {
          from,
          to,
        })) {
          for (let at = 0; at < rows; at++)
            read.push(Buffer.from(bytes.subarray(offsets![at], offsets![at + 1])).toString());
        }
        for await (const { rows, bytes } of streamColumn(blob, 'id', 'int64', 'items', {
          from,
          to,
        })) {
          for (let at = 0; at < rows; at++) numbers.push(Buffer.from(bytes).readBigInt64LE(8 * at));
        }
        assert.deepEqual([read, numbers], [words.slice(from, to), [...ids.subarray(from, to)]]);
      }
    }
  });
});
