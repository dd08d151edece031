import { decodeThrift, type ThriftStruct } from './read-thrift.ts';
import { WRITER, MAGIC, TYPE, CONVERTED } from './table-format.ts';

/** The footer of a whole file; undefined where another program wrote it. */
export function footerOf(bytes: Uint8Array): ThriftStruct | undefined {
  return bytes.length >= 12 && Buffer.compare(bytes.subarray(0, 4), MAGIC) === 0
    ? footerAtEnd(bytes.subarray(4))
    : undefined;
}

/** Of the last bytes of a file, the footer among them. */
export function footerAtEnd(bytes: Uint8Array): ThriftStruct | undefined {
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
export function columnType(footer: ThriftStruct, name: string): string | undefined {
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

/** The list of structs that a field holds. */
export const structs = (fields: ThriftStruct, id: number): ThriftStruct[] =>
  (fields.get(id) ?? []) as ThriftStruct[];

/** The text that a field holds; empty where it holds none. */
export const textOf = (value: unknown): string =>
  value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : '';
