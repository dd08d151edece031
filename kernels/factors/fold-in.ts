/**
 * Factors of rows that D did not have, from their links to rows that it has: one half-step of each
 * kind (kernels/factors/solve-rows.ts) against factors that do not change. It is what the last
 * half-steps of a run would give a row whose neighbours do not know it yet.
 */

import { type FactorLinks, type Factors, type FactorSides } from './factorize.ts';
import { rowsThatAsk } from './sides-of.ts';
import { rowSolver, type SolveSettings } from './solve-rows.ts';

export interface FoldedIn {
  /** Of the new rows alone, (U, d) each: of two sides one of both kinds is zeros. */
  factors: Factors;
  /** (U): whether a row asks; of one set all rows do, and answer too. */
  asks: Uint8Array;
}

/**
 * Steps of conjugate gradients from zeros: a run takes three a round, from where the round before
 * it ended.
 */
const STEPS = 12;

/**
 * links: U rows whose columns are rows of D, `roots` the square roots of their strengths by the
 * median weight of D. Of two sides a row asks where most of its strength lies with those that
 * answer, and its other links do not count. A row without links gets zeros. Throws RangeError on
 * sizes that do not fit and on columns that are no rows of D.
 */
export function foldIn(
  links: FactorLinks,
  { asking, answering }: Factors,
  sides: FactorSides,
  settings: SolveSettings,
): FoldedIn {
  const rows = links.offsets.length - 1;
  const { from: split } = sides.answering;
  const hasTwoSides = sides.asking.from !== split;
  const asks = rowsThatAsk(links, sides);
  const fold = (others: Float32Array, own: FactorLinks, firstColumn: number): Float32Array =>
    rowSolver(others, settings, STEPS).solve(
      { ...own, firstColumn },
      new Float32Array(rows * settings.factors),
    );
  const across = (isAsking: boolean): FactorLinks =>
    hasTwoSides
      ? linksWhere(
          links,
          (row, column) => asks[row] === Number(isAsking) && column >= split === isAsking,
        )
      : links;
  return {
    factors: {
      asking: fold(answering, across(true), split),
      answering: fold(asking, across(false), sides.asking.from),
    },
    asks,
  };
}

/** The links that pass, of all rows: the others are empty. */
function linksWhere(
  { offsets, columns, roots }: FactorLinks,
  passes: (row: number, column: number) => boolean,
): FactorLinks {
  const kept = {
    offsets: new Uint32Array(offsets.length),
    columns: new Uint32Array(columns.length),
    roots: new Float32Array(roots.length),
  };
  let count = 0;
  for (let row = 0; row + 1 < offsets.length; row++) {
    for (let at = offsets[row]; at < offsets[row + 1]; at++) {
      if (!passes(row, columns[at])) continue;
      kept.columns[count] = columns[at];
      kept.roots[count++] = roots[at];
    }
    kept.offsets[row + 1] = count;
  }
  return {
    offsets: kept.offsets,
    columns: kept.columns.subarray(0, count),
    roots: kept.roots.subarray(0, count),
  };
}
