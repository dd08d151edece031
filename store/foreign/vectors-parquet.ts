import type { Data, DataType, Vector } from 'apache-arrow';
import type { PayloadColumns } from '../../schemas/configuration/payload.ts';
import { checkedPayload } from '../../schemas/payload.ts';
import type { PayloadFields } from '../../schemas/payload-fields.ts';
import { openForeign, type OpenedForeign } from './open-foreign.ts';

/** Vectors of one file with their ids, in the order of its rows. */
export interface VectorRows {
  /** 64-bit ids or strings; undefined where the file has no such column. */
  ids: BigInt64Array | string[] | undefined;
  /** Where a column of payloads is asked for. */
  payloads: string[] | undefined;
  rows: number;
  /** D. */
  dimensions: number;
  /** (rows, D) row-major. */
  values: Float32Array;
}

/**
 * Reads a Parquet file of vectors: a column FixedSizeList or List of float32 or float64, and one of
 * int64, int32 or string ids. Throws DataError naming the row of a vector of another length, with
 * NaN or an infinity, of zeros alone, or missing. `fields` learns the types of the payloads'
 * fields.
 */
export async function decodeVectors(
  bytes: Uint8Array,
  columns: { id: string; vector: string; payload?: PayloadColumns },
  where: string,
  fields?: PayloadFields,
): Promise<VectorRows> {
  const { arrow, table, refuse }: OpenedForeign = await openForeign(bytes, where);
  const names = table.schema.fields.map(({ name }) => name).join(', ');
  const vectors =
    table.getChild(columns.vector) ??
    refuse(`no column ${columns.vector} of vectors; it has ${names}`);
  const type: DataType = vectors.type;
  if (!arrow.DataType.isFixedSizeList(type) && !arrow.DataType.isList(type)) {
    refuse(`column ${columns.vector}: expected a list of float32 or float64, found another type`);
  }
  const rows = vectors.length;
  let dimensions = 0;
  let values = new Float32Array(0);
  let row = 0;
  for (const chunk of vectors.data as readonly Data[]) {
    const items = chunk.children[0]!;
    if (!(items.values instanceof Float32Array || items.values instanceof Float64Array))
      refuse(`column ${columns.vector}: expected float32 or float64 in its lists`);
    const width = (chunk.type as { listSize?: number }).listSize;
    for (let i = 0; i < chunk.length; i++, row++) {
      const place = chunk.offset + i;
      const start = width === undefined ? chunk.valueOffsets[i]! : width * place;
      const end = width === undefined ? chunk.valueOffsets[i + 1]! : start + width;
      if (chunk.nullCount > 0 && !chunk.getValid(i)) refuse(`row ${row}: no vector`);
      if (row === 0) {
        dimensions = end - start;
        if (dimensions === 0) refuse('row 0: a vector of no dimensions');
        values = new Float32Array(rows * dimensions);
      }
      if (end - start !== dimensions)
        refuse(`row ${row}: expected ${dimensions} dimensions as in row 0, got ${end - start}`);
      copyVector(items.values as Float32Array, start, values, row, dimensions, refuse);
      if (items.nullCount > 0)
        for (let k = start; k < end; k++)
          if (!items.getValid(k)) refuse(`row ${row}, dimension ${k - start}: no value`);
    }
  }
  const column = (name: string): Vector =>
    table.getChild(name) ?? refuse(`no column ${name} of payloads; it has ${names}`);
  const { payload = '' } = columns;
  const isText = typeof payload === 'string' && payload !== '';
  const payloads = isText ? readPayloads(column(payload), payload, refuse) : undefined;
  return {
    ids: readIds(table.getChild(columns.id), columns.id, refuse),
    payloads: fields ? readFields(fields, column, rows, where) : payloads,
    rows,
    dimensions,
    values,
  };
}

function copyVector(
  from: Float32Array,
  start: number,
  to: Float32Array,
  row: number,
  dimensions: number,
  refuse: (message: string) => never,
): void {
  let any = false;
  for (let k = 0; k < dimensions; k++) {
    const value = from[start + k]!;
    if (!Number.isFinite(value))
      refuse(`row ${row}, dimension ${k}: expected a finite value, got ${value}`);
    to[row * dimensions + k] = value;
    any ||= value !== 0;
  }
  if (!any) refuse(`row ${row}: a vector of zeros alone has no direction; leave it out`);
}

/** A payload that is missing is empty. */
function readPayloads(column: Vector, name: string, refuse: (message: string) => never): string[] {
  return Array.from(column as Iterable<unknown>, (payload, row) => {
    const text = payload ?? '';
    if (typeof text !== 'string')
      return refuse(`column ${name}: expected strings, found ${String(column.type)}`);
    return checkedPayload(text, (message) => refuse(`row ${row}, column ${name}: ${message}`));
  });
}

function readFields(
  fields: PayloadFields,
  column: (name: string) => Vector,
  rows: number,
  where: string,
): string[] {
  const columns = new Map(fields.names.map((name) => [name, column(name)]));
  return Array.from({ length: rows }, (_, row) =>
    fields.textOf((name) => plainValue(columns.get(name)!.get(row)), `${where}, row ${row}`),
  );
}

/** A value of a list column is a column itself. */
function plainValue(value: unknown): unknown {
  const isColumn = typeof value === 'object' && value !== null && Symbol.iterator in value;
  return isColumn ? Array.from(value as Iterable<unknown>) : value;
}

function readIds(
  column: Vector | null,
  name: string,
  refuse: (message: string) => never,
): VectorRows['ids'] {
  if (!column) return undefined;
  if (column.nullCount > 0) refuse(`column ${name}: ${column.nullCount} ids are missing`);
  const values = column.toArray() as unknown;
  if (values instanceof BigInt64Array) return values.slice();
  if (values instanceof Int32Array) return BigInt64Array.from(values, BigInt);
  const strings = Array.from(column as Iterable<unknown>);
  if (!strings.every((id) => typeof id === 'string'))
    refuse(`column ${name}: expected ids of int64, int32 or string, found ${String(column.type)}`);
  return strings;
}
