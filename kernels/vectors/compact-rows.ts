import { compactVector, strideOf } from '../../format/compact-vectors.ts';
import type { CompactRows } from './row-scores.ts';

/** Rounds vectors, (n, D), to a byte a dimension. */
export function compactRows(
  values: ArrayLike<number>,
  D: number,
): CompactRows & { stride: number } {
  const n = values.length / D;
  const stride = strideOf(D);
  const rows = new Int8Array(n * stride);
  const scales = new Float32Array(n);
  for (let i = 0; i < n; i++) scales[i] = compactVector(values, i * D, D, rows, i * stride);
  return { rows, scales, stride };
}
