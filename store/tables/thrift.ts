/**
 * Thrift's compact protocol, as far as Parquet's headers and footers need it (parquet.thrift):
 * structs, lists, integers, strings.
 */

type Value =
  | { i32: number }
  | { i64: number }
  | { boolean: boolean }
  | { text: string }
  | { struct: Fields }
  | { encoded: Uint8Array }
  | { list: Value[] };

/** A struct: field id to value, ids rising. */
export type Fields = readonly (readonly [id: number, value: Value])[];

export const i32 = (value: number): Value => ({ i32: value });
export const i64 = (value: number): Value => ({ i64: value });
export const boolean = (value: boolean): Value => ({ boolean: value });
export const text = (value: string): Value => ({ text: value });
export const struct = (...fields: Fields): Value => ({ struct: fields });
/** A struct that is bytes already: of encodeThrift. */
export const encoded = (bytes: Uint8Array): Value => ({ encoded: bytes });
export const list = (values: Value[]): Value => ({ list: values });

/** A struct to bytes. Integers are below 2^53 in size. */
export function encodeThrift(fields: Fields): Uint8Array {
  const bytes: number[] = [];
  writeFields(bytes, fields);
  return Uint8Array.from(bytes);
}

/** Base-128, low groups first. */
export function writeVarint(bytes: number[], value: number): void {
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
}

const TYPE = { i32: 5, i64: 6, text: 8, list: 9, struct: 12, encoded: 12 } as const;

function typeOf(value: Value): number {
  // A boolean is in the type of its field.
  if ('boolean' in value) return value.boolean ? 1 : 2;
  return TYPE[Object.keys(value)[0] as keyof typeof TYPE];
}

function writeFields(bytes: number[], fields: Fields): void {
  let before = 0;
  for (const [id, value] of fields) {
    bytes.push(((id - before) << 4) | typeOf(value));
    writeValue(bytes, value);
    before = id;
  }
  bytes.push(0);
}

function writeValue(bytes: number[], value: Value): void {
  if ('boolean' in value) return;
  if ('i32' in value) writeVarint(bytes, zigzag(value.i32));
  else if ('i64' in value) writeVarint(bytes, zigzag(value.i64));
  else if ('text' in value) {
    const utf8 = Buffer.from(value.text);
    writeVarint(bytes, utf8.length);
    bytes.push(...utf8);
  } else if ('struct' in value) writeFields(bytes, value.struct);
  else if ('encoded' in value) for (const byte of value.encoded) bytes.push(byte);
  else {
    const { length } = value.list;
    const type = length === 0 ? TYPE.struct : typeOf(value.list[0]!);
    if (length < 15) bytes.push((length << 4) | type);
    else {
      bytes.push(0xf0 | type);
      writeVarint(bytes, length);
    }
    for (const item of value.list) writeValue(bytes, item);
  }
}

const zigzag = (value: number): number => (value >= 0 ? 2 * value : -2 * value - 1);
