import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeEntries } from '../../kernels/affinity/delta-coding.ts';
import { RandomStream } from '../../kernels/numbers/random.ts';
import * as tables from '../../schemas/tables.ts';
import {
  type ColumnType,
  isBinary,
  type TableSchema,
  widthOf,
  type WritableColumns,
} from '../../store/tables/columns.ts';
import { createCountsWriter } from '../../store/tables/counts-file.ts';
import { growingFile } from '../../store/growing-file.ts';
import { encodeParquet } from '../../store/tables/parquet.ts';

/**
 * A table as a file, and its rows as any reader should find them: integers as decimal text, binary
 * as hexadecimal, lists as arrays.
 */
export interface InterchangeFile {
  name: string;
  published: boolean;
  path: string;
  schema: TableSchema;
  rows: Record<string, unknown>[];
}

const WORDS = ['', 'a', 'été', '日本', '𝒳', "don't", 'x'.repeat(300), 'é'];
const INT64 = [0n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 5_000_000_000n];

/**
 * Every table of schemas/tables.ts with random rows and the extremes of its types; those between
 * stages, and those that are published.
 */
export async function writeInterchangeFiles(folder: string): Promise<InterchangeFile[]> {
  await mkdir(folder, { recursive: true });
  const {
    codes,
    publishedCodes,
    publishedIdCodes,
    publishedBuckets,
    publishedIdBuckets,
    ...plain
  } = tables;
  const internal: Record<string, TableSchema> = { ...plain, CODES: codes(32) };
  const published: Record<string, TableSchema> = {
    codes: publishedCodes(32),
    'codes-ids': publishedIdCodes(32),
    buckets: publishedBuckets(32),
    'buckets-ids': publishedIdBuckets(32),
  };
  const files: InterchangeFile[] = [];
  for (const [profile, schemas] of [
    ['internal', internal],
    ['published', published],
  ] as const) {
    for (const [name, schema] of Object.entries(schemas)) {
      for (const rows of profile === 'internal' ? [0, 1, 3000] : [1, 3000]) {
        const columns = randomColumns(schema, rows);
        const path = join(folder, `${profile}-${name}-${rows}.parquet`);
        await writeFile(
          path,
          await encodeParquet(schema, columns, { profile, rowGroupRows: 1000 }),
        );
        files.push({
          name: `${profile} ${name}, ${rows} rows`,
          published: profile === 'published',
          path,
          schema,
          rows: rowsAsText(schema, columns, rows),
        });
      }
    }
  }
  files.push(await writeRun(join(folder, 'run.parquet')));
  return files;
}

function randomColumns(schema: TableSchema, rows: number): WritableColumns<TableSchema> {
  const columns: Record<string, unknown> = {};
  for (const [at, [name, type]] of Object.entries(schema).entries()) {
    const stream = new RandomStream(rows, 91, at);
    const text = () =>
      stream.below(2) === 0 ? WORDS[stream.below(WORDS.length)]! : `w${stream.below(1e6)}`;
    const int64 = () =>
      stream.below(4) === 0
        ? INT64[stream.below(INT64.length)]!
        : BigInt(stream.below(1e9)) * 1_000_003n;
    const int32 = () =>
      stream.below(8) === 0
        ? [0, -1, 2 ** 31 - 1, -(2 ** 31)][stream.below(4)]!
        : stream.below(1e6);
    const lists = () => {
      const offsets = [0];
      for (let row = 0; row < rows; row++) offsets.push(offsets[row]! + stream.below(5));
      return offsets;
    };
    columns[name] = columnOf(type, rows, {
      text,
      int64,
      int32,
      lists,
      byte: () => stream.below(256),
      real: () => stream.uniform() * 10 ** (stream.below(20) - 10),
    });
  }
  return columns as WritableColumns<TableSchema>;
}

interface Draw {
  text: () => string;
  int64: () => bigint;
  int32: () => number;
  byte: () => number;
  real: () => number;
  lists: () => number[];
}

function columnOf(type: ColumnType, length: number, draw: Draw): unknown {
  if (isBinary(type)) return Uint8Array.from({ length: length * widthOf(type) }, draw.byte);
  if (type.startsWith('list<')) {
    const offsets = Int32Array.from(draw.lists());
    return {
      offsets,
      values: columnOf(type.slice('list<'.length, -1) as ColumnType, offsets[length] ?? 0, draw),
    };
  }
  if (type === 'utf8') return Array.from({ length }, draw.text);
  if (type === 'int64') return BigInt64Array.from({ length }, draw.int64);
  if (type === 'int32') return Int32Array.from({ length }, draw.int32);
  return type === 'float64'
    ? Float64Array.from({ length }, draw.real)
    : Float32Array.from({ length }, draw.real);
}

/** Counts, in the form that the merge reads in place. */
async function writeRun(path: string): Promise<InterchangeFile> {
  const stream = new RandomStream(3, 92);
  const writer = createCountsWriter(growingFile(path, 2 ** 30));
  const rows: Record<string, unknown>[] = [];
  for (let row = 0; row < 400; row++) {
    const columns = Uint32Array.from({ length: stream.below(600) }, (_, at) => row + 3 * at);
    const sums = BigUint64Array.from(columns, () => BigInt(stream.below(2 ** 30)) * 2520n);
    writer.add(row, Uint32Array.of(columns.length), encodeEntries(columns, sums));
    for (const [at, column] of columns.entries())
      rows.push({ row: String(row), column: String(column), sum: String(sums[at]) });
  }
  const { content } = writer.finish();
  if ('bytes' in content) await writeFile(path, content.bytes);
  return { name: 'a run of counts', published: false, path, schema: tables.RUN, rows };
}

function rowsAsText(
  schema: TableSchema,
  columns: WritableColumns<TableSchema>,
  rows: number,
): Record<string, unknown>[] {
  const value = (type: ColumnType, values: unknown, at: number): unknown => {
    if (isBinary(type))
      return Buffer.from(values as Uint8Array).toString(
        'hex',
        at * widthOf(type),
        (at + 1) * widthOf(type),
      );
    if (type.startsWith('list<')) {
      const { offsets, values: items } = values as { offsets: Int32Array; values: unknown };
      return Array.from({ length: offsets[at + 1]! - offsets[at]! }, (_, k) =>
        value(type.slice('list<'.length, -1) as ColumnType, items, offsets[at]! + k),
      );
    }
    const found = (values as (string | number | bigint)[])[at]!;
    return type.startsWith('int') ? String(found) : found;
  };
  return Array.from({ length: rows }, (_, at) =>
    Object.fromEntries(
      Object.entries(schema).map(([name, type]) => [name, value(type, columns[name], at)]),
    ),
  );
}
