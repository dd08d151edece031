/**
 * Entries of `neighbours.pages` (docs/reference/index-format.md): the key of an item, the varint 2
 * x (number of lists) + (1 if they lie in the overflow), the lists or their place, and where keys
 * are UTF-8 the length of the key, u16.
 */

import { crc32c } from '../../format/checksum.ts';
import {
  type ListKeys,
  type ListToWrite,
  mostListBytes,
  writeNeighbourList,
} from '../../format/neighbour-lists.ts';
import { varintBytes, writeVarint } from '../../format/varint.ts';
import { IS_LARGE } from './record-head.ts';
import { PLACE_BYTES } from './run.ts';

/** The ranked lists of items [first, end), by (item, relation). */
export interface ListColumns {
  first: number;
  end: number;
  /** (lists) */
  items: Int32Array;
  relations: Int32Array;
  scales: Float32Array;
  /** (lists + 1): the entries of list k are [starts[k], starts[k + 1]). */
  starts: Int32Array;
  /** (entries), rising within a list. */
  neighbours: Int32Array;
  /** 1 to 255. */
  scores: Int32Array;
  known: Int32Array;
}

/** Entries of neighbouring items as records have them. */
export interface NeighbourEntries {
  /** Entry i is bytes [starts[i], starts[i + 1]). */
  bytes: Uint8Array;
  starts: Float64Array;
  /** Of records: with IS_LARGE where the lists lie in the overflow. */
  sizes: Uint16Array;
  /** Of all entries in their pages, without slots. */
  finalBytes: number;
  /** Lists that leave their pages, in the order of items. */
  large: Uint8Array[];
  largeBytes: number;
}

/** At the end of an entry where keys are UTF-8. */
export const keyLengthBytes = (idsAlone: boolean): number => (idsAlone ? 0 : 2);

/** Of an entry, the end of its key. */
export function neighbourKeyEnd(idsAlone: boolean) {
  return (bytes: Uint8Array, start: number, end: number): number =>
    start + (idsAlone ? 8 : bytes[end - 2] | (bytes[end - 1] << 8));
}

/**
 * The entries of the items of a block. Lists of more than `longestInline` bytes lie elsewhere:
 * those of this block from `overflow` on.
 */
export function neighbourEntries(
  block: ListColumns,
  keys: ListKeys,
  longestInline: number,
  overflow: number,
): NeighbourEntries {
  const { first, end, items } = block;
  const count = end - first;
  const starts = new Float64Array(count + 1);
  const sizes = new Uint16Array(count);
  const large: Uint8Array[] = [];
  const { idsAlone } = keys;
  const tail = keyLengthBytes(idsAlone);
  let bytes = new Uint8Array(64 * 1024);
  let scratch = new Uint8Array(4096);
  let at = 0;
  let finalBytes = 0;
  let largeBytes = 0;
  let list = 0;
  for (let item = first; item < end; item++) {
    const from = list;
    while (list < items.length && items[list] === item) list++;
    let most = 0;
    for (let k = from; k < list; k++) most += mostListBytes(listAt(block, k), keys);
    if (most > scratch.length) scratch = new Uint8Array(2 * most);
    let length = 0;
    for (let k = from; k < list; k++)
      length = writeNeighbourList(listAt(block, k), keys, scratch, length);
    const isLarge = length > longestInline;
    const start = keys.offsets[item];
    const keyBytes = keys.offsets[item + 1] - start;
    const head = 2 * (list - from) + (isLarge ? 1 : 0);
    const stored = keyBytes + varintBytes(head) + (isLarge ? PLACE_BYTES : length) + tail;
    bytes = withRoom(bytes, at, stored);
    starts[item - first] = at;
    sizes[item - first] = isLarge ? stored | IS_LARGE : stored;
    for (let k = start; k < start + keyBytes; k++) bytes[at++] = keys.bytes[k];
    at = writeVarint(bytes, at, head);
    if (isLarge) {
      const lists = scratch.slice(0, length);
      const place = new DataView(bytes.buffer, at, PLACE_BYTES);
      const offset = overflow + largeBytes;
      place.setFloat64(0, offset, true);
      place.setUint32(8, length, true);
      place.setUint32(12, crc32c(lists, 0, length), true);
      large.push(lists);
      largeBytes += length;
      finalBytes += stored - PLACE_BYTES + varintBytes(offset) + varintBytes(length) + 4;
      at += PLACE_BYTES;
    } else {
      for (let k = 0; k < length; k++) bytes[at++] = scratch[k];
      finalBytes += stored;
    }
    if (!idsAlone) {
      bytes[at++] = keyBytes;
      bytes[at++] = keyBytes >>> 8;
    }
  }
  starts[count] = at;
  return { bytes: bytes.subarray(0, at), starts, sizes, finalBytes, large, largeBytes };
}

function listAt(block: ListColumns, list: number): ListToWrite {
  return {
    relation: block.relations[list],
    scale: block.scales[list],
    start: block.starts[list],
    end: block.starts[list + 1],
    numbers: block.neighbours,
    scores: block.scores,
    known: block.known,
  };
}

function withRoom(
  bytes: Uint8Array<ArrayBuffer>,
  filled: number,
  more: number,
): Uint8Array<ArrayBuffer> {
  if (filled + more <= bytes.length) return bytes;
  const larger = new Uint8Array(2 * (filled + more));
  larger.set(bytes.subarray(0, filled));
  return larger;
}
