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
  largestOfListed(
    values: number,
    own: number,
    list: number,
    count: number,
    tables: number,
    d: number,
    out: number,
    sums: number,
  ): void;
}

/**
 * The largest of the L x L cosines of an item to every item, V of them, or to each of `others` in
 * their order; a view, good until the next call.
 */
export type LargestCosines = (item: number, others?: Uint32Array) => Float32Array;

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
  const [valuesAt, own, list, out, sums] = kernel.allocate([
    4 * values.length,
    4 * stride,
    4 * items,
    4 * items,
    16 * (tables * tables + 3),
  ]) as [number, number, number, number, number];
  new Float32Array(kernel.memory(), valuesAt, values.length).set(values);
  return (item, others) => {
    new Float32Array(kernel.memory(), own, stride).set(
      values.subarray(item * stride, (item + 1) * stride),
    );
    if (others === undefined) {
      kernel.exports.largest(valuesAt, own, items, tables, d, out, sums);
      return new Float32Array(kernel.memory(), out, items);
    }
    const count = others.length;
    if (count > items) throw new RangeError(`${count} others of ${items} items`);
    new Uint32Array(kernel.memory(), list, count).set(others);
    kernel.exports.largestOfListed(valuesAt, own, list, count, tables, d, out, sums);
    return new Float32Array(kernel.memory(), out, count);
  };
}
