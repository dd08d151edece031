import type { Vector } from 'apache-arrow';
import { openForeign, type OpenedForeign } from './open-foreign.ts';

/**
 * A Parquet file that somebody else wrote: strings, whole numbers and bytes are taken in any of
 * their Arrow types.
 */
export interface ForeignTable {
  where: string;
  rows: number;
  columns: string[];
  /** Ids as text or as 64-bit numbers. */
  ids(name: string): string[] | bigint[];
  /** Whole numbers below 2^31. */
  numbers(name: string): Int32Array;
  /** Text or whole numbers of each row, as text: one, or the elements of a list. */
  labels(name: string): string[][];
  /** Bytes of each row, as long as they come. */
  bytes(name: string): Uint8Array[];
}

/**
 * Throws Failure (DataError) on bytes that are no Parquet; a column that is missing, has holes or
 * is of another type throws it when it is asked for.
 */
export async function readForeignParquet(bytes: Uint8Array, where: string): Promise<ForeignTable> {
  const { table, refuse }: OpenedForeign = await openForeign(bytes, where);
  const columns = table.schema.fields.map(({ name }) => name);
  const column = (name: string): Vector => {
    const found =
      table.getChild(name) ?? refuse(`no column ${name}; it has ${columns.join(', ') || 'none'}`);
    if (found.nullCount > 0) refuse(`column ${name}: ${found.nullCount} rows without a value`);
    return found;
  };
  const typed = <Value>(
    name: string,
    expected: string,
    fits: (value: unknown) => value is Value,
  ): Value[] => {
    const values = Array.from(column(name) as Iterable<unknown>);
    const at = values.findIndex((value) => !fits(value));
    if (at >= 0) refuse(`column ${name}, row ${at}: expected ${expected}, got ${show(values[at])}`);
    return values as Value[];
  };
  return {
    where,
    rows: table.numRows,
    columns,
    ids(name) {
      const first = table.numRows === 0 ? '' : column(name).get(0);
      if (typeof first === 'string')
        return typed(name, 'text as in row 0', (value) => typeof value === 'string');
      return typed(
        name,
        'text or a whole number',
        (value): value is bigint | number =>
          typeof value === 'bigint' || Number.isSafeInteger(value),
      ).map(BigInt);
    },
    numbers: (name) =>
      Int32Array.from(
        typed(
          name,
          'a whole number from 0',
          (value): value is number | bigint =>
            Number(value) >= 0 && Number(value) < 2 ** 31 && Number.isInteger(Number(value)),
        ),
        Number,
      ),
    labels: (name) =>
      typed(name, 'text, whole numbers, or a list of them', isLabels).map((value) =>
        isLabel(value) ? [String(value)] : Array.from(value, String),
      ),
    bytes: (name) => typed(name, 'bytes', (value) => value instanceof Uint8Array),
  };
}

type Label = string | bigint | number;

function isLabel(value: unknown): value is Label {
  return typeof value === 'string' || typeof value === 'bigint' || Number.isSafeInteger(value);
}

function isLabels(value: unknown): value is Label | Iterable<Label> {
  if (isLabel(value)) return true;
  const isList =
    typeof value === 'object' &&
    value !== null &&
    Symbol.iterator in value &&
    !(value instanceof Uint8Array);
  return isList && Array.from(value as Iterable<unknown>).every(isLabel);
}

function show(value: unknown): string {
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  return typeof value === 'bigint' ? String(value) : JSON.stringify(value);
}
