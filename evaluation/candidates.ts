/**
 * What a lookup finds and what it costs: candidates by tables, length of code and Hamming radius. V
 * items, L tables.
 */

import { COUNTED_RADII } from '../kernels/codes/code-distances.ts';
import { bitsOf } from './hamming-distances.ts';
import type { Codes } from './retrieval.ts';

/** A way to look up, and what it finds. */
export interface CandidateRow {
  tables: number;
  /** The first so many bits of each code. */
  bits: number;
  /** An item is a candidate where it is that near in one of the tables. */
  radius: number;
  /** Mean number of candidates, without the query. */
  candidates: number;
  /**
   * Mean share of the NEIGHBOURS nearest items, and of the items that D calls relevant, among the
   * candidates.
   */
  recall: number;
  recallOfD: number;
}

/** True neighbours of a query that are looked for among its candidates. */
export const NEIGHBOURS = 10;

/** Bytes of codes cut to quarters. */
export function cutLengths(codeBytes: number): number[] {
  return [...new Set([0.25, 0.5, 0.75, 1].map((share) => Math.ceil(share * codeBytes)))];
}

/** Counts of candidates by tables (1 to L), length and distance. */
export class Candidates {
  readonly #codes: Codes;
  readonly #lengths: number[];
  /**
   * Summed over the queries, (L, lengths, COUNTED_RADII): candidates at exactly that distance, and
   * shares of the neighbours and of D.
   */
  readonly #candidates: Float64Array;
  readonly #neighbours: Float64Array;
  readonly #relevant: Float64Array;
  /** Pairs of a query's code and an item's that come with each further table. */
  readonly #meetings: (readonly [own: number, other: number])[][];

  constructor(codes: Codes & { shared?: boolean }) {
    const { tables, codeBytes, shared = false } = codes;
    this.#codes = codes;
    this.#lengths = cutLengths(codeBytes);
    this.#meetings = Array.from({ length: tables }, (_, t) =>
      shared
        ? Array.from(
            { length: t + 1 },
            (__, p) =>
              (p === t
                ? [[t, t]]
                : [
                    [p, t],
                    [t, p],
                  ]) as [number, number][],
          ).flat()
        : [[t, t]],
    );
    const cells = tables * this.#lengths.length * COUNTED_RADII;
    [this.#candidates, this.#neighbours, this.#relevant] = [
      new Float64Array(cells),
      new Float64Array(cells),
      new Float64Array(cells),
    ];
  }

  /** found: (L, lengths, COUNTED_RADII) candidates of the query. */
  add(query: number, found: Uint32Array, nearest: Uint32Array, relevant: Uint32Array): void {
    for (let cell = 0; cell < found.length; cell++) this.#candidates[cell]! += found[cell]!;
    for (const item of nearest) this.#place(query, item, this.#neighbours, 1 / nearest.length);
    for (const item of relevant) this.#place(query, item, this.#relevant, 1 / relevant.length);
  }

  /** Adds the item's share where it becomes a candidate. */
  #place(query: number, item: number, sums: Float64Array, share: number): void {
    const { codes, tables, codeBytes } = this.#codes;
    const [own, other] = [query * tables * codeBytes, item * tables * codeBytes];
    const least = this.#lengths.map(() => Infinity);
    for (let t = 0; t < tables; t++) {
      for (const [p, q] of this.#meetings[t]!) {
        let distance = 0;
        for (let n = 0, k = 0; n < this.#lengths.length; n++) {
          for (; k < this.#lengths[n]!; k++)
            distance += bitsOf(codes[other + q * codeBytes + k]! ^ codes[own + p * codeBytes + k]!);
          least[n] = Math.min(least[n]!, distance);
        }
      }
      least.forEach((distance, n) => {
        if (distance < COUNTED_RADII)
          sums[(t * this.#lengths.length + n) * COUNTED_RADII + distance]! += share;
      });
    }
  }

  rows(queries: number): CandidateRow[] {
    const rows: CandidateRow[] = [];
    for (let t = 0; t < this.#codes.tables; t++) {
      for (const [n, bytes] of this.#lengths.entries()) {
        const sums = [0, 0, 0];
        for (let radius = 0; radius < COUNTED_RADII; radius++) {
          const cell = (t * this.#lengths.length + n) * COUNTED_RADII + radius;
          [this.#candidates, this.#neighbours, this.#relevant].forEach(
            (each, which) => (sums[which]! += each[cell]! / queries),
          );
          rows.push({
            tables: t + 1,
            bits: 8 * bytes,
            radius,
            candidates: sums[0]!,
            recall: sums[1]!,
            recallOfD: sums[2]!,
          });
        }
      }
    }
    return rows;
  }
}
