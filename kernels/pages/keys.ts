/** Item keys in the order of item numbers: words as UTF-8, or 64-bit ids. */

import { LimitError } from '../limit-error.ts';
import { sortByU32 } from '../numbers/radix-order.ts';
import { xxh32 } from '../../format/checksum.ts';

export type KeyColumn =
  | {
      kind: 'utf8';
      /** V + 1 ends in `bytes`, well-formed UTF-8. */ offsets:
        | Int32Array
        | Uint32Array
        | Float64Array;
      bytes: Uint8Array;
    }
  | { kind: 'int64'; /** V ids, ascending. */ values: BigInt64Array };

/** Byte strings laid end to end: string i is bytes [offsets[i], offsets[i + 1]). */
export interface ByteStrings {
  bytes: Uint8Array;
  offsets: Int32Array | Uint32Array | Float64Array;
}

/** Longest key, so that an entry of 8 codes of 256 bits still fits a page of 2048 bytes. */
const MAXIMUM_KEY_BYTES = 1024;

/**
 * The keys as the format stores them. Throws RangeError on offsets that do not fit the bytes and on
 * ids that do not ascend, LimitError on a key that is too long.
 */
export function storedKeys(keys: KeyColumn): ByteStrings {
  if (keys.kind === 'int64') {
    checkAscending(keys.values);
    // Typed arrays lie in memory as the format stores them on every machine that Node runs on: low
    // byte first.
    const { buffer, byteOffset, byteLength } = keys.values;
    const bytes = new Uint8Array(buffer, byteOffset, byteLength);
    return { bytes, offsets: evenOffsets(keys.values.length, 8) };
  }
  const { offsets, bytes } = keys;
  if (offsets.length === 0) throw new RangeError('keys: expected at least one offset, got none');
  for (let i = 1; i < offsets.length; i++) {
    const length = offsets[i] - offsets[i - 1];
    if (length < 0 || length > MAXIMUM_KEY_BYTES)
      throw new LimitError(
        `key of item ${i - 1}: expected 0 to ${MAXIMUM_KEY_BYTES} bytes, got ${length}`,
      );
  }
  if (offsets[0] < 0 || offsets[offsets.length - 1] > bytes.length) {
    throw new RangeError(
      `keys: offsets ${offsets[0]} to ${offsets[offsets.length - 1]} leave the ` +
        `${bytes.length} bytes`,
    );
  }
  return { bytes, offsets };
}

/** Longest payload: some fields, a title, a URL; a document itself has its own place. */
const MAXIMUM_PAYLOAD_BYTES = 4096;

/** Throws RangeError where payloads are not one an item, LimitError where one is too long. */
export function checkPayloads({ offsets }: ByteStrings, items: number): void {
  if (offsets.length !== items + 1)
    throw new RangeError(`payloads: expected ${items}, got ${offsets.length - 1}`);
  for (let i = 1; i < offsets.length; i++) {
    const length = offsets[i] - offsets[i - 1];
    if (length < 0 || length > MAXIMUM_PAYLOAD_BYTES)
      throw new LimitError(
        `payload of item ${i - 1}: expected at most ${MAXIMUM_PAYLOAD_BYTES} bytes, got ${length}`,
      );
  }
}

/** By halves: a bigint a comparison takes ten times as long. */
function checkAscending(values: BigInt64Array): void {
  const low = new Uint32Array(values.buffer, values.byteOffset, 2 * values.length);
  const high = new Int32Array(values.buffer, values.byteOffset, 2 * values.length);
  for (let i = 1; i < values.length; i++) {
    const after =
      high[2 * i + 1] > high[2 * i - 1] ||
      (high[2 * i + 1] === high[2 * i - 1] && low[2 * i] > low[2 * i - 2]);
    if (!after)
      throw new RangeError(
        `key of item ${i}: expected ids that ascend, got ${values[i]} after ${values[i - 1]}`,
      );
  }
}

/** Offsets of strings that all have `width` bytes. */
export function evenOffsets(strings: number, width: number): Uint32Array | Float64Array {
  const offsets =
    strings * width < 0x1_0000_0000 ? new Uint32Array(strings + 1) : new Float64Array(strings + 1);
  for (let i = 0; i <= strings; i++) offsets[i] = i * width;
  return offsets;
}

interface HashOrder {
  /** Hashes, ascending. */
  hashes: Uint32Array;
  /** The string that has hashes[i]. */
  order: Uint32Array;
}

/** Strings in ascending order of (XXH32, bytes). Throws LimitError where two are equal. */
export function hashOrder(strings: ByteStrings): HashOrder {
  const { bytes, offsets } = strings;
  const n = offsets.length - 1;
  const hashes = new Uint32Array(n);
  const order = new Uint32Array(n);
  for (let i = 0; i < n; i++) {
    hashes[i] = xxh32(bytes, offsets[i], offsets[i + 1]);
    order[i] = i;
  }
  sortByU32(hashes, order, new Uint32Array(n), new Uint32Array(n));
  orderTies(strings, hashes, order, (place) => place);
  return { hashes, order };
}

/**
 * Puts what shares a hash in the order of its bytes, `order` being sorted by hash; string
 * placeOf(order[i]) has hashes[i]. Throws LimitError where two are equal.
 */
export function orderTies(
  strings: ByteStrings,
  hashes: Uint32Array,
  order: Uint32Array,
  placeOf: (of: number) => number,
): void {
  const n = hashes.length;
  for (let i = 0; i + 1 < n; i++) {
    if (hashes[i] !== hashes[i + 1]) continue;
    let end = i + 2;
    while (end < n && hashes[end] === hashes[i]) end++;
    order.subarray(i, end).sort((a, b) => compareStrings(strings, placeOf(a), placeOf(b)));
    for (; i + 1 < end; i++) {
      const [a, b] = [placeOf(order[i]), placeOf(order[i + 1])];
      if (compareStrings(strings, a, b) === 0)
        throw new LimitError(`keys: items ${a} and ${b} have the same key`);
    }
  }
}

/**
 * Negative, zero or positive as string a comes before, equals or follows b: bytes unsigned, a
 * prefix first.
 */
function compareStrings({ bytes, offsets }: ByteStrings, a: number, b: number): number {
  const lengthA = offsets[a + 1] - offsets[a];
  const lengthB = offsets[b + 1] - offsets[b];
  for (let k = 0; k < lengthA && k < lengthB; k++) {
    const difference = bytes[offsets[a] + k] - bytes[offsets[b] + k];
    if (difference !== 0) return difference;
  }
  return lengthA - lengthB;
}
