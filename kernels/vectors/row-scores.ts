import { loadWasm } from '../load-wasm.ts';

interface Exports {
  scores(
    rows: number,
    n: number,
    stride: number,
    query: number,
    scales: number,
    factor: number,
    out: number,
  ): void;
}

/** Compact vectors: rows (n, stride) of one byte a dimension, stride a multiple of 16. */
export interface CompactRows {
  rows: Int8Array;
  scales: Float32Array;
}

/** Dot products of a query with rows, in a memory of its own. */
interface RowScorer {
  /**
   * Takes the rows of the next calls, which are copied. Throws RangeError where they do not fit.
   */
  load(compact: CompactRows, stride: number): void;
  /**
   * The dot products of a query with rows [from, to), times both scales; a view, good until the
   * next call.
   */
  scores(query: Int16Array, scale: number, from: number, to: number): Float32Array;
}

/** By WebAssembly; the memory grows to the largest rows that were loaded. */
export function rowScorer(): RowScorer {
  const kernel = loadWasm<Exports>('row-scores');
  let loaded = { stride: 16, rowsAt: 0, scalesAt: 0, queryAt: 0, out: 0 };
  return {
    load({ rows, scales }, stride) {
      const n = scales.length;
      if (stride % 16 !== 0 || rows.length !== n * stride)
        throw new RangeError(
          `rows: ${rows.length} bytes are no ${n} rows of ${stride}, a multiple of 16`,
        );
      const [rowsAt, scalesAt, queryAt, out] = kernel.allocate([
        rows.length,
        4 * n,
        2 * stride,
        4 * n,
      ]) as [number, number, number, number];
      new Int8Array(kernel.memory(), rowsAt, rows.length).set(rows);
      new Float32Array(kernel.memory(), scalesAt, n).set(scales);
      loaded = { stride, rowsAt, scalesAt, queryAt, out };
    },
    scores(query, scale, from, to) {
      const { stride, rowsAt, scalesAt, queryAt, out } = loaded;
      new Int16Array(kernel.memory(), queryAt, stride).set(query);
      const rows = rowsAt + from * stride;
      const own = scalesAt + 4 * from;
      kernel.exports.scores(rows, to - from, stride, queryAt, own, scale, out);
      return new Float32Array(kernel.memory(), out, to - from);
    },
  };
}
