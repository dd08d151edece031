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
