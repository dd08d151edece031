import type { ColumnType, ColumnValues, TableColumns, TableSchema } from './columns.ts';
import { assemble, chunkOf } from './decode-page.ts';
import { footerAtEnd, footerOf, columnType, structs } from './table-footer.ts';
import type { Utf8Column } from './utf8-column.ts';

/**
 * Parquet as the stages write it for one another: not compressed, integers as deltas, strings as
 * their lengths and then their bytes, a page a column of a row group. Any reader of Parquet takes
 * it; to code and to read it takes a small part of the time that compressed pages take.
 */

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

export function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
