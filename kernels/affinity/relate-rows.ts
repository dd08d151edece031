/**
 * Ranked lists of neighbours from D alone, for rows [from, to) of V. d_k is the number of links of
 * row k, g_jk = ln(1 + w_jk / m) the strength of a link, m the median weight.
 *
 * goes with: the links of a row by their strength, s(i, j) = g_ij.
 *
 * is like: the rows that share links with it, linked or not,
 * s(i, j) = sum over shared k of sqrt(g_ik g_jk) / ln d_k, divided by d_j^(1/4): the measure of
 * Adamic and Adar (2003) with weights, tempered so that rows with many links do not lead every
 * list. Middles k are walked by rising d_k / g_ik, what they cost for what they tell, until
 * `postings` entries have been looked at.
 */

import { BestEntries } from '../numbers/best-entries.ts';
import type { LinkGraph } from './link-graph.ts';
import { collectLists, type RankedLists } from '../pages/collect-lists.ts';
import type { NeighbourPredictor } from './predict-neighbours.ts';

/** Relations as they are stored; 3 is `near`, of vectors. */
export const RELATION = { goesWith: 1, isLike: 2, related: 4 } as const;

/**
 * The lists of rows [from, to), of at most `top` entries each, twice as many where predicted ones
 * stand beside known ones: of equal scores the smaller numbers. They do not hang on the range. With
 * the factors of D there are lists of the related too, or of pairs with two sides predicted links
 * after the known ones. Throws RangeError on a range or a size that is none.
 */
export function relateRows(
  graph: LinkGraph,
  { from, to, top }: { from: number; to: number; top: number },
  predictor?: NeighbourPredictor,
): RankedLists {
  const { offsets, columns, roots, linked, met, sums } = graph;
  const size = offsets.length - 1;
  if (!(Number.isInteger(from) && Number.isInteger(to) && from >= 0 && from <= to && to <= size))
    throw new RangeError(`rows [${from}, ${to}) of ${size}`);
  if (predictor && predictor.top !== top)
    throw new RangeError(`lists of ${top}, but ${predictor.top} predicted ones`);
  const links = new BestEntries(top);
  const alike = new BestEntries(top);
  const hasRelated = predictor !== undefined && !predictor.hasTwoSides;
  const longest = Math.min(predictor ? 2 * top : top, size);
  const lists = collectLists((hasRelated ? 3 : 2) * (to - from), longest);
  for (let row = from; row < to; row++) {
    const start = offsets[row];
    const end = offsets[row + 1];
    for (let at = start; at < end; at++) linked[columns[at]] = roots[at];
    offerLinks(graph, row, links);
    const count = sumAlike(graph, row);
    alike.clear();
    for (let at = 0; at < count; at++) if (met[at] !== row) alike.offer(met[at], sums[met[at]]);
    const own = predictor?.hasTwoSides ? predictor.extend(row, alike, links) : links;
    lists.add(row, RELATION.goesWith, own, linked);
    lists.add(row, RELATION.isLike, alike, linked);
    if (hasRelated) lists.add(row, RELATION.related, predictor.related(row, count, alike), linked);
    for (let at = 0; at < count; at++) sums[met[at]] = 0;
    for (let at = start; at < end; at++) linked[columns[at]] = 0;
  }
  return lists.finish();
}

function offerLinks(graph: LinkGraph, row: number, best: BestEntries): void {
  const { offsets, columns, roots } = graph;
  best.clear();
  for (let at = offsets[row]; at < offsets[row + 1]; at++)
    best.offer(columns[at], roots[at] * roots[at]);
}

/**
 * s(row, j) in `sums`, of the j that are the first in `met`; returns how many these are, the row
 * itself among them. Sums are taken middle by middle in one order, so that they are the same bits
 * everywhere.
 */
function sumAlike(graph: LinkGraph, row: number): number {
  const { offsets, columns, roots, rarity, temper, sums, linked, met, postings } = graph;
  const middles = middlesOf(graph, row);
  let count = 0;
  let looked = 0;
  for (let at = 0; at < middles.length && looked < postings; at++) {
    const middle = middles[at];
    const weight = linked[middle] * rarity[middle];
    if (weight === 0) continue;
    const start = offsets[middle];
    // Of a row with more links than the budget these are the strongest.
    const end = Math.min(offsets[middle + 1], start + postings);
    looked += end - start;
    for (let entry = start; entry < end; entry++) {
      const j = columns[entry];
      const sum = sums[j];
      if (sum === 0) met[count++] = j;
      sums[j] = sum + roots[entry] * weight;
    }
  }
  for (let at = 0; at < count; at++) sums[met[at]] *= temper[met[at]];
  return count;
}

/**
 * The links of a row, the best middles first: those with few links for their strength, d_k / g_ik
 * rising, of equal ones the smaller number.
 */
function middlesOf(graph: LinkGraph, row: number): Uint32Array {
  const { offsets, columns, linked, costs, order } = graph;
  const start = offsets[row];
  const count = offsets[row + 1] - start;
  for (let at = 0; at < count; at++) {
    const middle = columns[start + at];
    costs[middle] = (offsets[middle + 1] - offsets[middle]) / (linked[middle] * linked[middle]);
    order[at] = middle;
  }
  return order.subarray(0, count).sort((a, b) => costs[a] - costs[b] || a - b);
}
