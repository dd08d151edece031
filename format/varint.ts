/**
 * LEB128 as page files have it: 7 bits a byte, the low ones first, the top bit set in all but the
 * last.
 */

/** A place in bytes that are read forwards. */
export interface ByteCursor {
  bytes: Uint8Array;
  at: number;
}

/**
 * The number at the cursor, which moves behind it. Undefined where the bytes end before the number
 * does; where it is above 2^53 - 1 what was read so far, which is no safe integer. Readers refuse
 * both.
 */
export function readVarint(cursor: ByteCursor): number | undefined {
  let value = 0;
  for (let scale = 1; ; scale *= 128) {
    const byte = cursor.bytes[cursor.at];
    if (byte === undefined) return undefined;
    cursor.at++;
    value += (byte & 127) * scale;
    if (byte < 128 || !Number.isSafeInteger(value)) return value;
  }
}

/** Bytes of a varint of 0 <= value < 2^53. */
export function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) bytes++;
  return bytes;
}

/** Writes a varint of 0 <= value < 2^53 at `at` and returns its end. */
export function writeVarint(out: Uint8Array, at: number, value: number): number {
  for (; value >= 128; value = Math.floor(value / 128)) out[at++] = (value % 128) | 128;
  out[at++] = value;
  return at;
}
