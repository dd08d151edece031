import { largestOf, largestPlaces, nearness } from './centroids.ts';
import type { Cells } from './learn-cells.ts';

/** Groups whose cells are compared with a vector. */
const GROUPS_LOOKED_AT = 6;

/**
 * The cell that is nearest to a vector of bytes, (stride): the best of the cells of the six nearest
 * groups.
 */
export function cellAssigner(cells: Cells): (values: Int16Array, scale: number) => number {
  const { firstCells } = cells;
  const nearGroups = nearness();
  const nearCells = nearness();
  nearGroups.load(cells.groups);
  nearCells.load(cells.cells);
  return (values, scale) => {
    let best = -1;
    let most = -Infinity;
    for (const group of largestPlaces(nearGroups.of(values, scale), GROUPS_LOOKED_AT)) {
      const first = firstCells[group];
      const near = nearCells.of(values, scale, first, firstCells[group + 1]);
      const cell = largestOf(near);
      if (near[cell] > most) {
        most = near[cell];
        best = first + cell;
      }
    }
    return best;
  };
}
