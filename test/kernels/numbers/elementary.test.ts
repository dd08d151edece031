import assert from 'node:assert/strict';
import { describe, it } from 'vitest';
import { acos, exp, log, softplus, tanh } from '../../../kernels/numbers/elementary.ts';
import { RandomStream } from '../../../kernels/numbers/random.ts';

const stream = new RandomStream(11, 1);

function worst(
  draw: () => number,
  own: (x: number) => number,
  builtIn: (x: number) => number,
  relative: boolean,
): number {
  let largest = 0;
  for (let i = 0; i < 50_000; i++) {
    const x = draw();
    const expected = builtIn(x);
    const error = Math.abs(own(x) - expected) / (relative ? Math.abs(expected) : 1);
    assert.ok(error < 1e-12, `x ${x}: ${own(x)} instead of ${expected}`);
    if (error > largest) largest = error;
  }
  return largest;
}

const between = (low: number, high: number) => () => low + (high - low) * stream.uniform();

describe('elementary functions agree with the built-in ones', () => {
  it('exp', () => {
    assert.ok(worst(between(-700, 700), exp, Math.exp, true) < 1e-15);
    assert.ok(worst(between(-1, 1), exp, Math.exp, true) < 1e-15);
    assert.deepEqual(
      [exp(0), exp(-Infinity), exp(Infinity), exp(-746), exp(710)],
      [1, 0, Infinity, 0, Infinity],
    );
    assert.equal(exp(709.78), Math.exp(709.78));
    assert.ok(Math.abs(exp(-740) / Math.exp(-740) - 1) < 1e-2);
    assert.ok(Number.isNaN(exp(NaN)));
  });

  it('log', () => {
    assert.ok(worst(() => 2 ** between(-1000, 1000)(), log, Math.log, true) < 1e-15);
    worst(between(0.9, 1.1), log, Math.log, false);
    assert.deepEqual([log(1), log(0), log(Infinity)], [0, -Infinity, Infinity]);
    assert.ok(Number.isNaN(log(-1)) && Number.isNaN(log(NaN)));
    assert.ok(Math.abs(log(5e-324) / Math.log(5e-324) - 1) < 1e-15);
  });

  it('tanh', () => {
    worst(between(-25, 25), tanh, Math.tanh, false);
    assert.ok(worst(between(-0.6, 0.6), tanh, Math.tanh, true) < 1e-14);
    assert.deepEqual([tanh(0), tanh(100), tanh(-100)], [0, 1, -1]);
    assert.ok(Number.isNaN(tanh(NaN)));
  });

  it('acos', () => {
    worst(between(-1, 1), acos, Math.acos, false);
    worst(() => 1 - 2 ** between(-50, -1)(), acos, Math.acos, true);
    assert.deepEqual([acos(1), acos(-1), acos(0)], [0, Math.PI, Math.PI / 2]);
    assert.ok(Number.isNaN(acos(1.0000001)) && Number.isNaN(acos(NaN)));
  });

  it('softplus', () => {
    worst(between(-30, 30), softplus, (x) => Math.log1p(Math.exp(x)), false);
    assert.deepEqual([softplus(1000), softplus(-1000)], [1000, 0]);
  });

  it('gives the same bits on every machine', () => {
    const bits = (x: number) =>
      Buffer.from(new Float64Array([x]).buffer)
        .readBigUInt64LE()
        .toString(16);
    const values = [exp(1.25), log(0.3), tanh(0.7), tanh(0.3), acos(0.99), acos(-0.2)];
    const expected = [
      '400bec38edb0faf0',
      'bff34378fcbda721',
      '3fe356fb17af2e90',
      '3fd2a4dda7d914f9',
      '3fc21df72882bfd7',
      '3ffc5abe698d8960',
    ];
    assert.deepEqual(values.map(bits), expected);
  });
});
