import { DEEPEST_STRUCT, thriftCursor } from './thrift-cursor.ts';

/**
 * What Thrift's compact protocol holds, as Parquet uses it: a struct as its fields by id. Binary
 * and text as bytes.
 */
export type ThriftValue = number | boolean | Uint8Array | ThriftValue[] | ThriftStruct;
export type ThriftStruct = Map<number, ThriftValue>;

/**
 * A struct from `at` on, and where it ends. Integers beyond 2^53 lose digits. Throws RangeError on
 * bytes that are none.
 */
export function decodeThrift(bytes: Uint8Array, at: number): { fields: ThriftStruct; end: number } {
  const { byte, varint, take, position } = thriftCursor(bytes, at);

  function integer(): number {
    const value = varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  function value(type: number, depth: number): ThriftValue {
    if (depth > DEEPEST_STRUCT)
      throw new RangeError(`structs in more than ${DEEPEST_STRUCT} structs`);
    switch (type) {
      case 1:
        return true;
      case 2:
        return false;
      case 3:
        return (byte() << 24) >> 24;
      case 4:
      case 5:
      case 6:
        return integer();
      case 7:
        take(8);
        return 0;
      case 8:
        return take(varint());
      case 9: {
        const head = byte();
        const count = head >> 4 === 15 ? varint() : head >> 4;
        const values: ThriftValue[] = [];
        for (let k = 0; k < count; k++)
          values.push((head & 15) <= 2 ? byte() === 1 : value(head & 15, depth + 1));
        return values;
      }
      case 12:
        return struct(depth + 1);
      default:
        throw new RangeError(`a value of type ${type} at byte ${position()}`);
    }
  }

  function struct(depth: number): ThriftStruct {
    const fields: ThriftStruct = new Map();
    for (let id = 0, head = byte(); head !== 0; head = byte()) {
      id = head >> 4 === 0 ? integer() : id + (head >> 4);
      fields.set(id, value(head & 15, depth));
    }
    return fields;
  }

  return { fields: struct(0), end: position() };
}
