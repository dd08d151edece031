import type { Utf8Column } from './utf8-column.ts';

/**
 * The kinds of columns that Hashloom's tables hold; none is nullable. `binary(n)` is n bytes a row.
 */
export type ColumnType =
  | 'int32'
  | 'int64'
  | 'float32'
  | 'float64'
  | 'utf8'
  | 'list<int32>'
  | 'list<int64>'
  | 'list<utf8>'
  | `binary(${number})`;

/** Name to type, in the order of the columns. */
export type TableSchema = Readonly<Record<string, ColumnType>>;

/**
 * Row i is values [offsets[i], offsets[i + 1]); offsets begin at 0 and have one more entry than
 * there are rows.
 */
export interface ListColumn<V> {
  offsets: Int32Array;
  values: V;
}

/** Plain typed arrays, one entry a row; `binary(n)` is one array of rows * n bytes. */
export type ColumnValues<T extends ColumnType> = T extends 'int32'
  ? Int32Array
  : T extends 'int64'
    ? BigInt64Array
    : T extends 'float32'
      ? Float32Array
      : T extends 'float64'
        ? Float64Array
        : T extends 'utf8'
          ? string[]
          : T extends 'list<int32>'
            ? ListColumn<Int32Array>
            : T extends 'list<int64>'
              ? ListColumn<BigInt64Array>
              : T extends 'list<utf8>'
                ? ListColumn<string[]>
                : Uint8Array;

/** What can be written: strings may be bytes already, UTF-8 and valid. */
export type WritableColumns<S extends TableSchema> = {
  [Name in keyof S]: S[Name] extends 'utf8'
    ? string[] | Utf8Column
    : S[Name] extends 'list<utf8>'
      ? ListColumn<string[] | Utf8Column>
      : ColumnValues<S[Name]>;
};

export type TableColumns<S extends TableSchema> = { [Name in keyof S]: ColumnValues<S[Name]> };

/** n of `binary(n)`. */
export function widthOf(type: `binary(${number})`): number {
  return Number(type.slice('binary('.length, -1));
}

export function isUtf8Column(values: object): values is Utf8Column {
  return 'bytes' in values;
}

export function isBinary(type: ColumnType): type is `binary(${number})` {
  return type.startsWith('binary(');
}

/**
 * Rows of a table; throws a RangeError where columns differ in length or the offsets of a list do
 * not fit its values.
 */
export function rowsOf<S extends TableSchema>(schema: S, columns: WritableColumns<S>): number {
  let rows: number | undefined;
  for (const [name, type] of Object.entries(schema)) {
    const length = lengthOf(name, type, columns[name] as ColumnValues<ColumnType> | Utf8Column);
    rows ??= length;
    if (length !== rows)
      throw new RangeError(
        `column ${name} has ${length} rows, expected ${rows} as in the columns before`,
      );
  }
  if (rows === undefined) throw new RangeError('a table without columns');
  return rows;
}

function lengthOf(
  name: string,
  type: ColumnType,
  values: ColumnValues<ColumnType> | Utf8Column,
): number {
  if (type.startsWith('list<')) {
    const { offsets, values: items } = values as ListColumn<
      Int32Array | BigInt64Array | string[] | Utf8Column
    >;
    const last = offsets[offsets.length - 1];
    const count = isUtf8Column(items) ? items.offsets.length - 1 : items.length;
    if (offsets[0] !== 0 || last !== count) {
      throw new RangeError(
        `column ${name}: offsets run from ${offsets[0]} to ${last}, expected from 0 to ${count}`,
      );
    }
    for (let i = 1; i < offsets.length; i++) {
      if (offsets[i]! < offsets[i - 1]!)
        throw new RangeError(
          `column ${name}: offset ${i} is ${offsets[i]}, less than ${offsets[i - 1]} before it`,
        );
    }
    return offsets.length - 1;
  }
  if (isUtf8Column(values)) return values.offsets.length - 1;
  const { length } = values as { length: number };
  if (!isBinary(type)) return length;
  const width = widthOf(type);
  if (length % width !== 0)
    throw new RangeError(`column ${name}: ${length} bytes are no multiple of ${width}`);
  return length / width;
}
