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
  /** Numbers of each row. */
  scores(name: string): number[][];
  /** Bits of each row as bytes, the first bit highest: bytes, hexadecimal text, or a list of 0 and 1. */
  bits(name: string): Uint8Array[];
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
    scores: (name) =>
      typed(name, 'a list of numbers', isNumbers).map((value) => Array.from(value, Number)),
    bits: (name) =>
      typed(name, 'bytes, hexadecimal text or a list of 0 and 1', areBits).map(packBits),
  };
}

/** Whether it is one of the forms of a code. */
export function areBits(value: unknown): value is Uint8Array | string | Iterable<number> {
  if (value instanceof Uint8Array) return true;
  if (typeof value === 'string') return /^(?:[0-9a-f]{2})+$/i.test(value);
  return isList(value) && Array.from(value).every((bit) => [0, 1, false, true].includes(bit as 0));
}

export function packBits(value: Uint8Array | string | Iterable<number>): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'string') return Uint8Array.from(Buffer.from(value, 'hex'));
  const bits = Array.from(value, Number);
  const bytes = new Uint8Array(Math.ceil(bits.length / 8));
  bits.forEach((bit, at) => (bytes[at >> 3]! |= bit << (7 - (at & 7))));
  return bytes;
}

export function isNumbers(value: unknown): value is Iterable<number | bigint> {
  return isList(value) && Array.from(value).every((each) => Number.isFinite(Number(each)));
}

type Label = string | bigint | number;

export function isLabel(value: unknown): value is Label {
  return typeof value === 'string' || typeof value === 'bigint' || Number.isSafeInteger(value);
}

export function isLabels(value: unknown): value is Label | Iterable<Label> {
  return isLabel(value) || (isList(value) && Array.from(value).every(isLabel));
}

function isList(value: unknown): value is Iterable<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    Symbol.iterator in value &&
    !(value instanceof Uint8Array)
  );
}

function show(value: unknown): string {
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  return typeof value === 'bigint' ? String(value) : JSON.stringify(value);
}
