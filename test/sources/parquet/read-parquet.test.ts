import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'vitest';
import { Failure } from '../../../schemas/failures.ts';
import { type ParquetValue, valueOf } from '../../../sources/parquet/column-values.ts';
import type { ColumnKind } from '../../../sources/parquet/column-types.ts';
import { vectorFile } from '../../store/vector-file.ts';
import { readParquet } from '../../../sources/parquet/read-parquet.ts';

const FOLDER = new URL('../../fixtures/foreign/', import.meta.url);
/** Both are of pyarrow, with pages of a few values. */
const FILES = ['types-v1-snappy.parquet', 'types-v2-zstd.parquet'] as const;

const KINDS: Record<string, ColumnKind> = {
  text: 'text',
  large: 'text',
  binary: 'text',
  dictionary: 'label',
  int8: 'id',
  uint32: 'number',
  uint64: 'id',
  float16: 'number',
  decimal9: 'number',
  decimal38: 'number',
  boolean: 'number',
  nulls: 'text',
  tags: 'text',
  ints: 'ids',
  vector: 'numbers',
  fixed: 'numbers',
  half: 'numbers',
  flags: 'label',
  'struct.name': 'id',
  'struct.list': 'numbers',
};

type Expected = Record<string, unknown[]>;

async function rowsOf(
  bytes: Uint8Array,
  wanted: Record<string, ColumnKind>,
  runBytes?: number,
): Promise<{ columns: Expected; read: number }> {
  const columns: Expected = Object.fromEntries(Object.keys(wanted).map((name) => [name, []]));
  let read = 0;
  const range = (from: number, to: number) => {
    read += to - from;
    return Promise.resolve(bytes.subarray(from, to));
  };
  const named = Object.entries(wanted).map(([name, kind]) => ({ name, kind, key: 'source.field' }));
  const file = { uri: 'a.parquet', size: bytes.length, range };
  const limits = { maximumRatio: 1000, ...(runBytes !== undefined && { runBytes }) };
  for await (const batch of readParquet(file, named, limits))
    for (let row = 0; row < batch.rows; row++)
      for (const column of batch.columns)
        columns[column!.column.name]!.push(plain(valueOf(column!, row)));
  return { columns, read };
}

function plain(value: ParquetValue | ParquetValue[]): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (typeof value !== 'bigint') return value ?? null;
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
}

async function expectedColumns(): Promise<Expected> {
  const all = JSON.parse(await readFile(new URL('types.json', FOLDER), 'utf8')) as Expected;
  return Object.fromEntries(
    Object.keys(KINDS).map((name) => {
      const [root, within] = name.split('.');
      const values = all[root!]!;
      if (within === undefined) return [name, values];
      return [
        name,
        values.map((each) => (each as Record<string, unknown> | null)?.[within] ?? null),
      ];
    }),
  );
}

async function refuses(read: Promise<unknown>, expected: RegExp): Promise<void> {
  await assert.rejects(read, (error: unknown) => {
    assert.ok(error instanceof Failure && error.type === 'DataError', String(error));
    assert.match(error.message, expected);
    return true;
  });
}

describe('readParquet', () => {
  for (const name of FILES)
    for (const runBytes of [1, 300, 3000, undefined])
      it(`reads every type of ${name} in runs of ${runBytes ?? 'many'} bytes`, async () => {
        const { columns } = await rowsOf(await readFile(new URL(name, FOLDER)), KINDS, runBytes);
        assert.deepEqual(columns, await expectedColumns());
      });

  it('reads each byte once, and those of other columns not at all', async () => {
    const vectors = Array.from({ length: 20_000 }, (_, row) => [row, row / 7, Math.sin(row), -row]);
    const bytes = vectorFile(
      vectors,
      vectors.map((_, row) => `an id ${Math.sin(row)}`),
    );
    const both = await rowsOf(bytes, { vector: 'numbers', id: 'id' }, 10_000);
    // The end of the file, in which the footer is looked for, may hold pages too.
    assert.ok(both.read <= bytes.length + 65_536, `${both.read} bytes of ${bytes.length}`);
    const ids = await rowsOf(bytes, { id: 'id' }, 10_000);
    assert.ok(ids.read < 0.8 * bytes.length, `${ids.read} bytes of ${bytes.length}`);
    assert.equal(ids.columns['id']!.length, vectors.length);
  });

  it('says what it found, and what works', async () => {
    const bytes = await readFile(new URL(FILES[0], FOLDER));
    for (const [name, kind, message] of [
      [
        'time',
        'id',
        /column "time" is a time stamp, expected text or an integer; cast it, or set/u,
      ],
      ['lists', 'numbers', /column "lists" is a list of lists of int64, expected a list of num/u],
      ['struct', 'text', /column "struct" is a struct of name, list, expected text/u],
      ['vector', 'id', /column "vector" is a list of float, expected text or an integer; set/u],
      ['decimal9', 'text', /column "decimal9" is decimal\(9, 2\), expected text/u],
      ['uint64', 'text', /column "uint64" is uint64, expected text/u],
      ['other', 'text', /no column "other", only text, large, .* and 1 more; set source\.field/u],
    ] as const)
      await refuses(rowsOf(bytes, { [name]: kind }), message);
  });

  it('refuses what was changed, wherever, or reads what was written', async () => {
    const bytes = await readFile(new URL(FILES[0], FOLDER));
    const expected = (await expectedColumns())['ints'];
    for (let at = 0; at < bytes.length; at += 37) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 1 << (at % 8);
      await rowsOf(changed, { ints: 'ids' }).then(
        ({ columns }) => {
          // The footer has no checksum, and may name other pages that are whole.
          if (at < bytes.length - footerLength(bytes))
            assert.deepEqual(columns['ints'], expected, `byte ${at}`);
        },
        (error: unknown) =>
          assert.ok(
            error instanceof Failure && error.type === 'DataError',
            `byte ${at}: ${String(error)}`,
          ),
      );
    }
  });

  it('refuses a footer that promises more than it has', async () => {
    const bytes = Buffer.from(await readFile(new URL(FILES[0], FOLDER)));
    await refuses(rowsOf(bytes.subarray(0, -1), { ints: 'ids' }), /the Parquet file is cut off/u);
    bytes.writeUInt32LE(2 ** 31, bytes.length - 8);
    await refuses(rowsOf(bytes, { ints: 'ids' }), /its footer takes 2147483648 bytes, the file/u);
    bytes.writeUInt32LE(40, bytes.length - 8);
    await refuses(rowsOf(bytes, { ints: 'ids' }), /a broken Parquet footer/u);
  });
});

function footerLength(bytes: Buffer): number {
  return bytes.readUInt32LE(bytes.length - 8) + 8;
}
