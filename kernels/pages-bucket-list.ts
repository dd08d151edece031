/**
 * The list of a bucket. UTF-8 keys: item numbers as varints (the first as it is, then differences), then the keys in the same
 * order, each a varint length and bytes. int64 keys: the keys alone, 8 bytes each. Varints are LEB128, 7 bits a byte, the low ones first.
 */

import type { TableBuckets } from './build-buckets.ts';
import type { ByteStrings } from './pages-keys.ts';

/** What lists are made of. */
export interface ListSource {
  buckets: TableBuckets;
  keys: ByteStrings;
  /** int64 keys stand for their items: they ascend as the numbers do. */
  idsAlone: boolean;
}

/** Bytes of the list of bucket b. */
export function listBytes({ buckets, keys, idsAlone }: ListSource, b: number): number {
  const { offsets, items } = buckets;
  if (idsAlone) return 8 * (offsets[b + 1] - offsets[b]);
  let bytes = 0;
  let previous = 0;
  for (let at = offsets[b]; at < offsets[b + 1]; at++) {
    const item = items[at];
    const length = keys.offsets[item + 1] - keys.offsets[item];
    bytes += varintBytes(item - previous) + length + varintBytes(length);
    previous = item;
  }
  return bytes;
}

/** Writes the list of bucket b at `at` and returns its end. */
export function writeList({ buckets, keys, idsAlone }: ListSource, b: number, out: Uint8Array, at: number): number {
  const { offsets, items } = buckets;
  let previous = 0;
  const numbered = idsAlone ? offsets[b] : offsets[b + 1];
  for (let i = offsets[b]; i < numbered; i++) {
    at = writeVarint(out, at, items[i] - previous);
    previous = items[i];
  }
  for (let i = offsets[b]; i < offsets[b + 1]; i++) {
    const start = keys.offsets[items[i]];
    const end = keys.offsets[items[i] + 1];
    if (!idsAlone) at = writeVarint(out, at, end - start);
    for (let k = start; k < end; k++) out[at++] = keys.bytes[k];
  }
  return at;
}

/** Bytes of a varint of 0 <= value < 2^53. */
export function varintBytes(value: number): number {
  let bytes = 1;
  for (; value >= 128; value = Math.floor(value / 128)) bytes++;
  return bytes;
}

/** Writes a varint at `at` and returns its end. */
export function writeVarint(out: Uint8Array, at: number, value: number): number {
  for (; value >= 128; value = Math.floor(value / 128)) out[at++] = (value % 128) | 128;
  out[at++] = value;
  return at;
}
