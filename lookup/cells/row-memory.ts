/** Compact vectors in memory, and their dot products with a query. */
export interface RowMemory {
  /** (n, stride), to be filled. */
  readonly rows: Int8Array;
  readonly scales: Float32Array;
  /**
   * Writes the dot products of rows [from, to) with the query, times both scales, to `out` from 0
   * on.
   */
  scores(query: Int16Array, scale: number, from: number, to: number, out: Float32Array): void;
}
