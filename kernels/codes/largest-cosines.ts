import { loadWasm } from '../load-wasm.ts';

interface Exports {
  largest(
    values: number,
    own: number,
    items: number,
    tables: number,
    d: number,
    out: number,
    sums: number,
  ): void;
}

/**
 * The largest of the L x L cosines of an item to every item, V of them; a view, good until the next
 * call.
 */
export type LargestCosines = (item: number) => Float32Array;

/**
 * Cosines of unit vectors in single precision, by WebAssembly. values: (V, L, d) row-major, rows of
 * length 1, d a multiple of 8; they are copied. At most 4 GiB of vectors; throws RangeError beyond.
 */
export function largestCosinesOf(values: Float32Array, tables: number, d: number): LargestCosines {
  const stride = tables * d;
  const items = values.length / stride;
  if (!Number.isInteger(items) || d % 8 !== 0)
    throw new RangeError(
      `values: ${values.length} numbers are no whole rows of ${tables} x ${d}, d a multiple of 8`,
    );
  const kernel = loadWasm<Exports>('cosines');
  const [valuesAt, own, out, sums] = kernel.allocate([
    4 * values.length,
    4 * stride,
    4 * items,
    16 * (tables * tables + 3),
  ]) as [number, number, number, number];
  new Float32Array(kernel.memory(), valuesAt, values.length).set(values);
  return (item) => {
    new Float32Array(kernel.memory(), own, stride).set(
      values.subarray(item * stride, (item + 1) * stride),
    );
    kernel.exports.largest(valuesAt, own, items, tables, d, out, sums);
    return new Float32Array(kernel.memory(), out, items);
  };
}
