import { scoreModule } from './score-module.ts';

/** Compact vectors in memory, and their dot products with a query. */
export interface RowMemory {
  /** (n, stride), to be filled; stale after the next `rowMemory` alone. */
  readonly rows: Int8Array;
  readonly scales: Float32Array;
  /**
   * Writes the dot products of rows [from, to) with the query, times both scales, to `out` from 0
   * on.
   */
  scores(query: Int16Array, scale: number, from: number, to: number, out: Float32Array): void;
}

/** Of `n` rows: by SIMD where that may be compiled and they fit, else in plain code; equal bits. */
export function rowMemory(n: number, stride: number): RowMemory {
  return scoreModule(n, stride) ?? plainMemory(n, stride);
}

/** In plain code; of rows that are there already, where they are given. */
export function plainMemory(
  n: number,
  stride: number,
  { rows, scales }: Pick<RowMemory, 'rows' | 'scales'> = {
    rows: new Int8Array(n * stride),
    scales: new Float32Array(n),
  },
): RowMemory {
  return {
    rows,
    scales,
    scores(query, scale, from, to, out) {
      for (let i = from, at = from * stride; i < to; i++) {
        let sum = 0;
        for (let k = 0; k < stride; k++, at++) sum += rows[at]! * query[k]!;
        out[i - from] = Math.fround(Math.fround(sum) * scales[i]!) * scale;
      }
    },
  };
}
