import { PURPOSE, RandomStream } from '../numbers/random.ts';
import { rowSolver, type SolveSettings } from './solve-rows.ts';

/** D with the square roots of the strengths of its links, V rows: a LinkGraph has these. */
export interface FactorLinks {
  offsets: Uint32Array;
  columns: Uint32Array;
  roots: Float32Array;
}

/** Rows [from, to). */
export interface RowRange {
  from: number;
  to: number;
}

/**
 * What asks and what answers: all rows both, with factors of either kind, or of pairs with two
 * sides those before `split` and those from it on.
 */
export interface FactorSides {
  asking: RowRange;
  answering: RowRange;
}

export interface FactorSettings extends SolveSettings {
  rounds: number;
  seed: number;
  /** (V) what the draws of a row are named by: kernels/words/draw-keys.ts. */
  keys: Uint32Array;
}

/** (rows of the side, d) each; x_i . y_j estimates whether i and j are linked. */
export interface Factors {
  asking: Float32Array;
  answering: Float32Array;
}

/**
 * The factors of D after so many rounds of two half-steps, asking rows first, from answering
 * factors drawn with the seed.
 */
export function factorize(
  links: FactorLinks,
  sides: FactorSides,
  settings: FactorSettings,
  onProgress: (done: number, total: number) => void,
): Factors {
  const steps = 2 * settings.rounds;
  const factors = startFactors(sides, settings);
  for (let step = 1; step <= steps; step++) {
    onProgress(step - 1, steps);
    takeStep(links, sides, step, factors, settings);
  }
  return factors;
}

/** Half-step `step`, from 1, for all rows of its side: their factors are replaced. */
export function takeStep(
  links: FactorLinks,
  sides: FactorSides,
  step: number,
  factors: Factors,
  settings: SolveSettings,
): void {
  const { solved, fixed } = turnOf(step);
  const rows = sides[solved];
  factors[solved] = halfStep(links, sides, step, rows, factors[fixed], factors[solved], settings);
}

/** The side that a half-step solves, and the one whose factors it does not change. */
export function turnOf(step: number): { solved: keyof FactorSides; fixed: keyof FactorSides } {
  return step % 2 === 1
    ? { solved: 'asking', fixed: 'answering' }
    : { solved: 'answering', fixed: 'asking' };
}

/**
 * Half-step `step`, from 1, for some rows of its side: `others` are all factors of the other side,
 * `own` those of the rows before it. What a row gets does not hang on the range.
 */
export function halfStep(
  { offsets, columns, roots }: FactorLinks,
  sides: FactorSides,
  step: number,
  rows: RowRange,
  others: Float32Array,
  own: Float32Array,
  settings: SolveSettings,
): Float32Array {
  const { from: firstColumn } = sides[turnOf(step).fixed];
  const some = { offsets: offsets.subarray(rows.from, rows.to + 1), columns, roots, firstColumn };
  return rowSolver(others, settings).solve(some, own);
}

/**
 * Where it begins: asking factors of zeros, answering ones small, uniform and of mean 0, by the key
 * of their row, so that a D with a few more rows and links begins, and so ends, near by. Throws
 * RangeError on a row without a key.
 */
export function startFactors(
  { asking, answering }: FactorSides,
  { factors: d, seed, keys }: Pick<FactorSettings, 'factors' | 'seed' | 'keys'>,
): Factors {
  if (keys.length !== answering.to)
    throw new RangeError(`factors: ${keys.length} keys of ${answering.to} rows`);
  const drawn = new Float32Array((answering.to - answering.from) * d);
  for (let row = answering.from, at = 0; row < answering.to; row++) {
    const stream = new RandomStream(seed, PURPOSE.factors, keys[row]);
    for (let k = 0; k < d; k++) drawn[at++] = (stream.uniform() - 0.5) / 16;
  }
  return { asking: new Float32Array((asking.to - asking.from) * d), answering: drawn };
}

/** All rows on both sides, or of two-sided pairs the rows before and from `split`. */
export function factorSides(size: number, split?: number): FactorSides {
  if (split !== undefined && !(split >= 0 && split <= size))
    throw new RangeError(`two sides: split at row ${split} of ${size}`);
  return {
    asking: { from: 0, to: split ?? size },
    answering: { from: split ?? 0, to: size },
  };
}
