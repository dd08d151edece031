import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { createLoss } from '../../hashers/loss.ts';
import { COSINE_LIMIT, crossEntropy, NEGATIVE_FLOOR } from '../../kernels/pair-loss.ts';
import { quantization, relevance, slopeOf } from '../kernels/train-reference.ts';

const METHODS = ['lse', 'cos', 'dch', 'dhn'] as const;
const bits = 8;
const cosine = fc.double({ min: -0.99, max: 0.99, noNaN: true });
const concentration = fc.double({ min: 0.5, max: 32, noNaN: true });
const out = new Float64Array(2);

for (const method of METHODS) {
  describe(method, () => {
    it('gives log p and its slope', () => {
      fc.assert(
        fc.property(cosine, concentration, (c, K) => {
          createLoss({ method, concentration: K, bits }).logRelevance(c, out);
          const [logP, slope] = out;
          const settings = { method, concentration: K, bits };
          const expected = Math.log(relevance(settings, c));
          assert.ok(Math.abs(logP! - expected) <= 1e-9 * Math.max(1, Math.abs(expected)), `log p ${logP} instead of ${expected}`);
          const difference = slopeOf((x) => Math.log(relevance(settings, x)), c, 1e-6);
          assert.ok(Math.abs(slope! - difference) <= 1e-5 * Math.max(1, Math.abs(difference)), `slope ${slope} instead of ${difference}`);
        }),
      );
    });

    it('gives r and adds its gradient', () => {
      const value = fc.double({ min: 0.01, max: 0.999, noNaN: true });
      const signed = fc.tuple(value, fc.boolean()).map(([size, negative]) => (negative ? -size : size));
      fc.assert(
        fc.property(fc.array(signed, { minLength: bits, maxLength: bits }), concentration, (u, K) => {
          const settings = { method, concentration: K, bits };
          const gradient = new Float64Array(bits + 1).fill(1);
          const r = createLoss(settings).quantization(Float64Array.from([0, ...u]), 1, 0.5, gradient);
          assert.ok(Math.abs(r - quantization(settings, u)) < 1e-12 * Math.max(1, r));
          assert.equal(gradient[0], 1);
          for (const [k, x] of u.entries()) {
            const expected = 0.5 * slopeOf((moved) => quantization(settings, u.with(k, moved)), x, 1e-6);
            assert.ok(Math.abs(gradient[k + 1]! - 1 - expected) < 1e-7 * Math.max(1, Math.abs(expected)), `${k}: ${gradient[k + 1]! - 1} instead of ${expected}`);
          }
        }),
      );
    });

    it('has a smallest r at +-1', () => {
      const r = createLoss({ method, concentration: 4, bits }).quantization(new Float64Array(bits).fill(-1), 0, 0, new Float64Array(bits));
      assert.ok(Math.abs(r) < 1e-15);
    });

    it('is finite and keeps its slope at and beyond the limits of the cosine', () => {
      const loss = createLoss({ method, concentration: 16, bits });
      for (const positive of [true, false]) {
        for (const [inside, beyond] of [[COSINE_LIMIT, 1.0000001], [-COSINE_LIMIT, -1]] as const) {
          const at = new Float64Array(2);
          crossEntropy(loss, inside, positive, at);
          crossEntropy(loss, beyond, positive, out);
          assert.deepEqual(out, at);
          assert.ok(out.every(Number.isFinite));
        }
      }
    });

    it('pulls positives together and pushes negatives apart', () => {
      const loss = createLoss({ method, concentration: 4, bits });
      for (const c of [-0.9, 0, 0.5, 0.99, 1]) {
        crossEntropy(loss, c, true, out);
        assert.ok(out[0]! >= 0 && out[1]! < 0);
        crossEntropy(loss, c, false, out);
        assert.ok(out[0]! >= 0 && out[1]! > 0);
      }
    });
  });
}

it('a negative whose 1 - p is below the floor costs as much as at the floor and is pushed by slope / floor', () => {
  const loss = createLoss({ method: 'lse', concentration: 1, bits });
  crossEntropy(loss, COSINE_LIMIT, false, out);
  const p = relevance({ method: 'lse', concentration: 1, bits }, COSINE_LIMIT);
  assert.ok(1 - p < NEGATIVE_FLOOR);
  assert.ok(Math.abs(out[0]! + Math.log(NEGATIVE_FLOOR)) < 1e-12);
  const slope = 1 / (Math.PI * Math.sqrt(1 - COSINE_LIMIT ** 2));
  assert.ok(Math.abs(out[1]! - slope / NEGATIVE_FLOOR) < 1e-4 * out[1]!);
});
