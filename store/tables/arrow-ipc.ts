import { Failure } from '../../schemas/failures.ts';

/** A dense column: row-major (rows, width). */
interface DenseColumn {
  name: string;
  width: number;
  values: Float32Array;
}

interface DenseTable {
  columns: DenseColumn[];
  rows: number;
  metadata: Record<string, string>;
}

/**
 * Dense arrays to the bytes of an Arrow IPC file: one record batch, a column is
 * FixedSizeList<float32>[width]. The same columns and metadata give the same bytes, whatever the
 * order of the metadata.
 */
export async function encodeDense(
  columns: readonly DenseColumn[],
  metadata: Record<string, string>,
): Promise<Uint8Array> {
  const rows = rowsOf(columns);
  const arrow = await import('apache-arrow');
  const fields = columns.map(
    ({ name, width }) =>
      new arrow.Field(
        name,
        new arrow.FixedSizeList(width, new arrow.Field('item', new arrow.Float32(), false)),
        false,
      ),
  );
  const children = columns.map(({ values }, i) => {
    const child = arrow.makeData({
      type: new arrow.Float32(),
      length: values.length,
      nullCount: 0,
      data: values,
    });
    return arrow.makeData({ type: fields[i]!.type, length: rows, nullCount: 0, child });
  });
  const entries = Object.entries(metadata).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const data = arrow.makeData({
    type: new arrow.Struct(fields),
    length: rows,
    nullCount: 0,
    children,
  });
  const writer = new arrow.RecordBatchFileWriter();
  writer.write(new arrow.RecordBatch(new arrow.Schema(fields, new Map(entries)), data));
  writer.finish();
  return writer.toUint8Array(true);
}

/**
 * The way back. The values are views of `bytes` where these begin at a multiple of 8 in their
 * buffer (as a store returns them), else of one copy. Throws an IntegrityError when the bytes are
 * no such file; `where` names it in messages.
 */
export async function decodeDense(bytes: Uint8Array, where = 'Arrow file'): Promise<DenseTable> {
  const arrow = await import('apache-arrow');
  const aligned = bytes.byteOffset % 8 === 0 ? bytes : new Uint8Array(bytes);
  let table;
  try {
    table = arrow.tableFromIPC(aligned);
  } catch (error) {
    throw new Failure(
      'IntegrityError',
      `${where}: ${bytes.length} bytes that cannot be read as an Arrow file ` +
        `(${(error as Error).message})`,
      { cause: error },
    );
  }
  if (table.batches.length !== 1)
    throw new Failure(
      'IntegrityError',
      `${where}: ${table.batches.length} record batches, expected 1`,
    );
  const rows = table.numRows;
  const columns = table.schema.fields.map(({ name, type }, i): DenseColumn => {
    if (
      !arrow.DataType.isFixedSizeList(type) ||
      !arrow.DataType.isFloat(type.children[0]!.type) ||
      type.children[0]!.type.precision !== arrow.Precision.SINGLE
    ) {
      throw new Failure(
        'IntegrityError',
        `${where}, column ${name}: expected FixedSizeList<float32>, found ${String(type)}`,
      );
    }
    const width = type.listSize;
    const child = table.batches[0]!.data.children[i]!.children[0]!;
    const values = child.values as Float32Array;
    if (values.length < rows * width || child.nullCount > 0) {
      throw new Failure(
        'IntegrityError',
        `${where}, column ${name}: ${values.length} values and ${child.nullCount} nulls, ` +
          `expected ${rows} x ${width} values and none`,
      );
    }
    return { name, width, values: values.subarray(0, rows * width) };
  });
  return { columns, rows, metadata: Object.fromEntries(table.schema.metadata) };
}

function rowsOf(columns: readonly DenseColumn[]): number {
  let rows: number | undefined;
  for (const { name, width, values } of columns) {
    const found = values.length / width;
    rows ??= found;
    if (found !== rows || !Number.isInteger(found))
      throw new RangeError(
        `column ${name}: ${values.length} values of width ${width} are ${found} rows, ` +
          `expected ${rows}`,
      );
  }
  if (rows === undefined) throw new RangeError('a dense table without columns');
  return rows;
}
