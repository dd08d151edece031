import { deltaBound, encodeDeltas, encodeNarrow, MAX_DELTA_VALUE } from './delta-coding.ts';

/**
 * Values [from, to) of a column as deltas, in integers of 32 bits where that is enough; undefined
 * where they are too far apart to be coded so.
 */
export function integersAsDeltas(
  values: Int32Array | BigInt64Array,
  from: number,
  to: number,
): Uint8Array | undefined {
  if (values instanceof Int32Array)
    return isNarrow(values, from, to) ? narrowAsDeltas(values, from, to) : undefined;
  const halves = new Int32Array(values.buffer, values.byteOffset, 2 * values.length);
  const small = asSmall(halves, from, to);
  if (small) return narrowAsDeltas(small, 0, small.length);
  const numbers = asNumbers(halves, from, to);
  return numbers && wideAsDeltas(numbers);
}

/** Lengths of strings, from 0 on. */
export function lengthsAsDeltas(lengths: Int32Array): Uint8Array {
  return isNarrow(lengths, 0, lengths.length)
    ? narrowAsDeltas(lengths, 0, lengths.length)
    : wideAsDeltas(Float64Array.from(lengths));
}

let scratch = new Uint8Array(0);
/** What is kept of it for the next column. */
const MAX_SCRATCH = 2 ** 25;

function roomFor(count: number): Uint8Array {
  const bound = deltaBound(count);
  const out = bound > scratch.length ? new Uint8Array(bound) : scratch;
  if (bound <= MAX_SCRATCH) scratch = out;
  return out;
}

function narrowAsDeltas(values: Int32Array, from: number, to: number): Uint8Array {
  const out = roomFor(to - from);
  return out.slice(0, encodeNarrow(values, from, to, out, 0));
}

function wideAsDeltas(values: Float64Array): Uint8Array {
  const out = roomFor(values.length);
  return out.slice(0, encodeDeltas(values, 0, values.length, out, 0));
}

/** All lie within 2^30 of one another and of 0. */
function isNarrow(values: Int32Array, from: number, to: number): boolean {
  let least = 0;
  let most = 0;
  for (let k = from; k < to; k++) {
    if (values[k]! < least) least = values[k]!;
    if (values[k]! > most) most = values[k]!;
  }
  return most - least < 2 ** 30;
}

/** Undefined where one is not in [0, 2^30). */
function asSmall(halves: Int32Array, from: number, to: number): Int32Array | undefined {
  const small = new Int32Array(to - from);
  let others = 0;
  for (let k = 0; k < small.length; k++) {
    small[k] = halves[2 * (from + k)]!;
    others |= halves[2 * (from + k) + 1]! | (small[k]! & 0xc000_0000);
  }
  return others === 0 ? small : undefined;
}

/** By halves, since a BigInt an element is slow; undefined where one is too large for deltas. */
function asNumbers(halves: Int32Array, from: number, to: number): Float64Array | undefined {
  const numbers = new Float64Array(to - from);
  for (let k = 0; k < numbers.length; k++) {
    const value = halves[2 * (from + k) + 1]! * 2 ** 32 + (halves[2 * (from + k)]! >>> 0);
    if (value > MAX_DELTA_VALUE || value < -MAX_DELTA_VALUE) return undefined;
    numbers[k] = value;
  }
  return numbers;
}
