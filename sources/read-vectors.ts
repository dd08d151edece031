import { Failure } from '../schemas/failures.ts';
import type { PayloadColumns } from '../schemas/configuration/payload.ts';
import type { PayloadFields } from '../schemas/payload-fields.ts';
import type { ReadingRules } from '../schemas/reading-rules.ts';
import { halfFloat, valueOf } from './parquet/column-values.ts';
import type { WantedColumn } from './parquet/column-types.ts';
import type { ParquetSource } from './parquet/parquet-footer.ts';
import { type BatchColumn, readParquet } from './parquet/read-parquet.ts';
import { payloadColumns } from './parquet/row-payload.ts';
import { RowReader } from './parquet/row-reader.ts';
import { payloadText } from './payload-text.ts';
import { type BadRows, rowKeeper } from './row-keeper.ts';
import type { TakenIds } from './taken-ids.ts';

/** Vectors of one file with their ids, in the order of its rows. */
export interface VectorRows {
  /** Integers or strings; undefined where the file has no such column. */
  ids: bigint[] | string[] | undefined;
  /** Their column is of unsigned integers, which may be beyond 64 signed bits. */
  areUnsigned: boolean;
  /** Where a column of payloads is asked for. */
  payloads: string[] | undefined;
  rows: number;
  /** Of each vector, from 0: rows that are left out count. */
  fileRows: number[];
  /** D; 0 where there are no rows. */
  dimensions: number;
  /** (rows, D) row-major. */
  values: Float32Array;
  bad: BadRows;
}

interface VectorColumns {
  id: string;
  vector: string;
  payload?: PayloadColumns;
}

/** Dimensions that are known before the file is read, and of what. */
export interface KnownDimensions {
  dimensions: number;
  expected: string;
}

interface KnownBefore {
  known?: KnownDimensions | undefined;
  /** Learns the types of the fields of payloads, where they have fields. */
  fields?: PayloadFields | undefined;
  /** Ids of the files before, which make a row with one of them a bad row. */
  taken?: TakenIds | undefined;
}

/**
 * Reads a Parquet file of vectors: a column of lists of numbers, and one of ids. Throws DataError
 * naming the row of a vector of another length, of one that is not finite or of zeros alone as
 * float32, of an id or a vector that is missing, and of an id that `taken` has.
 */
export async function readVectors(
  file: ParquetSource,
  columns: VectorColumns,
  rules: ReadingRules,
  { known, fields, taken }: KnownBefore = {},
): Promise<VectorRows> {
  const wanted: WantedColumn[] = [
    { name: columns.vector, kind: 'numbers', key: 'vectors.vector' },
    { name: columns.id, kind: 'id', key: 'vectors.id', isOptional: true },
  ];
  const { payload = '' } = columns;
  const payloadPlaces = payloadColumns(payload, 'vectors.payload', wanted);
  const keeper = rowKeeper(rules);
  const integers: bigint[] = [];
  const strings: string[] = [];
  const payloads: string[] = [];
  let hasIds = false;
  let isText = false;
  let areUnsigned = false;
  let rows = 0;
  const fileRows: number[] = [];
  let expected = known;
  let values = new Float32Array(0);
  for await (const batch of readParquet(file, wanted, rules)) {
    const [vectors, ids] = batch.columns;
    hasIds = ids !== undefined;
    areUnsigned = ids?.column.type === 'unsigned';
    isText = ids !== undefined && TEXT.has(ids.column.type);
    const reader = new RowReader(batch, file.uri, rules);
    for (; reader.at < batch.rows; reader.at++) {
      const isKept = keeper.keep(() => {
        const dimensions = widthOf(vectors!, reader);
        if (expected !== undefined && dimensions !== expected.dimensions)
          throw new Failure(
            'DataError',
            `${reader.where}: expected ${expected.dimensions} dimensions ${expected.expected}, ` +
              `got ${dimensions}`,
          );
        if ((rows + 1) * dimensions > values.length)
          values = grown(values, rows + 1, batch.total, { dimensions, fileBytes: file.size });
        copyVector(vectors!, reader, values, rows * dimensions, dimensions);
        const id = ids && reader.id(1);
        if (id !== undefined) taken?.refuse(id, reader.where);
        const text =
          payloadPlaces.size === 0
            ? undefined
            : payloadText(
                (name) => reader.field(payloadPlaces.get(name)!),
                payload,
                fields,
                reader.where,
              );
        if (id !== undefined) taken?.take(id);
        if (id !== undefined && isText) strings.push(id);
        else if (id !== undefined) integers.push(BigInt(id));
        if (text !== undefined) payloads.push(text);
        expected ??= { dimensions, expected: 'as in the rows before' };
        return true;
      });
      if (isKept) rows = fileRows.push(batch.row + reader.at);
    }
  }
  return {
    ids: idsOf(hasIds, isText, integers, strings),
    areUnsigned,
    payloads: payloadPlaces.size > 0 ? payloads : undefined,
    rows,
    fileRows,
    dimensions: rows === 0 ? 0 : expected!.dimensions,
    values: rows === 0 ? values : values.subarray(0, rows * expected!.dimensions),
    bad: keeper.finish(file.uri),
  };
}

const TEXT = new Set(['text', 'bytes', 'uuid']);

function idsOf(
  hasIds: boolean,
  isText: boolean,
  integers: bigint[],
  strings: string[],
): VectorRows['ids'] {
  if (!hasIds) return undefined;
  return isText ? strings : integers;
}

function widthOf({ piece, from }: BatchColumn, reader: RowReader): number {
  const at = from + reader.at;
  if (piece.present?.[at] === 0) throw new Failure('DataError', `${reader.where}: no vector`);
  const width = piece.offsets![at + 1]! - piece.offsets![at]!;
  if (width === 0) throw new Failure('DataError', `${reader.where}: a vector of no dimensions`);
  return width;
}

function copyVector(
  column: BatchColumn,
  reader: RowReader,
  to: Float32Array,
  start: number,
  dimensions: number,
): void {
  const { piece, from } = column;
  const { items } = piece;
  const first = piece.offsets![from + reader.at]!;
  if (items.present?.subarray(first, first + dimensions).includes(0))
    throw new Failure(
      'DataError',
      `${reader.where}, dimension ${items.present.indexOf(0, first) - first}: no value`,
    );
  if (items.data instanceof Float32Array || items.data instanceof Float64Array)
    to.set(items.data.subarray(first, first + dimensions), start);
  else if (column.column.type === 'float16')
    for (let k = 0; k < dimensions; k++)
      to[start + k] = halfFloat(items.data as Uint8Array, 2 * (first + k));
  else to.set((valueOf(column, reader.at) as (bigint | number | boolean)[]).map(Number), start);
  let isZero = true;
  for (let k = start; k < start + dimensions; k++) {
    const value = to[k]!;
    if (value - value !== 0)
      throw new Failure(
        'DataError',
        `${reader.where}, dimension ${k - start}: expected a finite value, got ${value} as float32`,
      );
    if (value !== 0) isZero = false;
  }
  if (isZero)
    throw new Failure(
      'DataError',
      `${reader.where}: a vector of zeros alone (as float32) has no direction; leave it out`,
    );
}

/** What is made for rows that a footer promises is no more than this, and so many of the file. */
const PROMISED_BYTES = 64 * 1024 * 1024;
const PROMISED_RATIO = 4;

/** Room for all that the footer tells of, as far as the file can hold them, or twice as many. */
function grown(
  values: Float32Array<ArrayBuffer>,
  least: number,
  total: number,
  { dimensions, fileBytes }: { dimensions: number; fileBytes: number },
): Float32Array<ArrayBuffer> {
  const most = (PROMISED_BYTES + PROMISED_RATIO * fileBytes) / (4 * dimensions);
  const rows = total <= most ? total : Math.min(total, Math.max(1024, 2 * least));
  const larger = new Float32Array(Math.max(rows, least) * dimensions);
  larger.set(values);
  return larger;
}
