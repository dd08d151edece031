import { DEEPEST_STRUCT, thriftCursor } from './thrift-cursor.ts';

/**
 * Structs of Thrift's compact protocol with the types of their fields, so that what is read and
 * changed can be written again.
 */

/**
 * A field: its id, its type as the protocol numbers it, and what it holds. Lists know the type of
 * their elements.
 */
export interface ThriftField {
  id: number;
  type: number;
  element?: number;
  value: ThriftTreeValue;
}

export type ThriftStructTree = ThriftField[];
type ThriftTreeValue = number | boolean | Uint8Array | ThriftStructTree | ThriftTreeValue[];

const TYPE = {
  yes: 1,
  no: 2,
  byte: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  binary: 8,
  list: 9,
  struct: 12,
} as const;

/**
 * A struct from `at` on, and where it ends. Throws RangeError on bytes that are none, and on
 * integers beyond 2^53.
 */
export function decodeFields(
  bytes: Uint8Array,
  at: number,
): { fields: ThriftStructTree; end: number } {
  const { byte, varint, take, position } = thriftCursor(bytes, at);

  function integer(): number {
    const value = varint();
    if (!Number.isSafeInteger(value))
      throw new RangeError(`no number below 2^53 at byte ${position()}`);
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  function value(type: number, depth: number): Pick<ThriftField, 'value' | 'element'> {
    if (depth > DEEPEST_STRUCT)
      throw new RangeError(`structs in more than ${DEEPEST_STRUCT} structs`);
    switch (type) {
      case TYPE.yes:
      case TYPE.no:
        return { value: type === TYPE.yes };
      case TYPE.byte:
        return { value: byte() };
      case TYPE.i16:
      case TYPE.i32:
      case TYPE.i64:
        return { value: integer() };
      case TYPE.double:
        return { value: take(8) };
      case TYPE.binary:
        return { value: take(varint()) };
      case TYPE.list: {
        const head = byte();
        const count = head >> 4 === 15 ? varint() : head >> 4;
        const element = head & 15;
        const values: ThriftTreeValue[] = [];
        for (let k = 0; k < count; k++)
          values.push(element <= TYPE.no ? byte() === TYPE.yes : value(element, depth + 1).value);
        return { value: values, element };
      }
      case TYPE.struct:
        return { value: struct(depth + 1) };
      default:
        throw new RangeError(`a value of type ${type} at byte ${position()}`);
    }
  }

  function struct(depth: number): ThriftStructTree {
    const fields: ThriftStructTree = [];
    for (let id = 0, head = byte(); head !== 0; head = byte()) {
      id = head >> 4 === 0 ? integer() : id + (head >> 4);
      fields.push({ id, type: head & 15, ...value(head & 15, depth) });
    }
    return fields;
  }

  return { fields: struct(0), end: position() };
}

/** The bytes of a struct. */
export function encodeFields(fields: ThriftStructTree): Uint8Array {
  const bytes: number[] = [];
  writeStruct(bytes, fields);
  return Uint8Array.from(bytes);
}

function writeVarint(bytes: number[], value: number): void {
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  bytes.push(rest);
}

function writeStruct(bytes: number[], fields: ThriftStructTree): void {
  let before = 0;
  for (const { id, type, element, value } of fields) {
    // Booleans are in the type.
    const boolean = value === true ? TYPE.yes : TYPE.no;
    const shown = type <= TYPE.no ? boolean : type;
    if (id > before && id - before < 16) bytes.push(((id - before) << 4) | shown);
    else {
      bytes.push(shown);
      writeVarint(bytes, 2 * id);
    }
    if (type > TYPE.no) writeValue(bytes, type, element, value);
    before = id;
  }
  bytes.push(0);
}

function writeValue(
  bytes: number[],
  type: number,
  element: number | undefined,
  value: ThriftTreeValue,
): void {
  switch (type) {
    case TYPE.byte:
      bytes.push(value as number);
      break;
    case TYPE.i16:
    case TYPE.i32:
    case TYPE.i64:
      writeVarint(
        bytes,
        (value as number) >= 0 ? 2 * (value as number) : -2 * (value as number) - 1,
      );
      break;
    case TYPE.double:
      bytes.push(...(value as Uint8Array));
      break;
    case TYPE.binary:
      writeVarint(bytes, (value as Uint8Array).length);
      for (const byte of value as Uint8Array) bytes.push(byte);
      break;
    case TYPE.list: {
      const values = value as ThriftTreeValue[];
      if (values.length < 15) bytes.push((values.length << 4) | element!);
      else {
        bytes.push(0xf0 | element!);
        writeVarint(bytes, values.length);
      }
      for (const each of values) {
        if (element! <= TYPE.no) bytes.push(each === true ? TYPE.yes : TYPE.no);
        else writeValue(bytes, element!, undefined, each);
      }
      break;
    }
    default:
      writeStruct(bytes, value as ThriftStructTree);
  }
}
