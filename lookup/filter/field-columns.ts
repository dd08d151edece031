import { checksumSeed } from '../../format/cell-map.ts';
import { crc32c } from '../../format/checksum.ts';
import {
  columnBytes,
  type FieldColumnEntry,
  FIELDS_AT,
  FIELDS_FORMAT_VERSION,
  FIELDS_HEADER_BYTES,
  FIELDS_MAGIC,
  MAXIMUM_VALUES_BYTES,
} from '../../format/field-columns.ts';
import { u16, u32 } from '../../format/little-endian.ts';
import { checkFileHeader } from '../check-file-header.ts';
import { IndexFormatError } from '../index-errors.ts';
import { hex } from '../pages/page-header.ts';
import type { FieldType, FieldValue } from '../query/types.ts';
import { isOfType } from './parse-payload.ts';

export const FIELDS_PART = 'fields.bin';

export interface ExpectedFields {
  items: number;
  /** Of the part. */
  bytes: number;
  /** 32 hexadecimal digits. */
  identity: string;
  types: Readonly<Record<string, FieldType>>;
}

/** Where a column lies, proven but for its own bytes. */
export interface PlacedColumn extends FieldColumnEntry {
  start: number;
  end: number;
  type: FieldType;
}

/** The values of a field: `values[places[item] - 1]`, absent where the place is 0. */
export interface FieldColumn {
  values: readonly FieldValue[];
  places: Uint8Array | Uint16Array | Uint32Array;
  heldBytes: number;
}

/** How many bytes header and directory have, of at least the header. Throws IndexFormatError. */
export function headBytes(bytes: Uint8Array, expected: ExpectedFields): number {
  const header = { magic: FIELDS_MAGIC, version: FIELDS_FORMAT_VERSION, at: FIELDS_AT };
  checkFileHeader(bytes, header, refuse);
  const identity = hex(bytes.subarray(FIELDS_AT.identity, FIELDS_AT.directoryCrc));
  if (identity !== expected.identity)
    refuse(FIELDS_AT.identity, `identity ${expected.identity}`, identity);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const items = Number(view.getBigUint64(FIELDS_AT.items, true));
  if (items !== expected.items) refuse(FIELDS_AT.items, `${expected.items} items`, items);
  const end = FIELDS_HEADER_BYTES + u32(bytes, FIELDS_AT.directoryBytes);
  if (end > expected.bytes)
    refuse(FIELDS_AT.directoryBytes, `a directory within ${expected.bytes} bytes`, end);
  return end;
}

/** The columns by name, of the whole head. Throws IndexFormatError. */
export function parseDirectory(
  head: Uint8Array,
  { items, bytes, identity, types }: ExpectedFields,
): Map<string, PlacedColumn> {
  const crc = crc32c(head, FIELDS_HEADER_BYTES, head.length, seedOf(identity));
  if (crc !== u32(head, FIELDS_AT.directoryCrc))
    refuse(FIELDS_AT.directoryCrc, `directory checksum ${crc}`, u32(head, FIELDS_AT.directoryCrc));
  const listed = jsonOf(head.subarray(FIELDS_HEADER_BYTES), FIELDS_HEADER_BYTES);
  if (!Array.isArray(listed)) return refuse(FIELDS_HEADER_BYTES, 'a list of columns', 'none');
  const columns = new Map<string, PlacedColumn>();
  let start = head.length;
  for (const entry of listed as unknown[]) {
    const { name, valuesBytes, placeBytes, crc: own } = (entry ?? {}) as FieldColumnEntry;
    const type = typeof name === 'string' && Object.hasOwn(types, name) ? types[name] : undefined;
    const fits =
      type !== undefined &&
      !columns.has(name) &&
      Number.isInteger(valuesBytes) &&
      valuesBytes >= 2 &&
      valuesBytes <= MAXIMUM_VALUES_BYTES &&
      [1, 2, 4].includes(placeBytes);
    if (!fits)
      return refuse(FIELDS_HEADER_BYTES, 'columns of fields', JSON.stringify(entry).slice(0, 100));
    const end = start + columnBytes({ valuesBytes, placeBytes }, items);
    columns.set(name, { name, valuesBytes, placeBytes, crc: own, start, end, type });
    start = end;
  }
  if (start !== bytes) refuse(FIELDS_HEADER_BYTES, `columns up to byte ${bytes}`, start);
  return columns;
}

/** Throws IndexFormatError on bytes that are not as the directory says. */
export function parseColumn(
  column: PlacedColumn,
  bytes: Uint8Array,
  { items, identity }: ExpectedFields,
): FieldColumn {
  const { start, valuesBytes, placeBytes, type, name } = column;
  const crc = crc32c(bytes, 0, bytes.length, seedOf(identity));
  if (crc !== column.crc) refuse(start, `checksum ${column.crc} of field ${name}`, crc);
  const values = jsonOf(bytes.subarray(0, valuesBytes), start);
  if (!Array.isArray(values) || !values.every((value) => isOfType(value, type)))
    return refuse(start, `values of field ${name}, each ${type}`, 'others');
  const places = placesOf(bytes, column, items);
  for (let i = 0; i < items; i++)
    if (places[i]! > values.length)
      refuse(start + valuesBytes + placeBytes * i, `a place up to ${values.length}`, places[i]);
  return { values, places, heldBytes: bytes.length + valuesBytes };
}

function placesOf(
  bytes: Uint8Array,
  { valuesBytes, placeBytes }: PlacedColumn,
  items: number,
): FieldColumn['places'] {
  if (placeBytes === 1) return bytes.slice(valuesBytes);
  const places = placeBytes === 2 ? new Uint16Array(items) : new Uint32Array(items);
  const read = placeBytes === 2 ? u16 : u32;
  for (let i = 0; i < items; i++) places[i] = read(bytes, valuesBytes + placeBytes * i);
  return places;
}

function seedOf(identity: string): number {
  const bytes = Uint8Array.from({ length: identity.length / 2 }, (_, k) =>
    Number.parseInt(identity.slice(2 * k, 2 * k + 2), 16),
  );
  return checksumSeed(bytes);
}

function jsonOf(bytes: Uint8Array, offset: number): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    return refuse(offset, 'JSON', error instanceof Error ? error.message : String(error));
  }
}

function refuse(offset: number, expected: string, actual: unknown): never {
  throw new IndexFormatError(FIELDS_PART, offset, expected, String(actual));
}
