/**
 * The ranked lists of an item as `neighbours.pages` has them (docs/reference/index-format.md): for
 * each relation its scale, then its neighbours by ascending number, their scores of one byte, which
 * of them are known links, and their keys.
 */

import { varintBytes, writeVarint } from './varint.ts';

/** In the order of their numbers, which begin at 1. */
export const RELATIONS = ['goes with', 'is like', 'near', 'related'] as const;

/** The number of `near`, whose scores are cosines. */
export const NEAR = 3;

/**
 * The score that a byte stands for, before it is rounded to float32. Of `near` bytes count down
 * from the cosine 1 to the least of the list, 1 - scale, because neighbours lie close together; of
 * the others up from 0 to the scale.
 */
export const scoreOfByte = (relation: number, scale: number, byte: number): number =>
  relation === NEAR ? 1 - (scale * (255 - byte)) / 254 : (scale * byte) / 255;

/** Keys by item number: key i is bytes [offsets[i], offsets[i + 1]). */
interface KeyBytes {
  bytes: Uint8Array;
  offsets: ArrayLike<number>;
}

/** The entries [start, end) of columns of lists; within a list numbers rise. */
export interface ListToWrite {
  /** 1 to 4: its place in RELATIONS and one more. */
  relation: number;
  /** The score that the byte 255 stands for; of `near` 1 - the score of the byte 1. */
  scale: number;
  start: number;
  end: number;
  /** Item numbers. */
  numbers: ArrayLike<number>;
  /** 1 to 255. */
  scores: ArrayLike<number>;
  /** 1 where the two are linked in the corpus itself, else 0. */
  known: ArrayLike<number>;
}

/**
 * What is written of keys: ids are 8 bytes each, words share their beginnings with those before.
 */
export type ListKeys = KeyBytes & { idsAlone: boolean };

const LIST_HEAD_BYTES = 5;

/** Bytes that a list takes at most. */
export function mostListBytes({ start, end, numbers }: ListToWrite, keys: ListKeys): number {
  const count = end - start;
  let bytes = LIST_HEAD_BYTES + varintBytes(count) + count + Math.ceil(count / 8);
  for (let at = start; at < end; at++) {
    const number = numbers[at]!;
    const key = keys.offsets[number + 1]! - keys.offsets[number]!;
    bytes += varintBytes(number) + (keys.idsAlone ? 8 : key + 2 * varintBytes(key));
  }
  return bytes;
}

/** Writes a list at `at` and returns its end. */
export function writeNeighbourList(
  { relation, scale, start, end, numbers, scores, known }: ListToWrite,
  keys: ListKeys,
  out: Uint8Array,
  at: number,
): number {
  out[at] = relation;
  new DataView(out.buffer, out.byteOffset).setFloat32(at + 1, scale, true);
  at = writeVarint(out, at + LIST_HEAD_BYTES, end - start);
  for (let i = start; i < end; i++)
    at = writeVarint(out, at, i === start ? numbers[i]! : numbers[i]! - numbers[i - 1]!);
  for (let i = start; i < end; i++) out[at++] = scores[i]!;
  for (let i = start; i < end; i += 8) {
    let bits = 0;
    for (let k = 0; k < 8 && i + k < end; k++) if (known[i + k]) bits |= 1 << k;
    out[at++] = bits;
  }
  for (let i = start; i < end; i++) {
    const from = keys.offsets[numbers[i]!]!;
    const to = keys.offsets[numbers[i]! + 1]!;
    const shared = keys.idsAlone || i === start ? 0 : sharedPrefix(keys, numbers[i - 1]!, from, to);
    if (!keys.idsAlone) {
      at = writeVarint(out, at, shared);
      at = writeVarint(out, at, to - from - shared);
    }
    for (let k = from + shared; k < to; k++) out[at++] = keys.bytes[k]!;
  }
  return at;
}

/** How many bytes the key [from, to) begins with that another begins with too. */
function sharedPrefix({ bytes, offsets }: KeyBytes, other: number, from: number, to: number) {
  const begin = offsets[other]!;
  const most = Math.min(offsets[other + 1]! - begin, to - from);
  let shared = 0;
  while (shared < most && bytes[begin + shared] === bytes[from + shared]) shared++;
  return shared;
}
