import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import * as fc from 'fast-check';
import { createLoss } from '../../../hashers/losses/losses.ts';
import { RandomStream } from '../../../kernels/numbers/random.ts';
import { crossEntropy } from '../../../kernels/training/pair-loss.ts';
import {
  LOSS_NAMES,
  type PairwiseTraining,
  pairwiseTraining,
} from '../../../schemas/configuration/training.ts';
import { lossAndGradient, type Pair, quantize } from '../../reference/train-visit.ts';

const DEFAULTS = pairwiseTraining.parse({});
const methods = fc.constantFrom(...LOSS_NAMES);

describe('gradients', () => {
  it('are those of finite differences', () => {
    const step = 1e-5;
    fc.assert(
      fc.property(
        methods,
        fc.constantFrom(0, 0.5),
        fc.integer({ min: 1, max: 1e6 }),
        (method, lambda, seed) => {
          const training: PairwiseTraining = {
            ...DEFAULTS,
            method,
            tables: 2,
            bits: 8,
            concentration: 4,
            beta: 2,
          };
          const random = new RandomStream(seed, 99);
          const rows = Array.from({ length: 4 }, () =>
            Array.from({ length: 16 }, () => 2 * random.uniform() - 1),
          );
          const pairs: Pair[] = [
            { left: 0, right: 1, kind: 'positive' },
            { left: 1, right: 2, kind: 'hard' },
            { left: 3, right: 0, kind: 'easy' },
          ];
          const mask = Array.from({ length: 8 }, (_, k) => (k === 3 ? 0 : 1));
          const at = (embeddings: number[][]) =>
            lossAndGradient(
              pairs,
              embeddings,
              { settings: training, loss: createLoss(training) },
              lambda,
              0,
              mask,
            );
          const { gradients } = at(rows);
          for (const [row, k] of [
            [0, 1],
            [1, 9],
            [2, 3],
            [3, 15],
          ] as const) {
            const moved = (by: number) =>
              at(
                rows.map((values, r) =>
                  values.map((value, column) => (r === row && column === k ? value + by : value)),
                ),
              ).loss;
            const expected = (moved(step) - moved(-step)) / (2 * step);
            const found = gradients.get(row)![k]!;
            assert.ok(
              Math.abs(found - expected) <= 1e-4 * Math.max(1, Math.abs(expected)),
              `row ${row}, ${k}: ${found}, expected ${expected}`,
            );
          }
        },
      ),
      { numRuns: 100, seed: 3 },
    );
  });

  it('of a cosine are the slopes of the loss', () => {
    fc.assert(
      fc.property(
        methods,
        fc.boolean(),
        fc.double({ min: -0.98, max: 0.98, noNaN: true }),
        (method, positive, cosine) => {
          const loss = createLoss({ method, concentration: 3, bits: 32 });
          const at = (c: number) => {
            const out = new Float64Array(2);
            crossEntropy(loss, c, positive, out);
            return [...out] as [number, number];
          };
          const expected = (at(cosine + 1e-6)[0] - at(cosine - 1e-6)[0]) / 2e-6;
          // Where 1 - p is floored the value rests and the slope does not.
          if (expected === 0) return;
          assert.ok(Math.abs(at(cosine)[1] - expected) <= 1e-4 * Math.max(1, Math.abs(expected)));
        },
      ),
    );
  });
});

/** p(y = 1 | c) with K = 1 (DCH: gamma = K). */
function relevance(method: 'lse' | 'cos' | 'dch', concentration: number, cosine: number): number {
  const out = new Float64Array(2);
  createLoss({ method, concentration, bits: 32 }).logRelevance(cosine, out);
  return Math.exp(out[0]!);
}

describe('Theorem 1', () => {
  const bounds = {
    lse: (delta: number) => 1 - delta,
    cos: (delta: number) => 1 - Math.acos(1 - 2 * delta) / Math.PI,
    dch: (delta: number) => 1 - Math.acos(1 - (2 * 5 * delta) / (32 * (1 - delta))) / Math.PI,
  };
  for (const method of ['lse', 'cos', 'dch'] as const) {
    it(
      `${method}: within distance delta two vectors collide at least so often, and at delta ` +
        'just so often',
      () => {
        const collision = (cosine: number) => 1 - Math.acos(cosine) / Math.PI;
        fc.assert(
          fc.property(
            fc.double({ min: 0.001, max: 0.5, noNaN: true }),
            fc.double({ min: -0.99, max: 0.9999, noNaN: true }),
            (delta, cosine) => {
              const distance = 1 - relevance(method, method === 'dch' ? 5 : 1, cosine);
              if (distance <= delta) assert.ok(collision(cosine) >= bounds[method](delta) - 1e-12);
              if (distance < 0.9)
                assert.ok(Math.abs(collision(cosine) - bounds[method](distance)) < 1e-7);
            },
          ),
        );
      },
    );
  }
});

describe('Lemma 1', () => {
  it('angular distance is the mean Hamming distance over random rotations, by dimension', () => {
    const d = 6;
    const random = new RandomStream(8, 99);
    const normal = () =>
      Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());
    const u = Array.from({ length: d }, normal);
    const v = u.map((value) => value + 0.7 * normal());
    const dot = (x: number[], y: number[]) => x.reduce((sum, value, k) => sum + value * y[k]!, 0);
    const angular = Math.acos(dot(u, v) / Math.sqrt(dot(u, u) * dot(v, v))) / Math.PI;
    const trials = 20_000;
    let hamming = 0;
    for (let trial = 0; trial < trials; trial++) {
      for (const row of rotation(d, normal)) if (dot(row, u) > 0 !== dot(row, v) > 0) hamming += 1;
    }
    assert.ok(
      Math.abs(hamming / (trials * d) - angular) < 0.006,
      `${hamming / (trials * d)}, expected ${angular}`,
    );

    /** Gram-Schmidt on normal vectors. */
    function rotation(size: number, draw: () => number): number[][] {
      const rows: number[][] = [];
      while (rows.length < size) {
        let row = Array.from({ length: size }, draw);
        for (const other of rows) {
          const along = dot(row, other);
          row = row.map((value, k) => value - along * other[k]!);
        }
        const length = Math.sqrt(dot(row, row));
        rows.push(row.map((value) => value / length));
      }
      return rows;
    }
  });
});

describe('quantization', () => {
  it('is least at signs', () => {
    for (const quantization of [
      { kind: 'log-cosh' } as const,
      { kind: 'cauchy', scale: 4 } as const,
    ]) {
      const near = quantize(quantization, [0.99, -0.99, 0.99, -0.99]).value;
      const far = quantize(quantization, [0.1, -0.9, 0.5, -0.2]).value;
      assert.ok(near < far && near >= 0 && near < 1e-4);
    }
  });
});
