/**
 * Entries of rows, columns and sums, as Parquet's DELTA_BINARY_PACKED: what kernels/wasm/delta.ts
 * does, for callers that have arrays. Counting and merging code and decode within their own memory.
 */

import { loadWasm, type WasmKernel } from '../load-wasm.ts';

/** Entries as bytes; how many they are is in the bytes too. */
export interface CodedEntries {
  columns: Uint8Array;
  sums: Uint8Array;
}

/**
 * Of kernels/wasm/cooccurrence.ts: what gathers a row's sums and codes its entries, for counting
 * and for merging.
 */
export interface RowCoder {
  layout(
    v: number,
    narrow: number,
    sums: number,
    touched: number,
    leaves: number,
    summary: number,
    columns: number,
    outSums: number,
  ): void;
  written(): number;
  rewind(): void;
  refusedColumn(): number;
  codeColumns(out: number): number;
  codeSums(out: number): number;
}

interface Exports {
  encode32(values: number, count: number, out: number): number;
  encode64(values: number, count: number, out: number): number;
  decode32(state: number, at: number, end: number, count: number, out: number): number;
  decode64(state: number, at: number, end: number, count: number, out: number): number;
}

const STATE_BYTES = 64;

let kept: WasmKernel<Exports> | undefined;

/** Bytes that `count` coded values of `width` bytes take at most. */
export function codedBound(count: number, width: 4 | 8): number {
  return 64 + Math.ceil(count / 128) * (14 + 16 * (8 * width + 1)) + 8;
}

export function encodeEntries(columns: Uint32Array, sums: BigUint64Array): CodedEntries {
  kept ??= loadWasm<Exports>('delta');
  const { exports: kernel } = kept;
  const [values, out] = kept.allocate([8 * sums.length, codedBound(sums.length, 8)]);
  const memory = new Uint8Array(kept.memory());
  new Uint32Array(kept.memory(), values, columns.length).set(columns);
  const codedColumns = memory.slice(out, kernel.encode32(values, columns.length, out));
  new BigUint64Array(kept.memory(), values, sums.length).set(sums);
  return {
    columns: codedColumns,
    sums: memory.slice(out, kernel.encode64(values, sums.length, out)),
  };
}

/** Throws RangeError where the bytes are not those of `count` entries. */
export function decodeEntries(
  { columns, sums }: CodedEntries,
  count: number,
): { columns: Uint32Array; sums: BigUint64Array } {
  kept ??= loadWasm<Exports>('delta');
  const { exports: kernel } = kept;
  if (count > 128 * Math.min(columns.length, sums.length))
    throw new RangeError(`${count} entries in ${columns.length} and ${sums.length} bytes`);
  const [state, bytes, out] = kept.allocate([
    STATE_BYTES,
    Math.max(columns.length, sums.length) + 8,
    8 * (count + 128),
  ]);
  const memory = new Uint8Array(kept.memory());
  memory.set(columns, bytes);
  if (kernel.decode32(state, bytes, bytes + columns.length, count, out) === 0)
    throw new RangeError(`columns: ${columns.length} bytes are not ${count} coded values`);
  const decoded = new Uint32Array(kept.memory(), out, count).slice();
  memory.set(sums, bytes);
  if (kernel.decode64(state, bytes, bytes + sums.length, count, out) === 0)
    throw new RangeError(`sums: ${sums.length} bytes are not ${count} coded values`);
  return { columns: decoded, sums: new BigUint64Array(kept.memory(), out, count).slice() };
}
