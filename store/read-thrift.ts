/** What Thrift's compact protocol holds, as Parquet uses it: a struct as its fields by id. Binary and text as bytes. */
export type ThriftValue = number | boolean | Uint8Array | ThriftValue[] | ThriftStruct;
export type ThriftStruct = Map<number, ThriftValue>;

const DEEPEST = 16;

/** A struct from `at` on, and where it ends. Integers beyond 2^53 lose digits. Throws RangeError on bytes that are none. */
export function decodeThrift(bytes: Uint8Array, at: number): { fields: ThriftStruct; end: number } {
  let position = at;

  function byte(): number {
    const value = bytes[position++];
    if (value === undefined) throw new RangeError(`a struct without an end at byte ${position - 1}`);
    return value;
  }

  function varint(): number {
    let value = 0;
    for (let factor = 1; factor < 2 ** 70; factor *= 128) {
      const next = byte();
      value += factor * (next & 127);
      if (next < 128) return value;
    }
    throw new RangeError(`no number at byte ${position}`);
  }

  function integer(): number {
    const value = varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  function value(type: number, depth: number): ThriftValue {
    if (depth > DEEPEST) throw new RangeError(`structs in more than ${DEEPEST} structs`);
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
        position += 8;
        return 0;
      case 8: {
        const length = varint();
        if (length > bytes.length - position) throw new RangeError(`text of ${length} bytes at byte ${position} of ${bytes.length}`);
        position += length;
        return bytes.subarray(position - length, position);
      }
      case 9: {
        const head = byte();
        const count = head >> 4 === 15 ? varint() : head >> 4;
        const values: ThriftValue[] = [];
        for (let k = 0; k < count; k++) values.push((head & 15) <= 2 ? byte() === 1 : value(head & 15, depth + 1));
        return values;
      }
      case 12:
        return struct(depth + 1);
      default:
        throw new RangeError(`a value of type ${type} at byte ${position}`);
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

  return { fields: struct(0), end: position };
}
