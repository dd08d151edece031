/** How far the buckets of two versions differ, over the items that both have. */

import { bucketTables, type Codes, retrieveByCode } from './retrieval.ts';

export interface MovedItems {
  /** Items of both versions. */
  common: number;
  /**
   * Items of which some table's code differs; undefined where the codes are of different shapes.
   */
  recoded: number | undefined;
  /** Items that are not with the same items as before. */
  moved: number;
  /**
   * Mean over the items of |A and B| / |A or B| of what they retrieve; 1 for two empty sets. Codes
   * of separate trainings have other names, this has not.
   */
  meanOverlap: number;
  /** Items by their overlap, the smallest first, then by place. */
  most: { item: number; overlap: number }[];
}

/**
 * Row i of both codes is one item, and only items of both versions are there. `shown`: entries of
 * `most`.
 */
export function movedItems(a: Codes, b: Codes, shown: number): MovedItems {
  const [before, after] = [bucketTables(a), bucketTables(b)];
  const items = before.items;
  if (after.items !== items)
    throw new RangeError(`codes of ${items} items against codes of ${after.items}`);
  const [retrieveA, retrieveB] = [retrieveByCode(before), retrieveByCode(after)];
  const overlaps = new Float64Array(items);
  const stamp = new Int32Array(items).fill(-1);
  let [total, moved] = [0, 0];
  for (let item = 0; item < items; item++) {
    const old = retrieveA(item);
    for (const mate of old) stamp[mate] = item;
    const fresh = retrieveB(item);
    let both = 0;
    for (const mate of fresh) if (stamp[mate] === item) both++;
    const either = old.length + fresh.length - both;
    overlaps[item] = either === 0 ? 1 : both / either;
    total += overlaps[item]!;
    moved += overlaps[item]! < 1 ? 1 : 0;
  }
  const most = Array.from(overlaps, (overlap, item) => ({ item, overlap }))
    .filter(({ overlap }) => overlap < 1)
    .toSorted((x, y) => x.overlap - y.overlap || x.item - y.item)
    .slice(0, shown);
  return {
    common: items,
    recoded: recodedItems(a, b),
    moved,
    meanOverlap: items === 0 ? 1 : total / items,
    most,
  };
}

/** Items of which some table's code differs; undefined where the codes are of different shapes. */
export function recodedItems(a: Codes, b: Codes): number | undefined {
  if (a.tables !== b.tables || a.codeBytes !== b.codeBytes) return undefined;
  const stride = a.tables * a.codeBytes;
  const items = a.codes.length / stride;
  let count = 0;
  for (let item = 0; item < items; item++) {
    for (let k = item * stride; k < (item + 1) * stride; k++) {
      if (a.codes[k] === b.codes[k]) continue;
      count++;
      break;
    }
  }
  return count;
}
