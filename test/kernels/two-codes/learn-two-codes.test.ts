import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'vitest';
import { RandomStream } from '../../../kernels/numbers/random.ts';
import { codesOf } from '../../../kernels/two-codes/codes-of.ts';
import {
  learnTwoCodes,
  type TwoCodesProblem,
  type TwoCodesSettings,
} from '../../../kernels/two-codes/learn-two-codes.ts';
import { distanceByBits } from '../../reference/hamming-by-bits.ts';
import { learnTwoCodesSlowly } from '../../reference/learn-two-codes.ts';

const SETTINGS = { bits: 16, logQ: 0.75, steps: 60, batch: 64, rate: 0.03, seed: 1 };
const ignore = (): void => undefined;

describe('learnTwoCodes', () => {
  it('takes the steps of the formula', () => {
    const problem = groupsThatAskTheNext(6, 4, 8);
    const settings = { ...SETTINGS, steps: 12, batch: 32 };
    const { asking, answering } = learnTwoCodes(problem, settings, ignore);
    const slow = learnTwoCodesSlowly(problem, settings);
    for (const [fast, expected] of [
      [asking, slow.asking],
      [answering, slow.answering],
    ] as const) {
      for (const [at, value] of [...fast.weights, ...fast.offsets].entries()) {
        const other = [...expected.weights.flat(), ...expected.offsets][at]!;
        assert.ok(Math.abs(value - other) < 1e-4, `${at}: ${value}, ${other}`);
      }
    }
  });

  it('finds what asks for what, where that is not what is near it', () => {
    const groups = 8;
    const problem = groupsThatAskTheNext(groups, 5, 16);
    const { asking, answering } = learnTwoCodes(problem, { ...SETTINGS, steps: 300 }, ignore);
    const a = codesOf(problem.asking, 16, asking);
    const b = codesOf(problem.answering, 16, answering);
    const mean = (step: number): number => {
      let sum = 0;
      for (let i = 0; i < 5 * groups; i++)
        sum += distance(a, i, b, (i + 5 * step) % (5 * groups)) / (5 * groups);
      return sum;
    };
    assert.ok(mean(1) < 2, `linked: ${mean(1)}`);
    for (let step = 2; step <= groups; step++) assert.ok(mean(step) > 4, `${step}: ${mean(step)}`);
  });

  it('gives the same bytes on every machine', () => {
    const learn = (seed: number): string => {
      const problem = groupsThatAskTheNext(6, 4, 8);
      const { asking, answering } = learnTwoCodes(problem, { ...SETTINGS, seed }, ignore);
      const hash = createHash('sha256');
      for (const { weights, offsets } of [asking, answering]) hash.update(weights).update(offsets);
      return hash.digest('hex').slice(0, 16);
    };
    assert.equal(learn(1), '758fb1fda1911b66');
    assert.notEqual(learn(2), learn(1));
  });

  it.each<[string, number, [number, number][]]>([
    ['one link', 2, [[0, 1]]],
    ['a star', 9, Array.from({ length: 8 }, (_, leaf) => [leaf + 1, 0])],
    ['a matching', 8, Array.from({ length: 8 }, (_, row) => [row, row ^ 1])],
    ['a complete graph', 5, Array.from({ length: 25 }, (_, at) => [Math.floor(at / 5), at % 5])],
  ])('learns finite numbers of %s', (_, size, links) => {
    const problem = {
      ...groupsThatAskTheNext(size, 1, 3),
      from: Uint32Array.from(links, ([from]) => from),
      to: Uint32Array.from(links, ([, to]) => to),
    };
    const { asking, answering, loss } = learnTwoCodes(problem, SETTINGS, ignore);
    for (const { weights, offsets } of [asking, answering])
      assert.ok([...weights, ...offsets].every(Number.isFinite));
    assert.ok(loss >= 0 && loss < 8, `${loss}`);
  });

  it('learns of rows of zeros and of any length', () => {
    const problem = groupsThatAskTheNext(4, 2, 6);
    problem.asking.fill(0, 0, 6);
    const plain = learnTwoCodes(problem, SETTINGS, ignore);
    const asking = problem.asking.map((value) => 2 ** 60 * value);
    const answering = problem.answering.map((value) => 2 ** -60 * value);
    assert.deepEqual(learnTwoCodes({ ...problem, asking, answering }, SETTINGS, ignore), plain);
  });

  it('tells how far it has come', () => {
    const told: [number, number][] = [];
    learnTwoCodes(groupsThatAskTheNext(2, 2, 2), { ...SETTINGS, steps: 3 }, (...now) =>
      told.push(now),
    );
    assert.deepEqual(told, [
      [0, 3],
      [1, 3],
      [2, 3],
    ]);
  });

  it.each<[Partial<TwoCodesProblem & TwoCodesSettings>, RegExp]>([
    [{ bits: 12 }, /^bits: expected a multiple of 8/],
    [{ bits: 264 }, /^bits/],
    [{ logQ: -1 }, /^logQ: expected 0 to 2, got -1/],
    [{ logQ: NaN }, /^logQ/],
    [{ steps: 0 }, /^steps/],
    [{ batch: 100 }, /^batch: expected a multiple of 8/],
    [{ batch: 16_384 }, /^batch/],
    [{ rate: 0 }, /^rate/],
    [{ rate: Infinity }, /^rate/],
    [{ dimensions: 0 }, /dimensions, got 0/],
    [{ dimensions: 7 }, /^asking vectors: 32 values are no rows of 7/],
    [{ answering: new Float32Array(31) }, /^answering vectors: 31 values are no rows of 4/],
    [
      { asking: new Float32Array(32).fill(NaN, 9, 10) },
      /^asking vectors: dimension 1 of row 2 is NaN/,
    ],
    [{ answering: new Float32Array(32).fill(-Infinity, 31) }, /dimension 3 of row 7 is -Infinity/],
    [{ to: new Uint32Array(1) }, /^links: .*got 8 beginnings and 1 ends/],
    [{ from: new Uint32Array(0), to: new Uint32Array(0) }, /at least one/],
    [{ to: new Uint32Array(8).fill(8, 5, 6) }, /^link 5: \(5, 8\) leads out of 8 asking and 8/],
    [{ from: new Uint32Array(8).fill(2 ** 32 - 1, 7) }, /^link 7: \(4294967295, 0\)/],
  ])('refuses %o', (wrong, message) => {
    const problem = groupsThatAskTheNext(8, 1, 4);
    assert.throws(
      () => learnTwoCodes({ ...problem, ...wrong }, { ...SETTINGS, ...wrong }, ignore),
      (error: Error) => error instanceof RangeError && message.test(error.message),
    );
  });
});

/**
 * Items in groups, whose vectors lie about one of each group, on either side; the items of a group
 * ask for those of the next.
 */
function groupsThatAskTheNext(groups: number, size: number, d: number): TwoCodesProblem {
  const stream = new RandomStream(5, 98);
  const uniform = (): number => 2 * stream.uniform() - 1;
  const side = (): Float32Array => {
    const centres = Float32Array.from({ length: groups * d }, uniform);
    return Float32Array.from(
      { length: groups * size * d },
      (_, at) => centres[Math.floor(at / (size * d)) * d + (at % d)]! + 0.1 * uniform(),
    );
  };
  const [from, to]: [number[], number[]] = [[], []];
  for (let i = 0; i < groups * size; i++)
    for (let j = 0; j < size; j++) {
      from.push(i);
      to.push((Math.floor(i / size + 1) % groups) * size + j);
    }
  return {
    asking: side(),
    answering: side(),
    dimensions: d,
    from: Uint32Array.from(from),
    to: Uint32Array.from(to),
  };
}

function distance(a: Uint8Array, i: number, b: Uint8Array, j: number): number {
  return distanceByBits(a.subarray(2 * i, 2 * i + 2), b.subarray(2 * j, 2 * j + 2));
}
