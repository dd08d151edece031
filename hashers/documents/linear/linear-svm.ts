/**
 * A linear SVM with squared hinge loss, min |w|^2 / 2 + C sum max(0, 1 - y (w.x + b))^2, by dual
 * coordinate descent (Hsieh et al. 2008); b is the weight of a feature that is 1 everywhere. x:
 * sparse rows; y: 1 or -1.
 */

import { RandomStream } from '../../../kernels/numbers/random.ts';
import type { SparseRows } from '../../../kernels/documents/encode-sparse.ts';
import { PROJECTION_PURPOSE } from '../../vectors/lsh.ts';

const COST = 1;
const EPOCHS = 20;
const TOLERANCE = 0.01;

export function linearSvm(
  { offsets, terms, weights }: SparseRows,
  V: number,
  y: Int8Array,
  seed: number,
): { w: Float64Array; b: number } {
  const n = offsets.length - 1;
  const w = new Float64Array(V);
  let b = 0;
  const diagonal = 1 / (2 * COST);
  const alpha = new Float64Array(n);
  const norms = new Float64Array(n);
  for (let r = 0; r < n; r++) {
    norms[r] = 1 + diagonal;
    for (let at = offsets[r]!; at < offsets[r + 1]!; at++) norms[r]! += weights[at]! ** 2;
  }
  const order = Int32Array.from({ length: n }, (_, r) => r);
  const stream = new RandomStream(seed, PROJECTION_PURPOSE, 1000);
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    for (let i = n - 1; i > 0; i--) {
      const j = stream.below(i + 1);
      const moved = order[i]!;
      order[i] = order[j]!;
      order[j] = moved;
    }
    let largest = 0;
    for (const r of order) {
      let score = b;
      for (let at = offsets[r]!; at < offsets[r + 1]!; at++) score += w[terms[at]!]! * weights[at]!;
      const gradient = y[r]! * score - 1 + diagonal * alpha[r]!;
      const before = alpha[r]!;
      largest = Math.max(largest, Math.abs(before === 0 ? Math.min(gradient, 0) : gradient));
      const after = Math.max(before - gradient / norms[r]!, 0);
      alpha[r] = after;
      const step = (after - before) * y[r]!;
      if (step === 0) continue;
      b += step;
      for (let at = offsets[r]!; at < offsets[r + 1]!; at++) w[terms[at]!]! += step * weights[at]!;
    }
    if (largest < TOLERANCE) break;
  }
  return { w, b };
}
