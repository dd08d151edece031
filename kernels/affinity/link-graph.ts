import { log } from '../numbers/elementary.ts';
import type { SparseRows } from '../training/train-rows.ts';

/**
 * D as `relateRows` walks it: V rows, 8 bytes a nonzero and 48 a row. g_jk = ln(1 + w_jk / m), m
 * the median of all weights.
 */
export interface LinkGraph {
  /** (V + 1) */
  offsets: Uint32Array;
  /** (nonzeros): rising within a row; of a row with more than `postings` the strongest first. */
  columns: Uint32Array;
  /** (nonzeros): the square root of g. */
  roots: Float32Array;
  /** Entries that are looked at for a row before no other middle is begun. */
  postings: number;
  /** m. */
  median: number;
  /** (V): 1 / ln d_k; 0 of a row with one link, which is the middle of nothing. */
  rarity: Float64Array;
  /** (V): 1 / d_j^(1/4). */
  temper: Float64Array;
  /** Scratch of V entries each; these two are zeros between two rows. */
  sums: Float64Array;
  linked: Float32Array;
  met: Uint32Array;
  costs: Float64Array;
  order: Uint32Array;
}

/**
 * Takes D, symmetric and without a diagonal, and the weights of its entries, or 1 for each; both
 * arrays are changed and kept. Throws RangeError on weights that are negative or not finite.
 */
export function linkGraph(
  { offsets, columns }: SparseRows,
  weights: Float32Array | undefined,
  postings: number,
): LinkGraph {
  const roots = weights ?? new Float32Array(columns.length).fill(1);
  if (roots.length !== columns.length)
    throw new RangeError(`${roots.length} weights of ${columns.length} entries`);
  if (!Number.isInteger(postings) || postings < 1)
    throw new RangeError(`postings: expected an integer from 1, got ${postings}`);
  const median = toRoots(roots);
  return graphOf({ offsets, columns, roots, postings, median });
}

/** The graph of links whose strengths are known; of rows with many links the order is changed. */
export function graphOf(
  links: Pick<LinkGraph, 'offsets' | 'columns' | 'roots' | 'postings' | 'median'>,
): LinkGraph {
  const { offsets, columns, roots, postings } = links;
  const size = offsets.length - 1;
  const rarity = new Float64Array(size);
  const temper = new Float64Array(size);
  for (let row = 0; row < size; row++) {
    const degree = offsets[row + 1] - offsets[row];
    rarity[row] = degree > 1 ? 1 / log(degree) : 0;
    temper[row] = degree > 0 ? 1 / Math.sqrt(Math.sqrt(degree)) : 0;
    if (degree > postings) strongestFirst(columns, roots, offsets[row], offsets[row + 1]);
  }
  return {
    ...links,
    rarity,
    temper,
    sums: new Float64Array(size),
    linked: new Float32Array(size),
    met: new Uint32Array(size),
    costs: new Float64Array(size),
    order: new Uint32Array(size),
  };
}

/** The square root of the strength of a link, g = ln(1 + weight / median). */
export const rootOfStrength = (weight: number, median: number): number =>
  Math.sqrt(Math.max(log(1 + weight / median), Number.EPSILON));

/** Weights in place to the roots of their strengths; returns their median. */
function toRoots(weights: Float32Array): number {
  for (let at = 0; at < weights.length; at++) {
    if (!(weights[at] >= 0 && weights[at] < Infinity))
      throw new RangeError(`weight ${weights[at]} at entry ${at}: expected a finite one from 0`);
  }
  if (weights.length === 0) return 1;
  // Pairs may weigh nothing, even most of them: these links are the weakest then.
  const median = middleOf(weights) || 1;
  for (let at = 0; at < weights.length; at++) weights[at] = rootOfStrength(weights[at], median);
  return median;
}

/**
 * The value in the middle (of an even number the upper one) without sorting a copy: floats from 0
 * have the order of their bits, which are counted by halves.
 */
function middleOf(values: Float32Array): number {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const counts = new Float64Array(0x1_0000);
  let before = values.length >> 1;
  const next = (): number => {
    let digit = 0;
    while (before >= counts[digit]) before -= counts[digit++];
    return digit;
  };
  for (let at = 0; at < bits.length; at++) counts[bits[at] >>> 16] += 1;
  const high = next();
  counts.fill(0);
  for (let at = 0; at < bits.length; at++) {
    if (bits[at] >>> 16 === high) counts[bits[at] & 0xffff] += 1;
  }
  return new Float32Array(Uint32Array.of(high * 0x1_0000 + next()).buffer)[0];
}

/** Entries [from, to) by strength, of equal ones the smaller column first. */
function strongestFirst(columns: Uint32Array, roots: Float32Array, from: number, to: number): void {
  const ownColumns = columns.slice(from, to);
  const own = roots.slice(from, to);
  // Sorting is stable and columns rise.
  const order = Uint32Array.from(own, (_, at) => at).sort((a, b) => own[b] - own[a] || a - b);
  for (let at = 0; at < order.length; at++) {
    columns[from + at] = ownColumns[order[at]];
    roots[from + at] = own[order[at]];
  }
}
