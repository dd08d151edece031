/**
 * The list of a bucket. UTF-8 keys: item numbers as varints (the first as it is, then differences),
 * then the keys in the same order, each a varint length and bytes. int64 keys: the keys alone, 8
 * bytes each. Then, where items have payloads, those, each a varint length and bytes. Varints are
 * LEB128, 7 bits a byte, the low ones first.
 */

import { varintBytes, writeVarint } from '../../format/varint.ts';
import type { TableBuckets } from '../codes/build-buckets.ts';
import type { ByteStrings } from './keys.ts';

/** What lists are made of. */
export interface ListSource {
  buckets: Pick<TableBuckets, 'offsets' | 'items'>;
  keys: ByteStrings;
  payloads?: ByteStrings;
  /**
   * The item number of each place of `keys`, where they are a part of the index's; else a place is
   * its number.
   */
  numbers?: Uint32Array;
  /** int64 keys stand for their items: they ascend as the numbers do. */
  idsAlone: boolean;
}

/** Bytes of the list of bucket b. */
export function listBytes(
  { buckets, keys, payloads, numbers, idsAlone }: ListSource,
  b: number,
): number {
  const { offsets, items } = buckets;
  let bytes = idsAlone ? 8 * (offsets[b + 1] - offsets[b]) : 0;
  if (payloads)
    for (let at = offsets[b]; at < offsets[b + 1]; at++) bytes += countedBytes(payloads, items[at]);
  if (idsAlone) return bytes;
  let previous = 0;
  for (let at = offsets[b]; at < offsets[b + 1]; at++) {
    const number = numbers ? numbers[items[at]] : items[at];
    bytes += varintBytes(number - previous) + countedBytes(keys, items[at]);
    previous = number;
  }
  return bytes;
}

/** Writes the list of bucket b at `at` and returns its end. */
export function writeList(
  { buckets, keys, payloads, numbers, idsAlone }: ListSource,
  b: number,
  out: Uint8Array,
  at: number,
): number {
  const { offsets, items } = buckets;
  let previous = 0;
  const numbered = idsAlone ? offsets[b] : offsets[b + 1];
  for (let i = offsets[b]; i < numbered; i++) {
    const number = numbers ? numbers[items[i]] : items[i];
    at = writeVarint(out, at, number - previous);
    previous = number;
  }
  for (let i = offsets[b]; i < offsets[b + 1]; i++) {
    const start = keys.offsets[items[i]];
    const end = keys.offsets[items[i] + 1];
    if (!idsAlone) at = writeVarint(out, at, end - start);
    for (let k = start; k < end; k++) out[at++] = keys.bytes[k];
  }
  if (payloads)
    for (let i = offsets[b]; i < offsets[b + 1]; i++)
      at = writeCounted(payloads, items[i], out, at);
  return at;
}

function countedBytes({ offsets }: ByteStrings, place: number): number {
  const length = offsets[place + 1] - offsets[place];
  return varintBytes(length) + length;
}

function writeCounted(
  { bytes, offsets }: ByteStrings,
  place: number,
  out: Uint8Array,
  at: number,
): number {
  at = writeVarint(out, at, offsets[place + 1] - offsets[place]);
  for (let k = offsets[place]; k < offsets[place + 1]; k++) out[at++] = bytes[k];
  return at;
}
