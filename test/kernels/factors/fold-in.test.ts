import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { type FactorLinks, factorize, factorSides } from '../../../kernels/factors/factorize.ts';
import { foldIn } from '../../../kernels/factors/fold-in.ts';
import { RandomStream } from '../../../kernels/numbers/random.ts';
import { type DenseLinks, exactRow } from '../../reference/factor-rows.ts';

const SETTINGS = { factors: 16, alpha: 8, regularization: 3, rounds: 6, seed: 1 };

describe('foldIn', () => {
  it('solves what a half-step would of rows of one set', () => {
    const size = 60;
    const d = linksOf(ring(size));
    const sides = factorSides(size);
    const known = factorize(d, sides, { ...SETTINGS, keys: keysOf(size) }, () => {});
    const links: FactorLinks = {
      offsets: Uint32Array.of(0, 3, 3),
      columns: Uint32Array.of(2, 7, 30),
      roots: Float32Array.of(1, 0.5, 2),
    };
    const { factors, asks } = foldIn(links, known, sides, SETTINGS);
    assert.deepEqual([...asks], [1, 1]);
    const strengths = strengthsOf(links, 0, 0, size);
    for (const [side, other] of [
      ['asking', 'answering'],
      ['answering', 'asking'],
    ] as const) {
      assertNear(factors[side].subarray(0, 16), exactRow(strengths, 0, known[other], SETTINGS));
      assert.ok(factors[side].subarray(16).every((value) => value === 0));
    }
  });

  it('takes the side of most strength where there are two', () => {
    const split = 20;
    const size = 50;
    const d = linksOf(
      Array.from({ length: 120 }, (_, k) => [k % split, split + ((7 * k) % (size - split))]),
    );
    const sides = factorSides(size, split);
    const known = factorize(d, sides, { ...SETTINGS, keys: keysOf(size) }, () => {});
    const links: FactorLinks = {
      offsets: Uint32Array.of(0, 2, 5),
      columns: Uint32Array.of(20, 33, 1, 4, 40),
      roots: Float32Array.of(1, 1, 1, 1, 1),
    };
    const { factors, asks } = foldIn(links, known, sides, SETTINGS);
    assert.deepEqual([...asks], [1, 0]);
    const asking = strengthsOf(links, 0, split, size);
    assertNear(factors.asking.subarray(0, 16), exactRow(asking, 0, known.answering, SETTINGS));
    const answering = strengthsOf(links, 1, 0, split);
    assertNear(factors.answering.subarray(16), exactRow(answering, 0, known.asking, SETTINGS));
    assert.ok(factors.asking.subarray(16).every((value) => value === 0));
    assert.ok(factors.answering.subarray(0, 16).every((value) => value === 0));
  });

  it('refuses links to no row of D', () => {
    const known = { asking: new Float32Array(32), answering: new Float32Array(32) };
    const links = {
      offsets: Uint32Array.of(0, 1),
      columns: Uint32Array.of(2),
      roots: Float32Array.of(1),
    };
    assert.throws(() => foldIn(links, known, factorSides(2), SETTINGS), /column 2: not one of 2/);
  });
});

/** Pairs of a ring with chords that are drawn with a seed. */
function ring(size: number): number[][] {
  const stream = new RandomStream(5, 1, 0);
  return Array.from({ length: size }, (_, i) => [
    [i, (i + 1) % size],
    [i, (i + 2 + stream.below(size - 3)) % size],
  ]).flat();
}

function linksOf(pairs: readonly number[][]): FactorLinks {
  const rows = new Map<number, Set<number>>();
  for (const [i, j] of pairs) {
    rows.set(i!, (rows.get(i!) ?? new Set()).add(j!));
    rows.set(j!, (rows.get(j!) ?? new Set()).add(i!));
  }
  const size = Math.max(...rows.keys()) + 1;
  const offsets = new Uint32Array(size + 1);
  const columns: number[] = [];
  for (let row = 0; row < size; row++) {
    columns.push(...[...(rows.get(row) ?? [])].toSorted((a, b) => a - b));
    offsets[row + 1] = columns.length;
  }
  const roots = new Float32Array(columns.length).fill(1);
  return { offsets, columns: Uint32Array.from(columns), roots };
}

/** The links of a row to rows [from, to) of the other side. */
function strengthsOf(
  { offsets, columns, roots }: FactorLinks,
  row: number,
  from: number,
  to: number,
): DenseLinks {
  const strengths = new Map<number, number>();
  for (let at = offsets[row]!; at < offsets[row + 1]!; at++)
    strengths.set(columns[at]! - from, roots[at]! ** 2);
  return { asking: 1, answering: to - from, strength: (_, j) => strengths.get(j) };
}

function assertNear(actual: Float32Array, expected: ArrayLike<number>): void {
  for (let k = 0; k < expected.length; k++)
    assert.ok(Math.abs(actual[k]! - expected[k]!) < 1e-4, `${k}: ${actual[k]}, ${expected[k]}`);
}

const keysOf = (size: number): Uint32Array => Uint32Array.from({ length: size }, (_, row) => row);
