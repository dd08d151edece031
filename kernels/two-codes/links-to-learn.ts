import type { FactorLinks, FactorSides } from '../factors/factorize.ts';

export interface LinksToLearn {
  /** Rows of D, each once, that ask and that answer. */
  asking: Uint32Array;
  answering: Uint32Array;
  /** Link p leads from asking[from[p]] to answering[to[p]]. */
  from: Uint32Array;
  to: Uint32Array;
}

/** At even distances; what they tell of two matrices is enough, whatever the size of D. */
const MAX_LINKS = 2 ** 20;

/**
 * The links of D that two codes are learned from: all of a small one. Of rows that both ask and
 * answer a link is there in both directions.
 */
export function linksToLearn({ offsets, columns }: FactorLinks, sides: FactorSides): LinksToLearn {
  const all = offsets[sides.asking.to];
  const asking = numbering(offsets.length - 1);
  const answering = numbering(offsets.length - 1);
  const count = Math.min(all, MAX_LINKS);
  const from = new Uint32Array(count);
  const to = new Uint32Array(count);
  for (let link = 0, row = sides.asking.from; link < count; link++) {
    const at = Math.floor((link * all) / count);
    while (offsets[row + 1] <= at) row++;
    from[link] = asking.of(row);
    to[link] = answering.of(columns[at]);
  }
  return { asking: asking.rows(), answering: answering.rows(), from, to };
}

/** Numbers rows in the order in which they come. */
function numbering(size: number) {
  const numbers = new Int32Array(size).fill(-1);
  const rows = new Uint32Array(size);
  let count = 0;
  return {
    of(row: number): number {
      if (numbers[row] < 0) {
        numbers[row] = count;
        rows[count++] = row;
      }
      return numbers[row];
    },
    rows: () => rows.slice(0, count),
  };
}
