import { NEAR } from '../../format/neighbour-lists.ts';
import type { BestEntries } from '../numbers/best-entries.ts';

/** Room for so many lists of at most so many entries. */
export function collectLists(lists: number, top: number): ListCollector {
  const rows = new Int32Array(lists);
  const relations = new Int32Array(lists);
  const sizes = new Int32Array(lists);
  const scales = new Float32Array(lists);
  const neighbours = new Int32Array(lists * top);
  const scores = new Int32Array(lists * top);
  const known = new Int32Array(lists * top);
  /** A number and its byte as one value, which sorts by the number. */
  const packed = new Float64Array(top);
  let count = 0;
  let entries = 0;
  return {
    add(row, relation, { numbers, scores: values, size }, linked) {
      if (size === 0) return;
      const scale = scaleOf(relation, values, size);
      const byteOf = relation === NEAR ? byteOfCosine : byteOfScore;
      for (let k = 0; k < size; k++) packed[k] = numbers[k] * BYTES + byteOf(values[k], scale);
      packed.subarray(0, size).sort();
      for (let k = 0; k < size; k++) {
        const number = Math.floor(packed[k] / BYTES);
        neighbours[entries] = number;
        scores[entries] = packed[k] - number * BYTES;
        known[entries] = linked && linked[number] > 0 ? 1 : 0;
        entries += 1;
      }
      rows[count] = row;
      relations[count] = relation;
      sizes[count] = size;
      scales[count] = scale;
      count += 1;
    },
    finish: () => ({
      rows: rows.slice(0, count),
      relations: relations.slice(0, count),
      sizes: sizes.slice(0, count),
      scales: scales.slice(0, count),
      neighbours: neighbours.slice(0, entries),
      scores: scores.slice(0, entries),
      known: known.slice(0, entries),
    }),
  };
}

/** Lists by row, then by relation; a list without neighbours is not there. */
export interface RankedLists {
  /** (lists) */
  rows: Int32Array;
  relations: Int32Array;
  sizes: Int32Array;
  /** The largest score of the list; of `near` 1 - the least. */
  scales: Float32Array;
  /** (entries): rising within a list. */
  neighbours: Int32Array;
  /**
   * 1 to 255: what they stand for is scoreOfByte of format/neighbour-lists.ts. The order of a list
   * is told by these alone.
   */
  scores: Int32Array;
  /** 1 where the two are linked in D. */
  known: Int32Array;
}

interface ListCollector {
  /**
   * Takes a list as it stands; an empty one is left out. linked (V): above 0 where D has a link;
   * absent where there is no D.
   */
  add(row: number, relation: number, best: BestList, linked?: Float32Array): void;
  finish(): RankedLists;
}

/** The best first. */
export type BestList = Pick<BestEntries, 'numbers' | 'size'> & { scores: ArrayLike<number> };

const BYTES = 256;
/** Where all neighbours are equal to the item the scale has to be above 0 nevertheless. */
const LEAST_SCALE = 2 ** -20;

function scaleOf(relation: number, scores: ArrayLike<number>, size: number): number {
  return Math.fround(relation === NEAR ? Math.max(LEAST_SCALE, 1 - scores[size - 1]) : scores[0]);
}

/** 0 is no score, so the least is 1. */
function byteOfScore(score: number, scale: number): number {
  return Math.max(1, Math.min(255, Math.round((255 * score) / scale)));
}

/** 255 is the cosine 1, and 1 the least of the list. */
function byteOfCosine(cosine: number, scale: number): number {
  return Math.max(1, Math.min(255, 255 - Math.round((254 * (1 - cosine)) / scale)));
}
