import { loadWasm } from '../load-wasm.ts';

interface Exports {
  distances(
    codes: number,
    own: number,
    items: number,
    tables: number,
    codeBytes: number,
    ends: number,
    lengths: number,
    shared: boolean,
    out: number,
    counts: number,
    scratch: number,
  ): void;
}

/** Distances below it are counted. */
export const COUNTED_RADII = 4;

export interface CodeDistances {
  /**
   * Hamming distance to every item, the least over the tables: V of them, the item itself with 0.
   */
  distances: Uint16Array;
  /**
   * (L, N, COUNTED_RADII): other items whose least distance over the first t + 1 tables, of the
   * first lengths[n] bytes, is exactly that.
   */
  counts: Uint32Array;
}

/**
 * Distances of an item's codes to all items' by WebAssembly; what is returned is good until the
 * next call. codes: (V, L, w) row-major bytes, which are copied; lengths: bytes of codes cut short,
 * ascending, the last of them w. With `shared` the least is over the L x L pairs of codes, else
 * over the tables.
 */
export function codeDistancesOf(
  codes: Uint8Array,
  tables: number,
  codeBytes: number,
  shared: boolean,
  lengths: readonly number[],
): (item: number) => CodeDistances {
  const stride = tables * codeBytes;
  const items = codes.length / stride;
  if (!Number.isInteger(items))
    throw new RangeError(
      `codes: ${codes.length} bytes are no whole rows of ${tables} x ${codeBytes}`,
    );
  if (
    lengths.length === 0 ||
    lengths[lengths.length - 1] !== codeBytes ||
    lengths.some((length, n) => length <= (lengths[n - 1] ?? 0))
  )
    throw new RangeError(
      `lengths: expected ascending numbers of bytes up to ${codeBytes}, got ${lengths.join(', ')}`,
    );
  const cells = tables * lengths.length * COUNTED_RADII;
  const kernel = loadWasm<Exports>('code-distances');
  const [codesAt, own, ends, out, counts, scratch] = kernel.allocate([
    codes.length,
    stride,
    4 * lengths.length,
    2 * items,
    4 * cells,
    64 * tables + 4 * lengths.length,
  ]) as [number, number, number, number, number, number];
  const byTable = new Uint8Array(kernel.memory(), codesAt, codes.length);
  for (let item = 0; item < items; item++) {
    for (let table = 0; table < tables; table++) {
      for (let k = 0; k < codeBytes; k++)
        byTable[(table * items + item) * codeBytes + k] =
          codes[item * stride + table * codeBytes + k];
    }
  }
  new Uint32Array(kernel.memory(), ends, lengths.length).set(lengths);
  return (item) => {
    new Uint8Array(kernel.memory(), own, stride).set(
      codes.subarray(item * stride, (item + 1) * stride),
    );
    const found = {
      distances: new Uint16Array(kernel.memory(), out, items),
      counts: new Uint32Array(kernel.memory(), counts, cells).fill(0),
    };
    kernel.exports.distances(
      codesAt,
      own,
      items,
      tables,
      codeBytes,
      ends,
      lengths.length,
      shared,
      out,
      counts,
      scratch,
    );
    // The item itself is at distance 0 of every length, from the first table on.
    for (let cell = 0; cell < cells; cell += COUNTED_RADII) found.counts[cell] -= 1;
    return found;
  };
}

/**
 * Distances of the asking code of an item to the answering codes of all, V of them; good until the
 * next call. (V, w) bytes each, of which the answering ones are copied.
 */
export function askedDistancesOf(
  { asking, answering }: { asking: Uint8Array; answering: Uint8Array },
  codeBytes: number,
): (item: number) => Uint16Array {
  const items = answering.length / codeBytes;
  if (asking.length !== answering.length || !Number.isInteger(items))
    throw new RangeError(
      `codes: ${asking.length} and ${answering.length} bytes are not as many of ${codeBytes}`,
    );
  const kernel = loadWasm<Exports>('code-distances');
  const [codesAt, own, ends, out, counts, scratch] = kernel.allocate([
    answering.length,
    codeBytes,
    4,
    2 * items,
    4 * COUNTED_RADII,
    64 + 4,
  ]) as [number, number, number, number, number, number];
  new Uint8Array(kernel.memory(), codesAt, answering.length).set(answering);
  new Uint32Array(kernel.memory(), ends, 1)[0] = codeBytes;
  return (item) => {
    new Uint8Array(kernel.memory(), own, codeBytes).set(
      asking.subarray(item * codeBytes, (item + 1) * codeBytes),
    );
    kernel.exports.distances(
      codesAt,
      own,
      items,
      1,
      codeBytes,
      ends,
      1,
      false,
      out,
      counts,
      scratch,
    );
    return new Uint16Array(kernel.memory(), out, items);
  };
}
