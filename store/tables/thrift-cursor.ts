/**
 * Reads the primitives of Thrift's compact protocol one after another. All throw RangeError at the
 * end of the bytes.
 */
interface ThriftCursor {
  readonly byte: () => number;
  /** An unsigned integer; beyond 2^53 it loses digits. */
  readonly varint: () => number;
  /** A view of the next bytes. */
  readonly take: (length: number) => Uint8Array;
  readonly position: () => number;
}

/** Structs within structs, at most. */
export const DEEPEST_STRUCT = 16;

export function thriftCursor(bytes: Uint8Array, at: number): ThriftCursor {
  let position = at;

  function byte(): number {
    const value = bytes[position++];
    if (value === undefined)
      throw new RangeError(`a struct without an end at byte ${position - 1}`);
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

  function take(length: number): Uint8Array {
    if (length > bytes.length - position)
      throw new RangeError(`${length} bytes at byte ${position} of ${bytes.length}`);
    position += length;
    return bytes.subarray(position - length, position);
  }

  return { byte, varint, take, position: () => position };
}
