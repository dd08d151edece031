/** Compact vectors in memory, and their dot products with a query. */
export interface RowMemory {
  /** Fills row `row` with `count` values from `from` on. */
  put(row: number, values: Int8Array, from: number, count: number): void;
  /** The `stride` values of a row. */
  get(row: number): Int8Array;
  /** (n), to be filled. */
  readonly scales: Float32Array;
  /**
   * Writes the dot products of rows [from, to) with the query, times both scales, to `out` from 0
   * on.
   */
  scores(query: Int16Array, scale: number, from: number, to: number, out: Float32Array): void;
}
