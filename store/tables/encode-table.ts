import { Failure } from '../../schemas/failures.ts';
import {
  isBinary,
  isUtf8Column,
  type ColumnType,
  type ColumnValues,
  type ListColumn,
  rowsOf,
  type TableSchema,
  widthOf,
  type WritableColumns,
} from './columns.ts';
import { integersAsDeltas, lengthsAsDeltas } from './integers-as-deltas.ts';
import { encodeLevels } from './list-levels.ts';
import { joined } from './table-file.ts';
import {
  WRITER,
  physical,
  MAGIC,
  REPETITION,
  CONVERTED,
  elementType,
  ENCODING,
  type ScalarValues,
} from './table-format.ts';
import { encodeThrift, type Fields, i32, i64, list, struct, text } from './thrift.ts';
import { encodeUtf8, type Utf8Column } from './utf8-column.ts';

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

/** Writes a table row group by row group. */
interface TableEncoder<S extends TableSchema> {
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

interface Page {
  encoding: number;
  bytes: Uint8Array[];
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

/** Of one page: readers count its bytes in 32 bits. */
const MAX_PAGE_BYTES = 0x7fff_ffff;
