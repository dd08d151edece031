import { type Centroids, largestPlaces, nearness } from './centroids.ts';

/** The cells of a map in the order of `cells.bin`, groups of neighbouring ones. */
export interface CellPlaces {
  groups: Centroids;
  /** (G + 1): group g has cells [firstCells[g], firstCells[g + 1]). */
  firstCells: Uint32Array;
  cells: Centroids;
  /** (C): items of each. */
  items: Uint32Array;
}

/** Groups are taken until they hold so many times the items that are wanted. */
const ITEMS_OF_GROUPS = 8;

/**
 * Gives the cells whose centroids are nearest to that of a cell, until they hold `wanted` items:
 * itself or its equals first. They do not hang on what was asked before.
 */
export function nearCells(
  { groups, firstCells, cells, items }: CellPlaces,
  wanted: number,
): (cell: number) => number[] {
  const [ofGroups, ofCells] = [nearness(), nearness()];
  ofGroups.load(groups);
  ofCells.load(cells);
  const stride = cells.compact.rows.length / Math.max(1, items.length);
  const itemsOfGroup = Float64Array.from(groups.halfSquares, (_, g) =>
    items.subarray(firstCells[g], firstCells[g + 1]).reduce((sum, each) => sum + each, 0),
  );
  const values = new Int16Array(stride);
  const near = new Float64Array(items.length);
  const places = new Uint32Array(items.length);

  return (cell) => {
    values.set(cells.compact.rows.subarray(cell * stride, (cell + 1) * stride));
    const scale = cells.compact.scales[cell];
    let count = 0;
    let held = 0;
    for (const group of largestPlaces(ofGroups.of(values, scale), itemsOfGroup.length)) {
      if (held >= ITEMS_OF_GROUPS * wanted) break;
      held += itemsOfGroup[group];
      const [first, end] = [firstCells[group], firstCells[group + 1]];
      near.set(ofCells.of(values, scale, first, end), first);
      for (let c = first; c < end; c++) places[count++] = c;
    }
    const order = places.subarray(0, count).sort((a, b) => near[b] - near[a] || a - b);
    const chosen: number[] = [];
    for (let at = 0, looked = 0; at < count && looked < wanted; at++) {
      chosen.push(order[at]);
      looked += items[order[at]];
    }
    return chosen;
  };
}
