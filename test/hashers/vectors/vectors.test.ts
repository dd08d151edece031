import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import * as fc from 'fast-check';
import { itq } from '../../../hashers/vectors/itq.ts';
import { lsh } from '../../../hashers/vectors/lsh.ts';
import { encodeVectors } from '../../../kernels/codes/encode-vectors.ts';
import { RandomStream } from '../../../kernels/numbers/random.ts';

/** Vectors around `centres` points, of which dimensions grow smaller. */
function clouds(n: number, D: number, centres: number, noise: number, seed: number): Float32Array {
  const stream = new RandomStream(seed, 90);
  const points = Float32Array.from({ length: centres * D }, () => stream.uniform() - 0.5);
  return Float32Array.from(
    { length: n * D },
    (_, at) =>
      points[(Math.floor(at / D) % centres) * D + (at % D)]! + noise * (stream.uniform() - 0.5),
  );
}

/** Bit by bit. */
function encodeByBits(X: Float32Array, D: number, mean: Float64Array, P: Float64Array): Uint8Array {
  const bits = P.length / D;
  const codes = new Uint8Array((X.length / D) * (bits / 8));
  for (let i = 0; i < X.length / D; i++) {
    for (let k = 0; k < bits; k++) {
      const dot = Array.from(
        { length: D },
        (_, c) => (X[i * D + c]! - mean[c]!) * P[k * D + c]!,
      ).reduce((a, b) => a + b, 0);
      if (dot > 0) codes[i * (bits / 8) + (k >> 3)]! += 2 ** (7 - (k & 7));
    }
  }
  return codes;
}

const distance = (codes: Uint8Array, width: number, a: number, b: number) =>
  Array.from(
    { length: width },
    (_, k) =>
      (codes[a * width + k]! ^ codes[b * width + k]!).toString(2).replaceAll('0', '').length,
  ).reduce((x, y) => x + y, 0);

describe('encodeVectors', () => {
  it('agrees with the reference for any shape', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 6 }),
        fc.integer(),
        (n, D, bytes, seed) => {
          const X = clouds(n, D, 3, 1, seed);
          const P = lsh(D, 8 * bytes, seed, 0);
          const mean = Float64Array.from({ length: D }, (_, c) => X[c]! / 2);
          const codes = new Uint8Array(n * bytes);
          encodeVectors(X, D, mean, P, codes);
          assert.deepEqual(codes, encodeByBits(X, D, mean, P));
        },
      ),
      { numRuns: 60 },
    );
    assert.throws(
      () =>
        encodeVectors(
          new Float32Array(5),
          2,
          new Float64Array(2),
          new Float64Array(16),
          new Uint8Array(2),
        ),
      /do not fit 2 dimensions/,
    );
    assert.throws(
      () =>
        encodeVectors(
          new Float32Array(4),
          2,
          new Float64Array(2),
          new Float64Array(16),
          new Uint8Array(3),
        ),
      /expected 2 bytes, got 3/,
    );
  });
});

describe('lsh', () => {
  it('gives codes whose distance grows with the angle', () => {
    const D = 24;
    const bits = 256;
    const P = lsh(D, bits, 1, 0);
    const X = new Float32Array(3 * D);
    for (let c = 0; c < D; c++) {
      X[c] = 1;
      X[D + c] = 1 + (c % 2);
      X[2 * D + c] = c % 2 === 0 ? 1 : -1;
    }
    const codes = new Uint8Array((3 * bits) / 8);
    encodeVectors(X, D, new Float64Array(D), P, codes);
    // Angles of 18.4 and 90 degrees: 26 and 128 bits of 256 apart.
    assert.ok(Math.abs(distance(codes, bits / 8, 0, 1) - 26) < 15);
    assert.ok(Math.abs(distance(codes, bits / 8, 0, 2) - 128) < 30);
    assert.deepEqual(lsh(D, bits, 1, 0), P);
    assert.notDeepEqual(lsh(D, bits, 1, 1), P);
  });
});

describe('itq', () => {
  it('turns an orthonormal projection so that clouds share codes more than by random hyperplanes', () => {
    const D = 20;
    const bits = 16;
    const X = clouds(400, D, 40, 0.25, 4);
    const mean = new Float64Array(D);
    for (let i = 0; i < X.length; i++) mean[i % D]! += X[i]! / 400;
    const P = itq(X, D, mean, bits, 1, 0);
    for (let a = 0; a < bits; a++) {
      for (let b = 0; b < bits; b++) {
        let dot = 0;
        for (let c = 0; c < D; c++) dot += P[a * D + c]! * P[b * D + c]!;
        assert.ok(Math.abs(dot - (a === b ? 1 : 0)) < 1e-6, `${a} ${b}: ${dot}`);
      }
    }
    const within = (planes: Float64Array) => {
      const codes = new Uint8Array((400 * bits) / 8);
      encodeVectors(X, D, mean, planes, codes);
      let same = 0;
      let other = 0;
      for (let i = 0; i < 360; i++) {
        same += distance(codes, bits / 8, i, i + 40);
        other += distance(codes, bits / 8, i, i + 1);
      }
      return same / other;
    };
    assert.ok(
      within(P) < within(lsh(D, bits, 1, 0)),
      `${within(P)} against ${within(lsh(D, bits, 1, 0))}`,
    );
    assert.deepEqual(itq(X, D, mean, bits, 1, 0), P);
    assert.throws(
      () => itq(X, D, mean, 24, 1, 0),
      /24 bits need vectors of at least 24 dimensions, got 20/,
    );
  });
});
