import { loadWasm, type WasmKernel } from '../load-wasm.ts';
import type { Utf8Words } from './word-table.ts';

/** Of kernels/wasm/word-order.ts. */
export interface SortExports {
  sortWords(
    count: number,
    offsets: number,
    bytes: number,
    order: number,
    keys: number,
    spareOrder: number,
    spareKeys: number,
    histograms: number,
  ): void;
}

/** Bytes that sorting takes beside the words: order, keys, both once more, histograms. */
export const sortingSizes = (
  count: number,
): [order: number, keys: number, spareOrder: number, spareKeys: number, histograms: number] => [
  4 * count,
  8 * count,
  4 * count,
  8 * count,
  4 * 8 * 256,
];

/** Read behind the last word. */
export const SORT_SLACK = 16;
/** A kernel that has taken more memory is not kept. */
const MAX_KEPT = 2 ** 26;

let kept: WasmKernel<SortExports> | undefined;

/**
 * (words): the ids of the words in the order of their bytes, a shorter word before those that begin
 * with it. Throws RangeError where they pass 4 GiB with 28 bytes a word.
 */
export function sortWords({ offsets, bytes }: Utf8Words): Int32Array {
  const kernel = kept ?? loadWasm<SortExports>('word-order');
  const count = offsets.length - 1;
  const [offsetsAt, bytesAt, order, keys, spareOrder, spareKeys, histograms] = kernel.allocate([
    4 * count + 4,
    bytes.length + SORT_SLACK,
    ...sortingSizes(count),
  ]);
  const memory = kernel.memory();
  new Int32Array(memory, offsetsAt, count + 1).set(offsets);
  new Uint8Array(memory).set(bytes, bytesAt);
  kernel.exports.sortWords(
    count,
    offsetsAt,
    bytesAt,
    order,
    keys,
    spareOrder,
    spareKeys,
    histograms,
  );
  kept = memory.byteLength <= MAX_KEPT ? kernel : undefined;
  return new Int32Array(memory, order, count).slice();
}

/** The words of these ids, in their order. */
export function orderWords({ offsets, bytes }: Utf8Words, order: Int32Array): Utf8Words {
  let length = 0;
  for (const id of order) length += offsets[id + 1] - offsets[id];
  const ordered: Utf8Words = {
    offsets: new Int32Array(order.length + 1),
    bytes: new Uint8Array(length),
  };
  let end = 0;
  for (let to = 0; to < order.length; to++) {
    for (let at = offsets[order[to]]; at < offsets[order[to] + 1]; at++)
      ordered.bytes[end++] = bytes[at];
    ordered.offsets[to + 1] = end;
  }
  return ordered;
}
