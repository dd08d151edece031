import { PURPOSE, RandomStream } from '../../kernels/numbers/random.ts';
import type { TwoCodesProblem, TwoCodesSettings } from '../../kernels/two-codes/learn-two-codes.ts';
import { type CodeSide, twoCodesGradient } from './two-codes-loss.ts';

/** The same learning in float64, from the same draws. */
export function learnTwoCodesSlowly(
  { asking, answering, dimensions: d, from, to }: TwoCodesProblem,
  { bits, logQ, steps, batch, rate, seed }: TwoCodesSettings,
): { asking: CodeSide; answering: CodeSide } {
  const x = scaledRows(asking, d);
  const y = scaledRows(answering, d);
  const sides = { asking: startOf(d, bits, seed), answering: startOf(d, bits, seed) };
  const moments = new Map<string, { first: number; second: number }>();
  for (let step = 0; step < steps; step++) {
    const stream = new RandomStream(seed, PURPOSE.twoCodes, 1 + step);
    const links = Array.from({ length: batch }, () => stream.below(from.length));
    const targets = links.map((link) => to[link]!);
    sides.asking.rows = links.map((link) => x[from[link]!]!);
    sides.answering.rows = targets.map((target) => y[target]!);
    const discounts = targets.map(
      (target) => logQ * Math.log(1 + to.filter((other) => other === target).length),
    );
    const gradient = twoCodesGradient({ ...sides, targets, discounts }, 1 + (2 * step) / steps);
    for (const name of ['asking', 'answering'] as const) {
      const { weights, offsets } = sides[name];
      for (const [k, values] of [...weights, offsets].entries()) {
        const slopes = [...gradient[name].weights, gradient[name].offsets][k]!;
        for (let bit = 0; bit < bits; bit++) {
          const own = moments.get(`${name} ${k} ${bit}`) ?? { first: 0, second: 0 };
          own.first = 0.9 * own.first + 0.1 * slopes[bit]!;
          own.second = 0.99 * own.second + 0.01 * slopes[bit]! ** 2;
          moments.set(`${name} ${k} ${bit}`, own);
          const first = own.first / (1 - 0.9 ** (step + 1));
          const second = own.second / (1 - 0.99 ** (step + 1));
          values[bit]! -= (rate * (1 - (0.9 * step) / steps) * first) / (Math.sqrt(second) + 1e-8);
        }
      }
    }
  }
  return sides;
}

/** Rows (n, d) of length 4. */
export function scaledRows(values: Float32Array, d: number): number[][] {
  return Array.from({ length: values.length / d }, (_, row) => {
    const own = [...values.subarray(row * d, (row + 1) * d)];
    const length = Math.hypot(...own);
    return own.map((value) => (length === 0 ? 0 : (4 * value) / length));
  });
}

function startOf(d: number, bits: number, seed: number): CodeSide {
  const stream = new RandomStream(seed, PURPOSE.twoCodes, 0);
  const four = (): number =>
    stream.uniform() + stream.uniform() + stream.uniform() + stream.uniform() - 2;
  const weights = Array.from({ length: d }, () =>
    Array.from({ length: bits }, () => 0.3 * Math.sqrt(3) * four()),
  );
  return { rows: [], weights, offsets: Array.from({ length: bits }, () => 0) };
}
