import { type FactorLinks, type FactorSides, factorSides } from './factorize.ts';

/** Who asks and who answers: of two sets the rows before and from where the second begins. */
export const sidesOf = (links: FactorLinks, sides: 'one' | 'two'): FactorSides =>
  factorSides(links.offsets.length - 1, sides === 'two' ? splitOf(links) : undefined);

/**
 * Where the second of two sets begins whose rows are linked across alone; undefined where there are
 * links within one.
 */
export function splitOf({ offsets, columns }: FactorLinks): number | undefined {
  const size = offsets.length - 1;
  let split = size;
  for (let row = 0; row < split; row++) {
    for (let at = offsets[row]; at < offsets[row + 1]; at++) {
      if (columns[at] < row) return undefined;
      split = Math.min(split, columns[at]);
    }
  }
  for (let row = split; row < size; row++) {
    for (let at = offsets[row]; at < offsets[row + 1]; at++)
      if (columns[at] >= split) return undefined;
  }
  return split;
}

/**
 * (U): whether new rows ask, whose links lead to rows of D: of two sides where most of their
 * strength lies with those that answer, of one set all of them.
 */
export function rowsThatAsk(
  { offsets, columns, roots }: FactorLinks,
  { asking, answering }: FactorSides,
): Uint8Array {
  const { from: split } = answering;
  return Uint8Array.from({ length: offsets.length - 1 }, (_, row) => {
    if (asking.from === split) return 1;
    let [across, within] = [0, 0];
    for (let at = offsets[row]; at < offsets[row + 1]; at++) {
      if (columns[at] >= split) across += roots[at] * roots[at];
      else within += roots[at] * roots[at];
    }
    return Number(across >= within);
  });
}
