import type { Factors, FactorSides } from './factorize.ts';
import type { FoldedIn } from './fold-in.ts';

/**
 * The factors of D, and behind those of each side the ones that are folded into it: in the order of
 * rows of an extended graph, whose sides these are.
 */
export function joinFactors(
  known: Factors,
  { factors, asks }: FoldedIn,
  sides: FactorSides,
): Factors {
  const isOneSet = sides.asking.from === sides.answering.from;
  const d = asks.length === 0 ? 0 : factors.asking.length / asks.length;
  const behind = (side: keyof Factors): Float32Array => {
    const rows: Float32Array[] = [];
    for (let u = 0; u < asks.length; u++)
      if (isOneSet || asks[u] === Number(side === 'asking'))
        rows.push(factors[side].subarray(u * d, (u + 1) * d));
    const all = new Float32Array(known[side].length + rows.length * d);
    all.set(known[side]);
    rows.forEach((row, at) => all.set(row, known[side].length + at * d));
    return all;
  };
  return { asking: behind('asking'), answering: behind('answering') };
}
