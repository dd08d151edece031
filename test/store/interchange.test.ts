import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { DuckDBBlobValue, DuckDBInstance, DuckDBListValue } from '@duckdb/node-api';
import type { ColumnType, TableSchema } from '../../store/tables/columns.ts';
import { type InterchangeFile, writeInterchangeFiles } from './interchange-files.ts';

/** Of parquetjs-lite, which has no types: the rows one after another, undefined at the end. */
interface ParquetReader {
  getCursor(): { next(): Promise<Record<string, unknown> | null> };
  close(): Promise<void>;
}
const { ParquetReader } = createRequire(import.meta.url)('parquetjs-lite') as {
  ParquetReader: { openFile(path: string): Promise<ParquetReader> };
};

/** As the expected rows are written. */
function asText(type: ColumnType, value: unknown): unknown {
  if (value instanceof DuckDBListValue)
    return value.items.map((item) => asText(type.slice('list<'.length, -1) as ColumnType, item));
  if (value instanceof DuckDBBlobValue) return Buffer.from(value.bytes).toString('hex');
  if (Buffer.isBuffer(value))
    return type.startsWith('binary') ? value.toString('hex') : value.toString('utf8');
  return type.startsWith('int') || typeof value === 'bigint' ? String(value) : value;
}

const rowOf = (schema: TableSchema, row: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(schema).map(([name, type]) => [name, asText(type, row[name])]));

describe('tables in other readers', () => {
  let folder: string;
  let files: InterchangeFile[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hashloom-test-'));
    files = await writeInterchangeFiles(folder);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('DuckDB reads every one of them', async () => {
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    for (const { name, path, schema, rows } of files) {
      const reader = await connection.runAndReadAll(`SELECT * FROM read_parquet('${path}')`);
      assert.deepEqual(reader.columnNames(), Object.keys(schema), name);
      assert.deepEqual(
        reader.getRowObjects().map((row) => rowOf(schema, row)),
        rows,
        name,
      );
    }
    connection.closeSync();
    instance.closeSync();
  });

  it('DuckDB finds a code by the statistics of pages and groups', async () => {
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    const { path, rows } = files.find(({ name }) => name === 'published buckets, 3000 rows')!;
    const wanted = rows[1234]!;
    const reader = await connection.runAndReadAll(
      `SELECT size FROM read_parquet('${path}') WHERE code = ` +
        `'\\x${String(wanted['code']).match(/../g)!.join('\\x')}'::BLOB`,
    );
    assert.ok(reader.getRowObjects().some(({ size }) => String(size) === wanted['size']));
    connection.closeSync();
    instance.closeSync();
  });

  it(
    'parquetjs-lite reads those that are published, though it knows no zstd and no ' +
      'RLE_DICTIONARY',
    async () => {
      const published = files.filter((file) => file.published);
      assert.equal(published.length, 8);
      for (const { name, path, schema, rows } of published) {
        const reader = await ParquetReader.openFile(path);
        const cursor = reader.getCursor();
        for (const [at, expected] of rows.entries())
          assert.deepEqual(
            rowOf(schema, flattened(schema, await cursor.next())),
            expected,
            `${name}, row ${at}`,
          );
        assert.equal(await cursor.next(), null);
        await reader.close();
      }
    },
  );
});

/** It hands a list out as Parquet stores it: {list: [{element}]}. */
function flattened(
  schema: TableSchema,
  row: Record<string, unknown> | null,
): Record<string, unknown> {
  assert.ok(row !== null);
  return Object.fromEntries(
    Object.entries(schema).map(([name, type]) => {
      if (!type.startsWith('list<')) return [name, row[name]];
      const { list } = (row[name] ?? {}) as { list?: { element: unknown }[] };
      return [
        name,
        (list ?? []).map(({ element }) =>
          asText(type.slice('list<'.length, -1) as ColumnType, element),
        ),
      ];
    }),
  );
}
