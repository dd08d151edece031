/**
 * What factors of D give without any list or code: rows by the product x . y, exactly or by cells
 * of the answering factors. V rows, d factors, a byte each.
 */

import type { Factors, FactorSides, RowRange } from '../../kernels/factors/factorize.ts';
import { largestPlaces, nearness } from '../../kernels/vectors/centroids.ts';
import { compactRows } from '../../kernels/vectors/compact-rows.ts';
import { learnCells } from '../../kernels/vectors/learn-cells.ts';
import { type CompactRows, rowScorer } from '../../kernels/vectors/row-scores.ts';
import type { Way } from './way.ts';

/** All rows of the answering side by x . y, as the library `implicit` ranks them. */
export function byFactors(factors: Factors, sides: FactorSides, d: number): Way {
  return askedBySide(directionsOf(factors, sides), ({ asking, answering, answers }) => {
    const askers = withLengths(asking, d, false);
    const { rows, scales, stride } = withLengths(answering, d, false);
    const scorer = rowScorer();
    scorer.load({ rows, scales }, stride);
    const items = numbersOf(answers);
    const ask = asker(askers);
    return (row) => {
      const { values, scale } = ask(row);
      return { items, scores: scorer.scores(values, scale, 0, items.length) };
    };
  });
}

/** Items a cell in the mean, and cells at most: what is searched for every query is bounded. */
const CELL_ITEMS = 25;
const MAX_CELLS = 1024;
/** Cells that an item is put in. */
export const CELLS_AN_ITEM = 3;
/** Items that are collected from the cells of a query. */
const COLLECTED = 3000;

export const cellsOf = (items: number): number =>
  Math.max(1, Math.min(MAX_CELLS, Math.round(items / CELL_ITEMS)));

/**
 * Each row of the answering side in its three nearest cells, learned by k-means of y / |y|^(1/2),
 * so that rows with many links lead less and still do. Cells are looked at by x . centroid, the
 * largest first; all rows of a cell are alike, so nothing but the cells is kept of a row.
 */
export function byFactorCells(
  factors: Factors,
  sides: FactorSides,
  d: number,
  seed: number,
  onStep: () => void,
): Way {
  return askedBySide(directionsOf(factors, sides), ({ asking, answering, answers }) => {
    const askers = withLengths(asking, d, false);
    const placed = withLengths(answering, d, true);
    const { cells, firstItems, items } = fillCells(placed, d, seed, onStep);
    const scorer = rowScorer();
    scorer.load(cells, placed.stride);
    const size = answers.to;
    const seen = new Uint32Array(size);
    const found = new Uint32Array(size);
    const scores = new Float32Array(size);
    const ask = asker(askers);
    let stamp = 0;
    return (row) => {
      stamp++;
      const { values, scale } = ask(row);
      const products = scorer.scores(values, scale, 0, cells.scales.length);
      const order = Uint32Array.from(products, (_, cell) => cell).sort(
        (a, b) => products[b]! - products[a]! || a - b,
      );
      let count = 0;
      for (let at = 0; at < order.length && count < COLLECTED; at++) {
        const cell = order[at]!;
        for (let place = firstItems[cell]!; place < firstItems[cell + 1]!; place++) {
          const item = answers.from + items[place]!;
          if (seen[item] === stamp) continue;
          seen[item] = stamp;
          found[count] = item;
          // By place, as two cells may have one product and are not looked at together.
          scores[count++] = -at;
        }
      }
      return { items: found.subarray(0, count), scores: scores.subarray(0, count) };
    };
  });
}

/** Rows that ask and rows that answer, with the factors of either. */
interface Direction {
  askers: RowRange;
  asking: Float32Array;
  answers: RowRange;
  answering: Float32Array;
}

/** Of two sides each asks the other; of one all rows ask all. */
function directionsOf({ asking, answering }: Factors, sides: FactorSides): Direction[] {
  const forth = { askers: sides.asking, asking, answers: sides.answering, answering };
  if (sides.asking.from === sides.answering.from) return [forth];
  return [
    forth,
    { askers: sides.answering, asking: answering, answers: sides.asking, answering: asking },
  ];
}

/** `open` makes what answers rows of a direction by their place on the asking side. */
function askedBySide(directions: readonly Direction[], open: (direction: Direction) => Way): Way {
  const ways = directions
    .filter(({ answering }) => answering.length > 0)
    .map((direction) => ({ ...direction.askers, way: open(direction) }));
  const none = { items: new Uint32Array(0), scores: new Float32Array(0) };
  return (query) => {
    const side = ways.find(({ from, to }) => query >= from && query < to);
    return side ? side.way(query - side.from) : none;
  };
}

/** Rows of d values as bytes, with what a byte stands for; tempered: divided by |row|^(1/2). */
function withLengths(values: Float32Array, d: number, isTempered: boolean) {
  const { rows, scales, stride } = compactRows(values, d);
  for (let row = 0; row < scales.length; row++) {
    let square = 0;
    for (let k = row * d; k < (row + 1) * d; k++) square += values[k]! * values[k]!;
    const length = Math.sqrt(square);
    scales[row]! *= isTempered ? Math.sqrt(length) : length;
  }
  return { rows, scales, stride };
}

function asker({ rows, scales }: CompactRows) {
  const stride = rows.length / Math.max(1, scales.length);
  const values = new Int16Array(stride);
  return (row: number) => {
    values.set(rows.subarray(row * stride, (row + 1) * stride));
    return { values, scale: scales[row]! };
  };
}

/** The rows of each cell: those of cell c are items[firstItems[c]] to items[firstItems[c + 1]]. */
function fillCells(
  placed: CompactRows & { stride: number },
  d: number,
  seed: number,
  onStep: () => void,
) {
  const count = placed.scales.length;
  const { cells } = learnCells(placed, { dimensions: d, cells: cellsOf(count), seed }, onStep);
  const near = nearness();
  near.load(cells);
  const ask = asker(placed);
  const chosen: number[][] = [];
  const firstItems = new Uint32Array(cells.halfSquares.length + 1);
  for (let row = 0; row < count; row++) {
    if (row % 4096 === 0) onStep();
    const { values, scale } = ask(row);
    const own = largestPlaces(near.of(values, scale), CELLS_AN_ITEM);
    for (const cell of own) firstItems[cell + 1]! += 1;
    chosen.push(own);
  }
  for (let cell = 0; cell + 1 < firstItems.length; cell++)
    firstItems[cell + 1]! += firstItems[cell]!;
  const items = new Uint32Array(firstItems.at(-1));
  const next = firstItems.slice();
  chosen.forEach((own, row) => {
    for (const cell of own) items[next[cell]!++] = row;
  });
  return { cells: cells.compact, firstItems, items };
}

function numbersOf({ from, to }: RowRange): Uint32Array {
  return Uint32Array.from({ length: to - from }, (_, k) => from + k);
}
