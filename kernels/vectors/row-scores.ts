import { BLOCK_ROWS, wholeBlocks, writeRow } from '../../format/row-blocks.ts';
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
      const whole = wholeBlocks(n);
      const [rowsAt, scalesAt, queryAt, out] = kernel.allocate([
        whole * stride,
        4 * whole,
        2 * stride,
        4 * whole,
      ]) as [number, number, number, number];
      const blocks = new Int8Array(kernel.memory(), rowsAt, whole * stride);
      for (let row = 0; row < n; row++)
        writeRow(blocks, { row, stride }, rows, row * stride, stride);
      new Float32Array(kernel.memory(), scalesAt, n).set(scales);
      loaded = { stride, rowsAt, scalesAt, queryAt, out };
    },
    scores(query, scale, from, to) {
      const { stride, rowsAt, scalesAt, queryAt, out } = loaded;
      new Int16Array(kernel.memory(), queryAt, stride).set(query);
      const first = from - (from % BLOCK_ROWS);
      const rows = rowsAt + first * stride;
      const count = wholeBlocks(to - first);
      kernel.exports.scores(rows, count, stride, queryAt, scalesAt + 4 * first, scale, out);
      return new Float32Array(kernel.memory(), out + 4 * (from - first), to - from);
    },
  };
}
