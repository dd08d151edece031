import { Failure } from '../../schemas/failures.ts';
import {
  isBinary,
  isUtf8Column,
  type ColumnType,
  type ColumnValues,
  type ListColumn,
  rowsOf,
  type TableColumns,
  type TableSchema,
  widthOf,
  type WritableColumns,
} from './columns.ts';
import { decodeDeltas } from './delta-coding.ts';
import { integersAsDeltas, lengthsAsDeltas } from './integers-as-deltas.ts';
import { decodeLevels, encodeLevels } from './list-levels.ts';
import { decodeThrift, type ThriftStruct } from './read-thrift.ts';
import { encodeThrift, type Fields, i32, i64, list, struct, text } from './thrift.ts';
import { decodeUtf8, encodeUtf8, type Utf8Column } from './utf8-column.ts';

/**
 * Parquet as the stages write it for one another: not compressed, integers as deltas, strings as
 * their lengths and then their bytes, a page a column of a row group. Any reader of Parquet takes
 * it; to code and to read it takes a small part of the time that compressed pages take.
 */

/** In `created_by`: what `decodeTable` reads. */
const WRITER = 'hashloom tables';
const MAGIC = Buffer.from('PAR1');
const TYPE = { int32: 1, int64: 2, float32: 4, float64: 5, utf8: 6, binary: 7 } as const;
const ENCODING = { plain: 0, rle: 3, delta: 5, lengths: 6 } as const;
const REPETITION = { required: 0, repeated: 2 } as const;
const CONVERTED = { utf8: 0, list: 3 } as const;
/** Rows of a row group, where nothing else is said. */
export const ROW_GROUP_ROWS = 1_000_000;
/** Of one page: readers count its bytes in 32 bits. */
const MAX_PAGE_BYTES = 0x7fff_ffff;

type ScalarValues =
  | Int32Array
  | BigInt64Array
  | Float32Array
  | Float64Array
  | Uint8Array
  | Utf8Column;

interface Page {
  encoding: number;
  bytes: Uint8Array[];
}

/** The same columns give the same bytes. Throws RangeError where columns do not fit together. */
export function encodeTable<S extends TableSchema>(
  schema: S,
  columns: WritableColumns<S>,
  rowGroupRows: number,
): Uint8Array {
  const rows = rowsOf(schema, columns);
  const parts: Uint8Array[] = [];
  let at = 0;
  const encoder = tableEncoder(schema, (bytes) => {
    parts.push(bytes);
    at += bytes.length;
  });
  const addGroup = encoder.groupsOf(columns);
  for (let from = 0; from < rows; from += rowGroupRows)
    addGroup(from, Math.min(from + rowGroupRows, rows));
  encoder.finish();
  return joined(parts, at);
}

export interface TableEncoder<S extends TableSchema> {
  /**
   * What puts rows [from, to) of these columns out as a row group. Throws DataError where a page
   * would be too large to be read.
   */
  groupsOf(columns: WritableColumns<S>): (from: number, to: number) => void;
  finish(): void;
}

/**
 * The bytes of a table in order; they may be views of the columns and of what is used again, good
 * until the next call.
 */
export function tableEncoder<S extends TableSchema>(
  schema: S,
  push: (bytes: Uint8Array) => void,
): TableEncoder<S> {
  let at = 0;
  let rows = 0;
  const groups: Fields[] = [];
  const put = (bytes: Uint8Array) => {
    push(bytes);
    at += bytes.length;
  };
  put(MAGIC);
  return {
    groupsOf(columns) {
      const prepared = Object.entries(schema).map(([name, type]) => ({
        name,
        type,
        ...prepare(name, type, columns[name] as ColumnValues<ColumnType> | Utf8Column),
      }));
      return (from, to) => {
        const start = at;
        const chunks = prepared.map(({ name, type, offsets, values }) => {
          const first = at;
          const levels = offsets && encodeLevels(offsets, from, to);
          const page = encodeValues(
            elementType(type),
            values,
            offsets ? offsets[from]! : from,
            offsets ? offsets[to]! : to,
          );
          const count = levels?.count ?? to - from;
          const size = page.bytes.reduce(
            (sum, { length }) => sum + length,
            levels?.bytes.length ?? 0,
          );
          if (size > MAX_PAGE_BYTES)
            throw new Failure(
              'DataError',
              `column ${name}: a page of ${size} bytes, at most ${MAX_PAGE_BYTES} can be ` +
                'read; split the input',
            );
          put(
            encodeThrift([
              [1, i32(0)],
              [2, i32(size)],
              [3, i32(size)],
              [
                5,
                struct(
                  [1, i32(count)],
                  [2, i32(page.encoding)],
                  [3, i32(ENCODING.rle)],
                  [4, i32(ENCODING.rle)],
                ),
              ],
            ]),
          );
          if (levels) put(levels.bytes);
          for (const bytes of page.bytes) put(bytes);
          const path = offsets ? [name, 'list', 'element'] : [name];
          const meta = struct(
            [1, i32(physical(elementType(type)))],
            [2, list([i32(page.encoding), i32(ENCODING.rle)])],
            [3, list(path.map(text))],
            [4, i32(0)],
            [5, i64(count)],
            [6, i64(at - first)],
            [7, i64(at - first)],
            [9, i64(first)],
          );
          return struct([2, i64(first)], [3, meta]);
        });
        groups.push([
          [1, list(chunks)],
          [2, i64(at - start)],
          [3, i64(to - from)],
        ]);
        rows += to - from;
      };
    },
    finish() {
      const footer = encodeThrift([
        [1, i32(1)],
        [2, list(schemaElements(schema))],
        [3, i64(rows)],
        [4, list(groups.map((fields) => struct(...fields)))],
        [6, text(WRITER)],
      ]);
      put(footer);
      put(new Uint8Array(Uint32Array.of(footer.length).buffer));
      put(MAGIC);
    },
  };
}

/**
 * The columns of the schema, which is a part of the file's; undefined where the bytes are not of
 * encodeTable or hold the columns otherwise, which another reader may then look at. Throws
 * RangeError where pages do not hold what the footer says.
 */
export function decodeTable<S extends TableSchema>(
  bytes: Uint8Array,
  schema: S,
): TableColumns<S> | undefined {
  const footer = footerOf(bytes);
  if (
    footer === undefined ||
    !Object.entries(schema).every(([name, type]) => columnType(footer, name) === type)
  )
    return undefined;
  const groups = structs(footer, 4);
  const columns: Record<string, ColumnValues<ColumnType>> = {};
  for (const [name, type] of Object.entries(schema)) {
    const chunks = groups.map((group) => chunkOf(bytes, 0, group, name, type));
    columns[name] = assemble(name, type, chunks);
  }
  return columns as TableColumns<S>;
}

/** Where a row group lies in a table's file, and how many rows it has. */
export interface RowGroup {
  from: number;
  to: number;
  rows: number;
  /** Its columns out of its bytes. Throws RangeError as decodeTable does. */
  decode<S extends TableSchema>(bytes: Uint8Array, schema: S): TableColumns<S>;
}

/**
 * The row groups by the end of a file, from some byte before its footer on; undefined where it is
 * not of encodeTable or has no such columns.
 */
export function rowGroupsOf(end: Uint8Array, schema: TableSchema): RowGroup[] | undefined {
  const footer = footerAtEnd(end);
  if (
    footer === undefined ||
    !Object.entries(schema).every(([name, type]) => columnType(footer, name) === type)
  )
    return undefined;
  return structs(footer, 4).map((group) => {
    const from = Number(structs(group, 1)[0]!.get(2));
    return {
      from,
      to: from + Number(group.get(2)),
      rows: Number(group.get(3)),
      decode: <S extends TableSchema>(bytes: Uint8Array, wanted: S) =>
        Object.fromEntries(
          Object.entries(wanted).map(([name, type]) => [
            name,
            assemble(name, type, [chunkOf(bytes, from, group, name, type)]),
          ]),
        ) as TableColumns<S>,
    };
  });
}

/**
 * A column of strings as the bytes that they are in the file; undefined and RangeError as
 * decodeTable has them. The bytes are UTF-8 as they were written.
 */
export function decodeStrings(bytes: Uint8Array, name: string): Utf8Column | undefined {
  const footer = footerOf(bytes);
  if (footer === undefined || columnType(footer, name) !== 'utf8') return undefined;
  const parts = structs(footer, 4).map(
    (group) => chunkOf(bytes, 0, group, name, 'utf8').values as Utf8Column,
  );
  if (parts.length === 1) return parts[0];
  const offsets = new Int32Array(parts.reduce((sum, part) => sum + part.offsets.length - 1, 1));
  let row = 0;
  for (const part of parts) {
    const base = offsets[row]!;
    for (let r = 1; r < part.offsets.length; r++) offsets[row + r] = base + part.offsets[r]!;
    row += part.offsets.length - 1;
  }
  return {
    offsets,
    bytes: joined(
      parts.map((part) => part.bytes),
      offsets[row]!,
    ),
  };
}

function schemaElements(schema: TableSchema): ReturnType<typeof struct>[] {
  const elements = [struct([4, text('schema')], [5, i32(Object.keys(schema).length)])];
  for (const [name, type] of Object.entries(schema)) {
    if (type.startsWith('list<')) {
      elements.push(
        struct(
          [3, i32(REPETITION.required)],
          [4, text(name)],
          [5, i32(1)],
          [6, i32(CONVERTED.list)],
        ),
      );
      elements.push(struct([3, i32(REPETITION.repeated)], [4, text('list')], [5, i32(1)]));
    }
    const element = elementType(type);
    const fields: Fields[number][] = [[1, i32(physical(element))]];
    if (isBinary(element)) fields.push([2, i32(widthOf(element))]);
    fields.push(
      [3, i32(REPETITION.required)],
      [4, text(type.startsWith('list<') ? 'element' : name)],
    );
    if (element === 'utf8') fields.push([6, i32(CONVERTED.utf8)]);
    elements.push(struct(...fields));
  }
  return elements;
}

function prepare(
  name: string,
  type: ColumnType,
  values: ColumnValues<ColumnType> | Utf8Column,
): { offsets?: Int32Array; values: ScalarValues } {
  if (!type.startsWith('list<'))
    return {
      values:
        type === 'utf8' && !isUtf8Column(values)
          ? encodeUtf8(values as string[], name)
          : (values as ScalarValues),
    };
  const { offsets, values: items } = values as ListColumn<
    Int32Array | BigInt64Array | string[] | Utf8Column
  >;
  return { offsets, values: Array.isArray(items) ? encodeUtf8(items, name) : items };
}

function encodeValues(type: ColumnType, values: ScalarValues, from: number, to: number): Page {
  if (isUtf8Column(values)) {
    const lengths = new Int32Array(to - from);
    for (let k = 0; k < lengths.length; k++)
      lengths[k] = values.offsets[from + k + 1]! - values.offsets[from + k]!;
    return {
      encoding: ENCODING.lengths,
      bytes: [
        lengthsAsDeltas(lengths),
        values.bytes.subarray(values.offsets[from], values.offsets[to]),
      ],
    };
  }
  const coded =
    values instanceof Int32Array || values instanceof BigInt64Array
      ? integersAsDeltas(values, from, to)
      : undefined;
  if (coded) return { encoding: ENCODING.delta, bytes: [coded] };
  const width = isBinary(type) ? widthOf(type) : 1;
  const part = values.subarray(from * width, to * width);
  return {
    encoding: ENCODING.plain,
    bytes: [new Uint8Array(part.buffer, part.byteOffset, part.byteLength)],
  };
}

interface Chunk {
  rows: number;
  offsets: Int32Array | undefined;
  values: ScalarValues;
}

function footerOf(bytes: Uint8Array): ThriftStruct | undefined {
  return bytes.length >= 12 && Buffer.compare(bytes.subarray(0, 4), MAGIC) === 0
    ? footerAtEnd(bytes.subarray(4))
    : undefined;
}

/** Of the last bytes of a file, the footer among them. */
function footerAtEnd(bytes: Uint8Array): ThriftStruct | undefined {
  if (bytes.length < 8 || Buffer.compare(bytes.subarray(bytes.length - 4), MAGIC) !== 0)
    return undefined;
  const length = footerLength(bytes);
  if (length > bytes.length - 8) return undefined;
  try {
    const { fields } = decodeThrift(bytes, bytes.length - 8 - length);
    return textOf(fields.get(6)) === WRITER ? fields : undefined;
  } catch {
    return undefined;
  }
}

/** Bytes of the footer, by the eight that a file ends with. */
export function footerLength(end: Uint8Array): number {
  return new DataView(end.buffer, end.byteOffset, end.length).getUint32(end.length - 8, true);
}

/** The type of a column by the footer's schema; undefined where there is none or none of these. */
function columnType(footer: ThriftStruct, name: string): string | undefined {
  const elements = structs(footer, 2);
  let at = 1;
  for (; at < elements.length; at++) {
    const isList = elements[at]!.get(6) === CONVERTED.list;
    if (textOf(elements[at]!.get(4)) === name)
      return isList ? `list<${leafType(elements[at + 2])}>` : leafType(elements[at]);
    if (isList) at += 2;
  }
  return undefined;
}

function leafType(element: ThriftStruct | undefined): string | undefined {
  const type = element?.get(1);
  if (type === TYPE.binary) return `binary(${Number(element?.get(2))})`;
  return Object.entries(TYPE).find(([, number]) => number === type)?.[0];
}

/** A column of a row group; `bytes` are those of the file from byte `base` on. */
function chunkOf(
  bytes: Uint8Array,
  base: number,
  group: ThriftStruct,
  name: string,
  type: ColumnType,
): Chunk {
  const rows = Number(group.get(3));
  const meta = structs(group, 1)
    .map((chunk) => chunk.get(3) as ThriftStruct)
    .find((candidate) => textOf((candidate.get(3) as Uint8Array[])[0]) === name);
  if (meta === undefined) throw new RangeError(`column ${name}: a row group without it`);
  const { fields, end } = decodeThrift(bytes, Number(meta.get(9)) - base);
  const size = Number(fields.get(2));
  const header = fields.get(5) as ThriftStruct;
  const encoding = Number(header.get(2));
  if (end + size > bytes.length)
    throw new RangeError(
      `column ${name}: a page of ${size} bytes at byte ${end} of ${bytes.length}`,
    );
  const page = bytes.subarray(end, end + size);
  if (!type.startsWith('list<'))
    return {
      rows,
      offsets: undefined,
      values: decodeValues(elementType(type), page, encoding, rows),
    };
  const { offsets, at } = decodeLevels(page, Number(header.get(1)), rows);
  return {
    rows,
    offsets,
    values: decodeValues(elementType(type), page.subarray(at), encoding, offsets[rows]!),
  };
}

function decodeValues(
  type: ColumnType,
  page: Uint8Array,
  encoding: number,
  count: number,
): ScalarValues {
  if (type === 'utf8') {
    checkCount(count, page);
    const lengths = new Int32Array(count);
    const at = decodeDeltas(page, 0, count, lengths, 0);
    const offsets = new Int32Array(count + 1);
    for (let k = 0; k < count; k++) {
      if (lengths[k]! < 0) throw new RangeError(`a string of ${lengths[k]} bytes`);
      offsets[k + 1] = offsets[k]! + lengths[k]!;
    }
    if (at + offsets[count]! !== page.length)
      throw new RangeError(`strings of ${offsets[count]} bytes, ${page.length - at} are there`);
    return { offsets, bytes: page.subarray(at) };
  }
  if (encoding === ENCODING.delta) {
    checkCount(count, page);
    const values = type === 'int32' ? new Int32Array(count) : new Float64Array(count);
    decodeDeltas(page, 0, count, values, 0);
    return type === 'int32' ? values : toBigInts(values as Float64Array);
  }
  const width = isBinary(type) ? widthOf(type) : 1;
  const copy = new Uint8Array(page).buffer;
  const values = new (arrayOf(type))(copy);
  if (encoding !== ENCODING.plain || values.length !== count * width)
    throw new RangeError(
      `a page of ${values.length} values of encoding ${encoding}, expected ${count * width} ` +
        'plain ones',
    );
  return values;
}

/** A block of 128 deltas takes five bytes and more. */
function checkCount(count: number, page: Uint8Array): void {
  if (!(count <= 128 * page.length))
    throw new RangeError(`${count} values in a page of ${page.length} bytes`);
}

function toBigInts(values: Float64Array): BigInt64Array {
  const result = new BigInt64Array(values.length);
  const halves = new Int32Array(result.buffer);
  for (let k = 0; k < values.length; k++) {
    const high = Math.floor(values[k]! / 2 ** 32);
    halves[2 * k] = (values[k]! - high * 2 ** 32) | 0;
    halves[2 * k + 1] = high;
  }
  return result;
}

/** The chunks of all row groups as one column. */
function assemble(
  name: string,
  type: ColumnType,
  chunks: readonly Chunk[],
): ColumnValues<ColumnType> {
  const values = joinValues(
    name,
    elementType(type),
    chunks.map(({ values }) => values),
  );
  if (!type.startsWith('list<')) return values;
  const offsets = new Int32Array(chunks.reduce((sum, { rows }) => sum + rows, 1));
  let row = 0;
  for (const chunk of chunks) {
    const base = offsets[row]!;
    for (let r = 1; r <= chunk.rows; r++) offsets[row + r] = base + chunk.offsets![r]!;
    row += chunk.rows;
  }
  return { offsets, values } as ColumnValues<ColumnType>;
}

function joinValues(
  name: string,
  type: ColumnType,
  parts: readonly ScalarValues[],
): ColumnValues<ColumnType> {
  if (type === 'utf8') return parts.flatMap((part) => decodeUtf8(part as Utf8Column, name));
  if (parts.length === 1) return parts[0] as ColumnValues<ColumnType>;
  const length = parts.reduce((sum, part) => sum + (part as Uint8Array).length, 0);
  const all = new (arrayOf(type))(length);
  let at = 0;
  for (const part of parts as Uint8Array[]) {
    (all as Uint8Array).set(part, at);
    at += part.length;
  }
  return all;
}

/** The array that holds values of a type; bytes where they are of a fixed width. */
function arrayOf(
  type: ColumnType,
): new (from: ArrayBuffer | number) => Exclude<ScalarValues, Utf8Column> {
  const arrays: Partial<Record<ColumnType, unknown>> = {
    int32: Int32Array,
    int64: BigInt64Array,
    float32: Float32Array,
    float64: Float64Array,
  };
  return (arrays[type] ?? Uint8Array) as ReturnType<typeof arrayOf>;
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function elementType(type: ColumnType): ColumnType {
  return (type.startsWith('list<') ? type.slice('list<'.length, -1) : type) as ColumnType;
}

function physical(type: ColumnType): number {
  return isBinary(type) ? TYPE.binary : TYPE[type as keyof typeof TYPE];
}

const structs = (fields: ThriftStruct, id: number): ThriftStruct[] =>
  (fields.get(id) ?? []) as ThriftStruct[];
const textOf = (value: unknown): string =>
  value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : '';
