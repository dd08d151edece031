import type { MapCentroids } from './cell-map.ts';
import type { RowMemory } from './row-memory.ts';
import { scoreModule } from './score-module.ts';

/** Of `n` rows: by SIMD where that may be compiled and they fit, else in plain code; equal bits. */
export function rowMemory(n: number, stride: number): RowMemory {
  return scoreModule(n, stride) ?? plainMemory(n, stride);
}

/** In plain code; of rows that are there already, where they are given. */
export function plainMemory(
  n: number,
  stride: number,
  { rows, scales }: Pick<MapCentroids, 'rows' | 'scales'> = {
    rows: new Int8Array(n * stride),
    scales: new Float32Array(n),
  },
): RowMemory {
  return {
    put: (row, values, from, count) => rows.set(values.subarray(from, from + count), row * stride),
    get: (row) => rows.slice(row * stride, (row + 1) * stride),
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
