import {
  type AsyncBuffer,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
  type SchemaTree,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { Failure } from '../schemas/failures.ts';

/**
 * What a column of a corpus may be; `id` is text or an integer, `numbers` a list of float or
 * double, `field` a field of a payload, which alone may be null.
 */
export type ParquetColumnKind = 'text' | 'ids' | 'id' | 'number' | 'numbers' | 'field';

export interface ParquetSource {
  uri: string;
  size: number;
  range: (from: number, to: number) => Promise<Uint8Array>;
}

interface ParquetRow {
  /** From 0. */
  row: number;
  /** In the order of the columns asked for. */
  values: unknown[];
}

/** Rows are read so many at a time, and never from two row groups at once. */
const STEP_ROWS = 10_000;
const FOOTER_BYTES = 8;

/**
 * Rows of some columns of a Parquet file, a few thousand in memory at a time. A column is named as
 * in the schema (`a.b` within structs). A DataError where the file is cut off or broken, where a
 * column is missing or of another type, and where a value is null.
 */
export async function* readParquetRows(
  file: ParquetSource,
  columns: readonly { name: string; kind: ParquetColumnKind }[],
): AsyncGenerator<ParquetRow, void, undefined> {
  const { uri } = file;
  const buffer: AsyncBuffer = {
    byteLength: file.size,
    slice: async (from, to) => exactBuffer(await file.range(from, to ?? file.size)),
  };
  const metadata = await readMetadata(file, buffer);
  for (const { name, kind } of columns) checkColumn(metadata, name, kind, uri);
  const roots = [...new Set(columns.map(({ name }) => rootOf(metadata, name)))];
  let start = 0;
  for (const group of metadata.row_groups) {
    const end = start + Number(group.num_rows);
    for (let rowStart = start; rowStart < end; rowStart += STEP_ROWS) {
      const rowEnd = Math.min(rowStart + STEP_ROWS, end);
      let rows: Record<string, unknown>[];
      try {
        rows = await parquetReadObjects({
          file: buffer,
          metadata,
          columns: roots,
          rowStart,
          rowEnd,
          compressors,
        });
      } catch (error) {
        if (error instanceof Failure) throw error;
        throw new Failure(
          'DataError',
          `${uri}: rows ${rowStart} to ${rowEnd} cannot be read as Parquet ` +
            `(${(error as Error).message}); is the file whole?`,
          { cause: error },
        );
      }
      if (rows.length !== rowEnd - rowStart)
        throw new Failure(
          'DataError',
          `${uri}: rows ${rowStart} to ${rowEnd}: expected ${rowEnd - rowStart}, found ` +
            `${rows.length}`,
        );
      for (const [at, row] of rows.entries())
        yield {
          row: rowStart + at,
          values: columns.map(({ name, kind }) =>
            kind === 'field'
              ? valueIn(row, name)
              : valueAt(row, name, `${uri} row ${rowStart + at}`),
          ),
        };
    }
    start = end;
  }
}

async function readMetadata(
  { uri, size, range }: ParquetSource,
  buffer: AsyncBuffer,
): Promise<FileMetaData> {
  const tail =
    size >= 12 ? Buffer.from(await range(size - FOOTER_BYTES, size)) : Buffer.alloc(FOOTER_BYTES);
  if (tail.subarray(4).toString('latin1') !== 'PAR1') {
    throw new Failure(
      'DataError',
      `${uri}: the Parquet file is cut off: expected PAR1 in its last 4 bytes (of ${size}), ` +
        `found ${tail.subarray(4).toString('hex')}`,
    );
  }
  const length = tail.readUInt32LE(0);
  if (length + 12 > size)
    throw new Failure(
      'DataError',
      `${uri}: the Parquet file is cut off: its footer takes ${length} bytes, the file ${size}`,
    );
  try {
    return await parquetMetadataAsync(buffer);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(
      'DataError',
      `${uri}: a broken Parquet footer (${(error as Error).message})`,
      { cause: error },
    );
  }
}

function columnOf(metadata: FileMetaData, name: string): SchemaTree | undefined {
  const root = parquetSchema(metadata);
  const whole = root.children.find(({ element }) => element.name === name);
  if (whole) return whole;
  let node: SchemaTree | undefined = root;
  for (const step of name.split('.'))
    node = node?.children.find(({ element }) => element.name === step);
  return node;
}

function rootOf(metadata: FileMetaData, name: string): string {
  return parquetSchema(metadata).children.some(({ element }) => element.name === name)
    ? name
    : name.split('.')[0]!;
}

function valueAt(row: Record<string, unknown>, name: string, where: string): unknown {
  const value = valueIn(row, name);
  if (value === null || value === undefined)
    throw new Failure(
      'DataError',
      `${where}: column "${name}" is null; expected a value in every row`,
    );
  return value;
}

function valueIn(row: Record<string, unknown>, name: string): unknown {
  let value: unknown = row;
  for (const step of Object.hasOwn(row, name) ? [name] : name.split('.'))
    value = (value as Record<string, unknown> | null)?.[step];
  return value;
}

const EXPECTED = {
  text: 'text (UTF-8)',
  ids: 'a list of text or integers',
  id: 'text or an integer',
  number: 'a number',
  numbers: 'a list of float or double',
  field: 'text, a number, a boolean or a list of text',
} as const;

function checkColumn(
  metadata: FileMetaData,
  name: string,
  kind: ParquetColumnKind,
  uri: string,
): void {
  const column = columnOf(metadata, name);
  if (column === undefined) {
    const names = parquetSchema(metadata).children.map(({ element }) => element.name);
    throw new Failure(
      'DataError',
      `${uri}: no column "${name}", only ${names.join(', ')}; set source.field or source.columns`,
    );
  }
  const found = typeOf(column);
  const isId = found === 'text' || found === 'int32' || found === 'int64';
  const isNumber =
    found === 'int32' || found === 'int64' || found === 'float' || found === 'double';
  const isList = found === 'list of text' || found === 'list of int32' || found === 'list of int64';
  const isNumbers = found === 'list of float' || found === 'list of double';
  const fits: Record<ParquetColumnKind, boolean> = {
    numbers: isNumbers,
    text: found === 'text' || found === 'list of text',
    id: isId,
    number: isNumber,
    ids: isList,
    field: found === 'text' || isNumber || found === 'boolean' || found === 'list of text',
  };
  if (!fits[kind])
    throw new Failure(
      'DataError',
      `${uri}: column "${name}" is ${found}, expected ${EXPECTED[kind]}`,
    );
}

function typeOf(node: SchemaTree): string {
  const { element, children } = node;
  if (children.length === 0) {
    const type = primitiveOf(element);
    return element.repetition_type === 'REPEATED' ? `list of ${type}` : type;
  }
  const isList = element.converted_type === 'LIST' || element.logical_type?.type === 'LIST';
  const item = isList ? children[0] : undefined;
  if (item === undefined)
    return `a struct of ${children.map((child) => child.element.name).join(', ')}`;
  const leaf = item.children.length === 1 ? item.children[0]! : item;
  return leaf.children.length > 0 ? 'a list of structs' : `list of ${primitiveOf(leaf.element)}`;
}

function primitiveOf({
  type,
  converted_type: converted,
  logical_type: logical,
}: SchemaTree['element']): string {
  if (type === 'BYTE_ARRAY')
    return converted === 'UTF8' || logical?.type === 'STRING'
      ? 'text'
      : (converted ?? logical?.type ?? 'binary').toLowerCase();
  const plain =
    (logical === undefined || logical.type === 'INTEGER') &&
    (converted === undefined || /^U?INT_/u.test(converted));
  return plain
    ? (type ?? 'unknown').toLowerCase()
    : (converted ?? logical?.type ?? 'unknown').toLowerCase();
}

function exactBuffer(bytes: Uint8Array): ArrayBuffer {
  const whole = bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength;
  return (whole ? bytes.buffer : new Uint8Array(bytes).buffer) as ArrayBuffer;
}
