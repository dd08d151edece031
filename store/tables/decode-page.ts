import { isBinary, type ColumnType, type ColumnValues, widthOf } from './columns.ts';
import { decodeDeltas } from './delta-coding.ts';
import { decodeLevels } from './list-levels.ts';
import { decodeThrift, type ThriftStruct } from './read-thrift.ts';
import { textOf, structs } from './table-footer.ts';
import { elementType, ENCODING, type ScalarValues } from './table-format.ts';
import { decodeUtf8, type Utf8Column } from './utf8-column.ts';

interface Chunk {
  rows: number;
  offsets: Int32Array | undefined;
  values: ScalarValues;
}

/** A column of a row group; `bytes` are those of the file from byte `base` on. */
export function chunkOf(
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
export function assemble(
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
