import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'vitest';
import { placesByValue, plainMemory, rowMemory, scoreModuleBytes } from '@hashloom/lookup/internal';
import { askedVector, compactVector, strideOf } from '../../../format/compact-vectors.ts';
import { RandomStream } from '../../../kernels/numbers/random.ts';
import { inBuild } from '../../repository.ts';
import { rowScorer } from '../../../kernels/vectors/row-scores.ts';

describe('the scores of compact vectors', () => {
  it('are of the module that the build makes of kernels/wasm/row-scores.ts', () => {
    const built = readFileSync(inBuild('kernels/row-scores.wasm'));
    assert.ok(
      built.equals(scoreModuleBytes()),
      `put this in lookup/cells/score-module.ts: ${built.toString('base64')}`,
    );
  });

  it('are the same bits by SIMD, in plain code and in the kernel, and near the cosine', () => {
    const stream = new RandomStream(8, 8);
    for (const D of [1, 3, 16, 31, 128, 784]) {
      const n = D === 16 ? 16_384 + 5 : 37;
      const stride = strideOf(D);
      const vectors = Float32Array.from({ length: n * D }, () => stream.uniform() - 0.5);
      const query = Float32Array.from({ length: D }, () => 100 * (stream.uniform() - 0.5));
      const memories = [rowMemory(n, stride), plainMemory(n, stride)];
      const rows = new Int8Array(n * stride);
      const scales = new Float32Array(n);
      for (let i = 0; i < n; i++) scales[i] = compactVector(vectors, i * D, D, rows, i * stride);
      for (const memory of memories) {
        memory.scales.set(scales);
        for (let i = 0; i < n; i++) memory.put(i, rows, i * stride, D);
        const last = rows.subarray((n - 1) * stride);
        assert.deepEqual(memory.get(n - 1), last, `${D} dimensions`);
      }
      const { values, scale } = askedVector(query, D, stride);
      const [fast, plain] = memories.map((memory) => {
        const out = new Float32Array(n - 1);
        memory.scores(values, scale, 1, n, out);
        return out;
      });
      assert.deepEqual(fast, plain, `${D} dimensions`);
      const scorer = rowScorer();
      scorer.load({ rows, scales }, stride);
      assert.deepEqual(scorer.scores(values, scale, 1, n), plain);
      for (const [from, to] of [
        [1, 2],
        [3, 9],
        [4, 8],
        [6, n],
      ] as const) {
        const own = plain!.subarray(from - 1, to - 1);
        const some = new Float32Array(to - from);
        memories[0]!.scores(values, scale, from, to, some);
        assert.deepEqual(some, own, `rows ${from} to ${to}`);
        assert.deepEqual(scorer.scores(values, scale, from, to), own);
      }
      for (let i = 1; i < n; i += 7) {
        const own = vectors.subarray(i * D, (i + 1) * D);
        assert.ok(Math.abs(plain![i - 1]! - cosine(own, query)) < 0.01, `${D}, item ${i}`);
      }
    }
  });

  it('give places in the order of a sort, as many as are taken', () => {
    const stream = new RandomStream(9, 8);
    for (const n of [1, 2, 31, 32, 33, 5000]) {
      // Few values, so that many are equal.
      const values = Float32Array.from({ length: n }, () => stream.below(n < 40 ? 3 : 700) - 1);
      const sorted = [...values.keys()].sort((a, b) => values[b]! - values[a]! || a - b);
      assert.deepEqual([...placesByValue(values)], sorted, `${n} values`);
      const first = placesByValue(values).next();
      assert.equal(first.value, sorted[0]);
    }
  });

  it('keep the direction of the largest and the smallest numbers, and give zeros none', () => {
    for (const size of [3e38, 1e-38]) {
      const row = new Int8Array(16);
      const scale = compactVector([size, -size, 0], 0, 3, row, 0);
      assert.deepEqual([...row.subarray(0, 3)], [127, -127, 0]);
      assert.ok(Math.abs(scale * Math.hypot(127, 127) - 1) < 1e-6);
    }
    assert.equal(compactVector([0, 0], 0, 2, new Int8Array(2), 0), 0);
    assert.equal(askedVector([0, 0], 2, 16).scale, 0);
  });
});

function cosine(a: Float32Array, b: Float32Array): number {
  let [dot, aa, bb] = [0, 0, 0];
  for (let k = 0; k < a.length; k++) {
    dot += a[k]! * b[k]!;
    aa += a[k]! ** 2;
    bb += b[k]! ** 2;
  }
  return dot / Math.sqrt(aa * bb);
}
