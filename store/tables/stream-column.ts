import type * as Parquet from 'parquet-wasm';
import { Failure } from '../../schemas/failures.ts';
import { widthOf } from './columns.ts';
import { loadParquet } from './load-parquet.ts';
import { checkFields } from './parquet.ts';
import { ROW_GROUP_ROWS } from './table-format.ts';

/** Rows of a column as bytes: n x width, or strings with n + 1 ends in `bytes`. */
export interface ColumnPiece {
  rows: number;
  bytes: Uint8Array;
  offsets: Int32Array | undefined;
}

export type StreamedType = 'utf8' | 'int64' | `binary(${number})`;

/**
 * One column of a table piece by piece, int64 as its 8 bytes low byte first; rows [from, to) where
 * they are given. Throws an IntegrityError when the bytes are no Parquet, or when the column is
 * missing, of another type or holds nulls; `where` names the file in messages.
 */
export async function* streamColumn(
  blob: Blob,
  name: string,
  type: StreamedType,
  where: string,
  range?: { from: number; to: number },
): AsyncGenerator<ColumnPiece, void, undefined> {
  const { arrow, parquet } = await loadParquet();
  const refuse = (message: string, cause?: unknown): never => {
    throw new Failure('IntegrityError', `${where}, column ${name}: ${message}`, { cause });
  };
  const width = bytesOf(type);
  try {
    const file = await parquet.ParquetFile.fromFile(blob);
    const { from, to } = range ?? { from: 0, to: Number.POSITIVE_INFINITY };
    const groups = rowGroupsOf(file, from, to);
    let at = groups.first;
    const batches = (await file.stream({
      columns: [name],
      batchSize: ROW_GROUP_ROWS / 4,
      rowGroups: groups.numbers,
    })) as unknown as AsyncIterable<Parquet.RecordBatch>;
    for await (const batch of batches) {
      const table = arrow.tableFromIPC(batch.intoIPCStream());
      checkFields(arrow, table.schema.fields, { [name]: type }, where);
      for (const { values, valueOffsets, length, nullCount } of table.getChild(name)!.data) {
        if (nullCount > 0) refuse(`${nullCount} nulls, expected none`);
        const start = Math.max(0, from - at);
        const end = Math.min(length, to - at);
        at += length;
        if (start >= end) continue;
        if (type === 'utf8')
          yield {
            rows: end - start,
            bytes: values as Uint8Array,
            offsets: (valueOffsets as Int32Array).subarray(start, end + 1),
          };
        else {
          const { buffer, byteOffset } = values as Uint8Array;
          yield {
            rows: end - start,
            bytes: new Uint8Array(buffer, byteOffset + start * width, (end - start) * width),
            offsets: undefined,
          };
        }
      }
    }
  } catch (error) {
    if (error instanceof Failure) throw error;
    refuse(
      `${blob.size} bytes that cannot be read as Parquet (${(error as Error).message})`,
      error,
    );
  }
}

/**
 * The lists of rows: row i has the values [offsets[i], offsets[i + 1]), 64-bit numbers as 8 bytes
 * each, or strings with ends in `bytes`.
 */
interface ListPiece {
  offsets: Int32Array;
  bytes: Uint8Array;
  ends: Int32Array | undefined;
}

/** A column of lists row group by row group. Throws an IntegrityError as streamColumn does. */
export async function* streamLists(
  blob: Blob,
  name: string,
  type: 'list<int64>' | 'list<utf8>',
  where: string,
): AsyncGenerator<ListPiece, void, undefined> {
  const { arrow, parquet } = await loadParquet();
  try {
    const file = await parquet.ParquetFile.fromFile(blob);
    // A batch never holds rows of two row groups.
    const batches = (await file.stream({
      columns: [name],
      batchSize: ROW_GROUP_ROWS,
    })) as unknown as AsyncIterable<Parquet.RecordBatch>;
    for await (const batch of batches) {
      const table = arrow.tableFromIPC(batch.intoIPCStream());
      checkFields(arrow, table.schema.fields, { [name]: type }, where);
      for (const { valueOffsets, length, children } of table.getChild(name)!.data) {
        const items = children[0]!;
        const { buffer, byteOffset } = items.values as Uint8Array;
        const bytes =
          type === 'list<utf8>'
            ? (items.values as Uint8Array)
            : new Uint8Array(buffer, byteOffset, 8 * items.length);
        yield {
          offsets: (valueOffsets as Int32Array).subarray(0, length + 1),
          bytes,
          ends: type === 'list<utf8>' ? (items.valueOffsets as Int32Array) : undefined,
        };
      }
    }
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(
      'IntegrityError',
      `${where}, column ${name}: ${blob.size} bytes that cannot be read as Parquet ` +
        `(${(error as Error).message})`,
      { cause: error },
    );
  }
}

/** The row groups that hold rows of [from, to), and the number of the first row in them. */
function rowGroupsOf(
  file: Parquet.ParquetFile,
  from: number,
  to: number,
): { numbers: number[]; first: number } {
  const numbers: number[] = [];
  let first = 0;
  let row = 0;
  const metadata = file.metadata();
  for (let group = 0; group < metadata.numRowGroups(); group++) {
    const end = row + metadata.rowGroup(group).numRows();
    if (end > from && row < to) {
      if (numbers.length === 0) first = row;
      numbers.push(group);
    }
    row = end;
  }
  return { numbers, first };
}

/**
 * Reads one column binary(width) of a table batch by batch into `out`. Throws an IntegrityError as
 * streamColumn does, and where `out` is not its length.
 */
export async function readBinaryColumn(
  blob: Blob,
  name: string,
  width: number,
  out: Uint8Array,
  where: string,
): Promise<void> {
  let filled = 0;
  const refuse = (message: string): never => {
    throw new Failure('IntegrityError', `${where}, column ${name}: ${message}`);
  };
  for await (const { bytes } of streamColumn(blob, name, `binary(${width})`, where)) {
    if (filled + bytes.length > out.length) refuse(`more than ${out.length / width} rows`);
    out.set(bytes, filled);
    filled += bytes.length;
  }
  if (filled !== out.length) refuse(`${filled / width} rows, expected ${out.length / width}`);
}

/** Bytes of a value; 0 where they differ. */
function bytesOf(type: StreamedType): number {
  if (type === 'utf8') return 0;
  return type === 'int64' ? 8 : widthOf(type);
}
