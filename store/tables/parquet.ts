import { createWriteStream } from 'node:fs';
import { createRequire } from 'node:module';
import { pipeline } from 'node:stream/promises';
import { TransformStream } from 'node:stream/web';
import type * as ApacheArrow from 'apache-arrow';
import type { Data, DataType, Field } from 'apache-arrow';
import type * as Parquet from 'parquet-wasm';
import { Failure } from '../../schemas/failures.ts';
import {
  type ColumnType,
  type ColumnValues,
  isBinary,
  isUtf8Column,
  type ListColumn,
  rowsOf,
  type TableColumns,
  type TableSchema,
  widthOf,
  type WritableColumns,
} from './columns.ts';
import { decodeStrings, decodeTable, encodeTable, ROW_GROUP_ROWS } from './table-file.ts';
import { decodeUtf8, encodeUtf8, type Utf8Column } from './utf8-column.ts';

/**
 * How a table is dressed. `published`: the plainest, which every reader takes (snappy, no
 * dictionary, v1 pages, plain encoding, page indexes). `internal`: the quickest to write and to
 * read (table-file.ts), or where it is written batch by batch the same with zstd.
 */
export type ParquetDress = 'published' | 'internal';

export interface ParquetOptions {
  dress: ParquetDress;
  rowGroupRows?: number;
}

type Arrow = typeof ApacheArrow;
type ParquetWasm = typeof Parquet;

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
  if (options.dress === 'internal')
    return encodeTable(schema, columns, options.rowGroupRows ?? ROW_GROUP_ROWS);
  const { arrow, parquet } = await loadParquet();
  return parquet.writeParquet(
    parquet.Table.fromIPCStream(ipcStream(arrow, schema, columns)),
    writerProperties(parquet, options),
  );
}

export interface ParquetFileWriter<Columns> {
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

function writerProperties(
  parquet: ParquetWasm,
  { dress, rowGroupRows = ROW_GROUP_ROWS }: ParquetOptions,
): Parquet.WriterProperties {
  return new parquet.WriterPropertiesBuilder()
    .setCompression(dress === 'published' ? parquet.Compression.SNAPPY : parquet.Compression.ZSTD)
    .setDictionaryEnabled(false)
    .setEncoding(parquet.Encoding.PLAIN)
    .setWriterVersion(parquet.WriterVersion.V1)
    .setStatisticsEnabled(parquet.EnabledStatistics.Page)
    .setMaxRowGroupSize(rowGroupRows)
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

function arrowType(arrow: Arrow, type: ColumnType): DataType {
  switch (type) {
    case 'int32':
      return new arrow.Int32();
    case 'int64':
      return new arrow.Int64();
    case 'float32':
      return new arrow.Float32();
    case 'float64':
      return new arrow.Float64();
    case 'utf8':
      return new arrow.Utf8();
    case 'list<int32>':
      return new arrow.List(new arrow.Field('element', new arrow.Int32(), false));
    case 'list<int64>':
      return new arrow.List(new arrow.Field('element', new arrow.Int64(), false));
    case 'list<utf8>':
      return new arrow.List(new arrow.Field('element', new arrow.Utf8(), false));
    default:
      return new arrow.FixedSizeBinary(widthOf(type));
  }
}

function typeName(arrow: Arrow, type: DataType): string {
  if (arrow.DataType.isList(type)) return `list<${typeName(arrow, type.valueType)}>`;
  if (arrow.DataType.isFixedSizeBinary(type)) return `binary(${type.byteWidth})`;
  return String(type as { toString(): string }).toLowerCase();
}

function arrowData(
  arrow: Arrow,
  name: string,
  type: ColumnType,
  values: ColumnValues<ColumnType>,
  length: number,
): Data {
  const shape = { length, nullCount: 0 };
  switch (type) {
    case 'utf8':
      return utf8Data(arrow, name, values as string[] | Utf8Column);
    case 'list<int32>': {
      const { offsets, values: items } = values as ListColumn<Int32Array>;
      const child = arrow.makeData({
        type: new arrow.Int32(),
        length: items.length,
        nullCount: 0,
        data: items,
      });
      return arrow.makeData({
        type: arrowType(arrow, type) as InstanceType<Arrow['List']>,
        ...shape,
        valueOffsets: offsets,
        child,
      });
    }
    case 'list<int64>': {
      const { offsets, values: items } = values as ListColumn<BigInt64Array>;
      const child = arrow.makeData({
        type: new arrow.Int64(),
        length: items.length,
        nullCount: 0,
        data: items,
      });
      return arrow.makeData({
        type: arrowType(arrow, type) as InstanceType<Arrow['List']>,
        ...shape,
        valueOffsets: offsets,
        child,
      });
    }
    case 'list<utf8>': {
      const { offsets, values: items } = values as ListColumn<string[] | Utf8Column>;
      return arrow.makeData({
        type: arrowType(arrow, type) as InstanceType<Arrow['List']>,
        ...shape,
        valueOffsets: offsets,
        child: utf8Data(arrow, name, items),
      });
    }
    default:
      return arrow.makeData({
        type: arrowType(arrow, type) as InstanceType<Arrow['Int32']>,
        ...shape,
        data: values as Int32Array,
      });
  }
}

function utf8Data(arrow: Arrow, name: string, strings: string[] | Utf8Column): Data {
  const { offsets, bytes } = isUtf8Column(strings) ? strings : encodeUtf8(strings, name);
  return arrow.makeData({
    type: new arrow.Utf8(),
    length: offsets.length - 1,
    nullCount: 0,
    valueOffsets: offsets,
    data: bytes,
  });
}

function typedValues(name: string, type: ColumnType, chunks: Data[]): ColumnValues<ColumnType> {
  switch (type) {
    case 'int32':
      return joined(Int32Array, chunks);
    case 'int64':
      return joined(BigInt64Array, chunks);
    case 'float32':
      return joined(Float32Array, chunks);
    case 'float64':
      return joined(Float64Array, chunks);
    case 'utf8':
      return chunks.flatMap((chunk) => stringsOf(name, chunk));
    case 'list<int32>':
      return { offsets: joinedOffsets(chunks), values: joined(Int32Array, chunks.map(itemsOf)) };
    case 'list<int64>':
      return { offsets: joinedOffsets(chunks), values: joined(BigInt64Array, chunks.map(itemsOf)) };
    case 'list<utf8>':
      return {
        offsets: joinedOffsets(chunks),
        values: chunks.flatMap((chunk) => stringsOf(name, itemsOf(chunk))),
      };
    default:
      return joined(Uint8Array, chunks, isBinary(type) ? widthOf(type) : 1);
  }
}

interface TypedArray<A> {
  readonly length: number;
  set(values: A, offset: number): void;
  subarray(start: number, end: number): A;
}

/**
 * The buffers of chunks end to end; an IPC buffer may be padded, so its length is not the number of
 * rows.
 */
function joined<A extends TypedArray<A>>(
  array: new (length: number) => A,
  chunks: Data[],
  width = 1,
): A {
  const out = new array(chunks.reduce((sum, { length }) => sum + length * width, 0));
  let filled = 0;
  for (const { values, length } of chunks) {
    out.set((values as A).subarray(0, length * width), filled);
    filled += length * width;
  }
  return out;
}

/** Offsets of all chunks as one list, whose values follow one another. */
function joinedOffsets(chunks: Data[]): Int32Array {
  const out = new Int32Array(chunks.reduce((sum, { length }) => sum + length, 1));
  let row = 0;
  let base = 0;
  for (const { valueOffsets, length } of chunks) {
    if (length === 0) continue;
    const first = valueOffsets[0]!;
    for (let i = 1; i <= length; i++) out[row + i] = base + valueOffsets[i]! - first;
    row += length;
    base = out[row]!;
  }
  return out;
}

/** The items of a list's chunk that its offsets span. */
function itemsOf(chunk: Data): Data {
  const items = chunk.children[0]!;
  if (chunk.length === 0) return items.slice(0, 0);
  const first = chunk.valueOffsets[0]!;
  return items.slice(first, chunk.valueOffsets[chunk.length]! - first);
}

function stringsOf(name: string, { valueOffsets, values, length }: Data): string[] {
  if (length === 0) return [];
  return decodeUtf8(
    { offsets: (valueOffsets as Int32Array).subarray(0, length + 1), bytes: values as Uint8Array },
    name,
  );
}

let loaded: { arrow: Arrow; parquet: ParquetWasm } | undefined;

/** On first use: 150 ms and a WASM module that most processes never need. */
export async function loadParquet(): Promise<{ arrow: Arrow; parquet: ParquetWasm }> {
  loaded ??= {
    arrow: await import('apache-arrow'),
    parquet: createRequire(import.meta.url)('parquet-wasm') as ParquetWasm,
  };
  return loaded;
}
