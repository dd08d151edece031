import { LimitError } from '../limit-error.ts';

/**
 * Integers below 2^53 in size, between float64 (to compute with) and int64 (to store): by halves,
 * since a BigInt an element is slow.
 */

const TWO_32 = 0x1_0000_0000;

/** Where the low half of an int64 lies: by the byte order of this machine. */
const LOW = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 0 : 1;

/** Throws LimitError on a value that is no integer below 2^53 in size. */
export function toInt64(values: Float64Array): BigInt64Array {
  const result = new BigInt64Array(values.length);
  const halves = new Int32Array(result.buffer);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (!Number.isSafeInteger(value))
      throw new LimitError(`value ${i}: expected an integer below 2^53 in size, got ${value}`);
    const high = Math.floor(value / TWO_32);
    halves[2 * i + LOW] = (value - high * TWO_32) | 0;
    halves[2 * i + 1 - LOW] = high;
  }
  return result;
}

/** Throws LimitError on a value of 2^53 or more in size. */
export function toFloat64(values: BigInt64Array): Float64Array {
  const result = new Float64Array(values.length);
  const halves = new Int32Array(values.buffer, values.byteOffset, 2 * values.length);
  for (let i = 0; i < values.length; i++) {
    const value = halves[2 * i + 1 - LOW] * TWO_32 + (halves[2 * i + LOW] >>> 0);
    if (!Number.isSafeInteger(value))
      throw new LimitError(`value ${i}: expected an integer below 2^53 in size, got ${values[i]}`);
    result[i] = value;
  }
  return result;
}
