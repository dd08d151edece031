import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import * as fc from 'fast-check';
import { createLoss } from '../../../hashers/losses/losses.ts';
import { exp } from '../../../kernels/numbers/elementary.ts';
import { PURPOSE, RandomStream } from '../../../kernels/numbers/random.ts';
import { initializePartition } from '../../../kernels/training/train-partition.ts';

const out = new Float64Array(2);
const angular = (cosine: number) => 1 - Math.acos(cosine) / Math.PI;

/**
 * The least chance that a bit of SimHash agrees for two points within delta of each other, by the
 * distance 1 - p.
 */
const MIN_COLLISION = {
  lse: (delta: number) => 1 - delta,
  cos: (delta: number) => 1 - Math.acos(1 - 2 * delta) / Math.PI,
  dch: (delta: number, gamma: number, d: number) =>
    1 - Math.acos(1 - (2 * gamma * delta) / (d * (1 - delta))) / Math.PI,
} as const;

describe('theorem 1: the collision probability of points within delta', () => {
  for (const method of ['lse', 'cos', 'dch'] as const) {
    it(`${method}: is reached at distance delta and passed nearer by`, () => {
      const cosine = fc.double({ min: -0.999, max: 0.999, noNaN: true });
      // The similarities of the theorem: K = 1 for LSE and COS, any gamma for DCH.
      const gamma = fc.double({ min: 0.5, max: 16, noNaN: true });
      fc.assert(
        fc.property(
          cosine,
          gamma,
          fc.constantFrom(8, 32, 64),
          fc.double({ min: 0, max: 1, noNaN: true }),
          (c, K, bits, share) => {
            const concentration = method === 'dch' ? K : 1;
            createLoss({ method, concentration, bits }).logRelevance(c, out);
            const delta = 1 - exp(out[0]!);
            const least = MIN_COLLISION[method](delta, concentration, bits);
            assert.ok(Math.abs(least - angular(c)) < 1e-9, `${least} instead of ${angular(c)}`);
            const nearer = c + share * (1 - c);
            assert.ok(angular(nearer) >= least - 1e-9);
          },
        ),
      );
    });
  }

  it('a bit of SimHash agrees as often as the angular similarity says', () => {
    const d = 8;
    const planes = normals(1, 20_000, d);
    for (const c of [-0.5, 0.2, 0.9]) {
      const [x, y] = pairAt(c, d);
      let agreeing = 0;
      for (const plane of planes) agreeing += dot(plane, x) > 0 === dot(plane, y) > 0 ? 1 : 0;
      const expected = angular(c);
      const deviation = Math.sqrt((expected * (1 - expected)) / planes.length);
      assert.ok(
        Math.abs(agreeing / planes.length - expected) < 4 * deviation,
        `c ${c}: ${agreeing / planes.length} instead of ${expected}`,
      );
    }
  });
});

describe('lemma 1', () => {
  it('1 - psi is the mean Hamming distance of the signs over random rotations, divided by d', () => {
    const d = 8;
    const rotations = 4000;
    for (const c of [-0.3, 0.5, 0.95]) {
      const [x, y] = pairAt(c, d);
      const distances = Array.from({ length: rotations }, (_, k) => {
        const rotation = orthogonal(normals(1000 + k, d, d));
        return rotation.filter((row) => dot(row, x) > 0 !== dot(row, y) > 0).length / d;
      });
      const mean = distances.reduce((sum, value) => sum + value, 0) / rotations;
      const variance = distances.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rotations;
      assert.ok(
        Math.abs(mean - (1 - angular(c))) < 4 * Math.sqrt(variance / rotations),
        `c ${c}: ${mean} instead of ${1 - angular(c)}`,
      );
    }
  });
});

/** Rows of standard normals, up to their common scale. */
function normals(seed: number, rows: number, d: number): number[][] {
  const { embeddings } = initializePartition(seed, 0, rows, 1, d);
  return Array.from({ length: rows }, (_, row) => [...embeddings.subarray(row * d, (row + 1) * d)]);
}

/** Two unit vectors with this cosine. */
function pairAt(cosine: number, d: number): [number[], number[]] {
  const random = new RandomStream(9, PURPOSE.evaluate);
  const [x, away] = orthogonal(
    [0, 1].map(() => Array.from({ length: d }, () => random.uniform() - 0.5)),
  );
  return [x!, x!.map((value, k) => cosine * value + Math.sqrt(1 - cosine * cosine) * away![k]!)];
}

/** Gram-Schmidt: of normal rows it makes a uniformly random rotation. */
function orthogonal(rows: number[][]): number[][] {
  const basis: number[][] = [];
  for (const row of rows) {
    let rest = row;
    for (const vector of basis) {
      const along = dot(rest, vector);
      rest = rest.map((value, k) => value - along * vector[k]!);
    }
    const length = Math.sqrt(dot(rest, rest));
    basis.push(rest.map((value) => value / length));
  }
  return basis;
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, k) => sum + value * b[k]!, 0);
}
