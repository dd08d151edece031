import type * as Tf from '@tensorflow/tfjs-core';
import { log } from '../../../kernels/numbers/elementary.ts';
import { RandomStream } from '../../../kernels/numbers/random.ts';

/** Random tensors of a training, the same for a seed whatever the engine. */
export interface Noise {
  uniform(rows: number, columns: number): Tf.Tensor2D;
  /** Standard normal (Marsaglia's polar method). */
  normal(rows: number, columns: number): Tf.Tensor2D;
  /** 0 with probability `rate`, else 1 / (1 - rate). */
  mask(rows: number, columns: number, rate: number): Tf.Tensor2D;
  /** One entry of such a mask. */
  kept(rate: number): number;
}

/** Purposes of streams of this folder; see PURPOSE in kernels/numbers/random.ts for the others. */
export const HASHER_PURPOSE = { initialize: 80, noise: 81, shuffle: 82, validation: 83 } as const;

/** The noise of one batch: `step` counts batches from the start. */
export function noiseOf(tf: typeof Tf, seed: number, step: number): Noise {
  const stream = new RandomStream(seed, HASHER_PURPOSE.noise, step);
  const filled = (rows: number, columns: number, next: () => number) => {
    const values = new Float32Array(rows * columns);
    for (let at = 0; at < values.length; at++) values[at] = next();
    return tf.tensor2d(values, [rows, columns]);
  };
  const kept = (rate: number) => (rate > 0 && stream.uniform() < rate ? 0 : 1 / (1 - rate));
  return {
    uniform: (rows, columns) => filled(rows, columns, () => stream.uniform()),
    normal: (rows, columns) => filled(rows, columns, normalsOf(stream)),
    mask: (rows, columns, rate) => filled(rows, columns, () => kept(rate)),
    kept,
  };
}

/** Two draws give two numbers. */
export function normalsOf(stream: RandomStream): () => number {
  let spare: number | undefined;
  return () => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    for (;;) {
      const u = 2 * stream.uniform() - 1;
      const v = 2 * stream.uniform() - 1;
      const s = u * u + v * v;
      if (s >= 1 || s === 0) continue;
      const scale = Math.sqrt((-2 * log(s)) / s);
      spare = v * scale;
      return u * scale;
    }
  };
}
