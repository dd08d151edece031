import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { Adam, type Moments } from '../../../kernels/documents/adam-sparse.ts';
import type { SparseRows } from '../../../kernels/documents/encode-sparse.ts';
import { RandomStream } from '../../../kernels/numbers/random.ts';

const [V, H] = [7, 6];
const stream = new RandomStream(1, 96);
const drawn = (length: number) => Float32Array.from({ length }, () => 2 * stream.uniform() - 1);
const matrix = (rows: number, columns: number): Moments => ({
  columns,
  values: drawn(rows * columns),
  first: new Float32Array(rows * columns),
  second: new Float32Array(rows * columns),
});

/** The formula as it is written, in doubles. */
class Plain {
  readonly m: number[];
  readonly v: number[];
  readonly w: number[];

  constructor(values: Float32Array) {
    this.w = [...values];
    this.m = this.w.map(() => 0);
    this.v = this.w.map(() => 0);
  }

  step(at: number, g: number, rate: number, t: number): void {
    this.m[at] = 0.9 * this.m[at]! + 0.1 * g;
    this.v[at] = 0.999 * this.v[at]! + 0.001 * g * g;
    this.w[at]! -=
      (rate * (this.m[at] / (1 - 0.9 ** t))) / (Math.sqrt(this.v[at] / (1 - 0.999 ** t)) + 1e-8);
  }
}

describe('Adam', () => {
  it(
    'takes the steps of the formula, of all weights or of some terms by how often each was ' +
      'there',
    () => {
      const state: Record<'layer' | 'other', Moments> = {
        layer: { ...matrix(V, H), steps: new Float32Array(V) },
        other: matrix(3, 5),
      };
      const expected = {
        layer: new Plain(state.layer.values),
        other: new Plain(state.other.values),
      };
      const adam = new Adam();
      adam.hold(state);
      // Rows that share a term, hold none, hold one alone.
      const batch: SparseRows = {
        offsets: Int32Array.of(0, 3, 3, 4, 6),
        terms: Int32Array.of(0, 2, 6, 2, 1, 2),
        weights: drawn(6),
      };
      const lesser: SparseRows = {
        offsets: Int32Array.of(0, 0, 0, 0, 1),
        terms: Int32Array.of(6),
        weights: drawn(1),
      };
      const times = new Map<number, number>();
      for (let t = 1; t <= 5; t++) {
        const [gradient, ofRows] = [drawn(15), drawn(4 * H)];
        adam.step('other', gradient, 0.01, t);
        for (const [at, g] of gradient.entries()) expected.other.step(at, g, 0.01, t);
        const held = t === 3 ? lesser : batch;
        adam.stepTerms('layer', held, ofRows, 0.01, 1e-8);
        for (const term of new Set(held.terms)) {
          times.set(term, (times.get(term) ?? 0) + 1);
          for (let c = 0; c < H; c++) {
            let g = 0;
            for (let r = 0; r < 4; r++)
              for (let k = held.offsets[r]!; k < held.offsets[r + 1]!; k++)
                if (held.terms[k] === term) g += held.weights[k]! * ofRows[r * H + c]!;
            expected.layer.step(term * H + c, g, 0.01, times.get(term)!);
          }
        }
      }
      for (const name of ['layer', 'other'] as const)
        for (const [at, w] of expected[name].w.entries())
          assert.ok(
            Math.abs(state[name].values[at]! - w) < 1e-5,
            `${name} ${at}: ${state[name].values[at]} for ${w}`,
          );
    },
  );

  it('multiplies sparse rows by a layer, and keeps what it holds when a batch needs more room', () => {
    const state = { layer: matrix(V, H) };
    const before = state.layer.values.slice();
    const adam = new Adam();
    adam.hold(state);
    const rows = 40_000;
    const batch: SparseRows = {
      offsets: Int32Array.from({ length: rows + 1 }, (_, r) => 2 * r),
      terms: Int32Array.from({ length: 2 * rows }, (_, k) => (3 * k) % V),
      weights: drawn(2 * rows),
    };
    const out = adam.project('layer', batch);
    assert.deepEqual(state.layer.values, before);
    for (const r of [0, 1, rows - 1]) {
      for (let c = 0; c < H; c++) {
        const sum = [2 * r, 2 * r + 1].reduce(
          (value, k) => value + batch.weights[k]! * before[batch.terms[k]! * H + c]!,
          0,
        );
        assert.ok(Math.abs(out[r * H + c]! - sum) < 1e-6);
      }
    }
  });

  it('holds a state again as it is, and one whose arrays were replaced', () => {
    const state: Record<string, Moments> = { layer: matrix(V, H) };
    const adam = new Adam();
    adam.hold(state);
    adam.step('layer', drawn(V * H), 0.1, 1);
    const moved = state['layer']!.values.slice();
    adam.hold(state);
    assert.deepEqual(state['layer']!.values, moved);
    state['more'] = matrix(2, 9);
    const fresh = state['more'].values.slice();
    adam.hold(state);
    assert.deepEqual([state['layer']!.values, state['more'].values], [moved, fresh]);
  });
});
