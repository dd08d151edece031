import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { TransformStream } from 'node:stream/web';
import type { Field } from 'apache-arrow';
import type * as Parquet from 'parquet-wasm';
import { Failure } from '../../schemas/failures.ts';
import { typeName, arrowType, arrowData } from './arrow-data.ts';
import {
  type ColumnType,
  type ColumnValues,
  rowsOf,
  type TableColumns,
  type TableSchema,
  type WritableColumns,
} from './columns.ts';
import { encodeTable } from './encode-table.ts';
import { loadParquet, type Arrow, type ParquetWasm } from './load-parquet.ts';
import { decodeStrings, decodeTable } from './table-file.ts';
import { ROW_GROUP_ROWS } from './table-format.ts';
import { typedValues } from './typed-values.ts';
import { encodeUtf8, type Utf8Column } from './utf8-column.ts';

/**
 * How a table is dressed. `published`: the plainest, which every reader takes (snappy, no
 * dictionary, v1 pages, plain encoding, page indexes). `internal`: the quickest to write and to
 * read (table-file.ts), or where it is written batch by batch the same with zstd.
 */
type ParquetDress = 'published' | 'internal';

interface ParquetOptions {
  profile: ParquetDress;
  rowGroupRows?: number;
  /** Columns of a published table that hold few values many times. */
  dictionary?: readonly string[];
}

/**
 * A table to the bytes of a Parquet file; the same columns give the same bytes. A published table
 * passes whole through the memory of a WASM module (4 GiB), so about 1 GiB of columns is the most
 * for one file.
 */
export async function encodeParquet<S extends TableSchema>(
  schema: S,
  columns: WritableColumns<S>,
  options: ParquetOptions,
): Promise<Uint8Array> {
  if (options.profile === 'internal')
    return encodeTable(schema, columns, options.rowGroupRows ?? ROW_GROUP_ROWS);
  const { arrow, parquet } = await loadParquet();
  return parquet.writeParquet(
    parquet.Table.fromIPCStream(ipcStream(arrow, schema, columns)),
    writerProperties(parquet, options),
  );
}

interface ParquetFileWriter<Columns> {
  /** The next rows; resolves when the file is ready for more. */
  add(columns: Columns): Promise<void>;
  end(): Promise<void>;
}

/**
 * A Parquet file that grows batch by batch: about one row group is in memory. The same batches give
 * the same bytes. At least one row must come.
 */
export function beginParquetFile<S extends TableSchema>(
  file: string,
  schema: S,
  options: ParquetOptions,
): ParquetFileWriter<WritableColumns<S>> {
  const batches = new TransformStream<Parquet.RecordBatch, Parquet.RecordBatch>(
    undefined,
    { highWaterMark: 1 },
    { highWaterMark: 0 },
  );
  const writer = batches.writable.getWriter();
  const done = loadParquet().then(async ({ parquet }) => {
    const written = await parquet.transformParquetStream(
      batches.readable as globalThis.ReadableStream,
      writerProperties(parquet, options),
    );
    await pipeline(written as unknown as AsyncIterable<Uint8Array>, createWriteStream(file));
  });
  // Whoever adds learns of a failure by `end`, or by the write that it breaks.
  done.catch((error: unknown) => writer.abort(error).catch(() => undefined));
  return {
    async add(columns) {
      const { arrow, parquet } = await loadParquet();
      for (const batch of parquet.Table.fromIPCStream(
        ipcStream(arrow, schema, columns),
      ).recordBatches())
        await writer.write(batch);
    },
    async end() {
      await writer.close();
      await done;
    },
  };
}

/** The same of batches that are there to be asked for. */
export async function writeParquetFile<S extends TableSchema>(
  file: string,
  schema: S,
  batches: Iterable<WritableColumns<S>>,
  options: ParquetOptions,
): Promise<void> {
  const writer = beginParquetFile(file, schema, options);
  for (const batch of batches) await writer.add(batch);
  await writer.end();
}

function ipcStream<S extends TableSchema>(
  arrow: Arrow,
  schema: S,
  columns: WritableColumns<S>,
): Uint8Array {
  const rows = rowsOf(schema, columns);
  const fields = Object.entries(schema).map(
    ([name, type]) => new arrow.Field(name, arrowType(arrow, type), false),
  );
  const children = Object.entries(schema).map(([name, type]) =>
    arrowData(arrow, name, type, columns[name] as ColumnValues<ColumnType>, rows),
  );
  const data = arrow.makeData({
    type: new arrow.Struct(fields),
    length: rows,
    nullCount: 0,
    children,
  });
  const writer = new arrow.RecordBatchStreamWriter();
  writer.write(new arrow.RecordBatch(new arrow.Schema(fields), data));
  writer.finish();
  return writer.toUint8Array(true);
}

/** Beyond, a column goes on without its dictionary. */
const MAX_DICTIONARY_BYTES = 2 ** 24;

function writerProperties(
  parquet: ParquetWasm,
  { profile, rowGroupRows = ROW_GROUP_ROWS, dictionary = [] }: ParquetOptions,
): Parquet.WriterProperties {
  const properties = new parquet.WriterPropertiesBuilder()
    .setCompression(profile === 'published' ? parquet.Compression.SNAPPY : parquet.Compression.ZSTD)
    .setDictionaryEnabled(false)
    .setDictionaryPageSizeLimit(MAX_DICTIONARY_BYTES)
    .setEncoding(parquet.Encoding.PLAIN)
    .setWriterVersion(parquet.WriterVersion.V1)
    .setStatisticsEnabled(parquet.EnabledStatistics.Page)
    .setMaxRowGroupSize(rowGroupRows);
  return dictionary
    .reduce((built, column) => built.setColumnDictionaryEnabled(column, true), properties)
    .build();
}

/**
 * Reads the columns of the schema; others in the file are passed over. Throws an IntegrityError
 * when the bytes are no Parquet, or when a column is missing, of another type or holds nulls;
 * `where` names the file in messages.
 */
export async function decodeParquet<S extends TableSchema>(
  bytes: Uint8Array,
  schema: S,
  where = 'Parquet',
): Promise<TableColumns<S>> {
  const read = <T>(step: () => T): T => {
    try {
      return step();
    } catch (error) {
      throw new Failure(
        'IntegrityError',
        `${where}: ${bytes.length} bytes that cannot be read as Parquet ` +
          `(${(error as Error).message})`,
        { cause: error },
      );
    }
  };
  const own = read(() => decodeTable(bytes, schema));
  if (own !== undefined) return own;
  const { arrow, parquet } = await loadParquet();
  const { fields } = read(() =>
    arrow.tableFromIPC(parquet.readSchema(bytes).intoIPCStream()),
  ).schema;
  checkFields(arrow, fields, schema, where);
  const batches = read(() => {
    const table = parquet.readParquet(bytes, {
      batchSize: ROW_GROUP_ROWS,
      columns: Object.keys(schema),
    });
    const all = table
      .recordBatches()
      .flatMap((batch) => arrow.tableFromIPC(batch.intoIPCStream()).batches);
    table.free();
    return all;
  });
  const columns: Record<string, ColumnValues<ColumnType>> = {};
  for (const [name, type] of Object.entries(schema)) {
    const chunks = batches.map((batch) => batch.getChild(name)!.data[0]!);
    for (const chunk of chunks) {
      const nulls = chunk.nullCount + (chunk.children[0]?.nullCount ?? 0);
      if (nulls > 0)
        throw new Failure(
          'IntegrityError',
          `${where}, column ${name}: ${nulls} nulls, expected none`,
        );
    }
    columns[name] = typedValues(name, type, chunks);
  }
  return columns as TableColumns<S>;
}

/**
 * One column of strings, as bytes: of millions of words few are needed as strings. Throws an
 * IntegrityError as decodeParquet does.
 */
export async function decodeWords(
  bytes: Uint8Array,
  name: string,
  where = 'Parquet',
): Promise<Utf8Column> {
  let own: Utf8Column | undefined;
  try {
    own = decodeStrings(bytes, name);
  } catch (error) {
    throw new Failure(
      'IntegrityError',
      `${where}: ${bytes.length} bytes that cannot be read as Parquet ` +
        `(${(error as Error).message})`,
      { cause: error },
    );
  }
  return (
    own ?? encodeUtf8((await decodeParquet(bytes, { [name]: 'utf8' } as const, where))[name]!, name)
  );
}

/**
 * The columns of a table and their types, as far as they are ColumnTypes. Throws an IntegrityError
 * when the bytes are no Parquet.
 */
export async function columnTypes(bytes: Uint8Array, where: string): Promise<Map<string, string>> {
  const { arrow, parquet } = await loadParquet();
  try {
    const { fields } = arrow.tableFromIPC(parquet.readSchema(bytes).intoIPCStream()).schema;
    return new Map(fields.map(({ name, type }) => [name, typeName(arrow, type)]));
  } catch (error) {
    throw new Failure(
      'IntegrityError',
      `${where}: ${bytes.length} bytes that cannot be read as Parquet ` +
        `(${(error as Error).message})`,
      { cause: error },
    );
  }
}

/** Throws an IntegrityError where a column of the schema is missing or of another type. */
export function checkFields(
  arrow: Arrow,
  fields: Field[],
  schema: TableSchema,
  where: string,
): void {
  for (const [name, type] of Object.entries(schema)) {
    const field = fields.find((candidate) => candidate.name === name);
    const found = field === undefined ? 'none' : typeName(arrow, field.type);
    if (found !== type)
      throw new Failure(
        'IntegrityError',
        `${where}, column ${name}: expected ${type}, found ${found}`,
      );
  }
}
