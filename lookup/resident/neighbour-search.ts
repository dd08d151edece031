import { ANSWERING, ASKING } from '../../format/code-roles.ts';
import {
  type HammingMatches,
  hammingSearch,
  type HammingSearch,
} from '../hamming/hamming-search.ts';
import {
  cut,
  expandBatch,
  leastOver,
  nearestOfEach,
  type Neighbours,
  type NeighboursBatch,
  sortNeighbours,
} from '../neighbours.ts';
import type { CodeSpace } from './code-space.ts';

/** Which items of an index in memory have codes near a code or an item. */
export interface NeighbourSearch {
  /** All items of a table within a Hamming distance of a code; the first `limit` of them. */
  withinCode(
    table: number,
    code: Uint8Array,
    radius: number,
    options?: { limit?: number },
  ): Neighbours;
  withinCodes(
    table: number,
    codes: Uint8Array,
    radius: number,
    options?: { limit?: number },
  ): NeighboursBatch;
  /** The k items of a table nearest to a code. */
  nearestCode(table: number, code: Uint8Array, k: number): Neighbours;
  /** Items by the least distance over the tables to the codes of an item, without itself. */
  within(number: number, radius: number, options?: { limit?: number }): Neighbours;
  nearest(number: number, k: number): Neighbours;
  /** Bytes held for searches. */
  heldBytes(): number;
}

/**
 * A search a table, made at its first use; where codes are `shared` one for all tables, whose
 * buckets are the same. With roles (cell, answering, asking) an item asks with its last code for
 * those of the second table.
 */
export function neighbourSearch(
  space: CodeSpace,
  { shared, hasRoles }: { shared: boolean; hasRoles: boolean },
): NeighbourSearch {
  const { items, words, bits } = space;
  /** The tables that an item asks in, with the table that its own code is of. */
  const asked = hasRoles
    ? [{ table: ANSWERING, own: ASKING }]
    : space.buckets.map((_, table) => ({ table, own: table }));
  const searches: (HammingSearch | undefined)[] = [];
  /** How often an item is among the codes of a search. */
  const places = shared ? space.buckets.length : 1;

  const search = (table: number): HammingSearch => {
    const { codes } = space.bucketsOf(table);
    return (searches[shared ? 0 : table] ??= hammingSearch(codes, words, bits));
  };

  function expand(table: number, matches: HammingMatches): Neighbours {
    const { starts, lists } = space.bucketsOf(table);
    let count = 0;
    for (let i = 0; i < matches.count; i++) count += lists[starts[matches.codes[i]!]!]!;
    const numbers = new Uint32Array(count);
    const distances = new Uint16Array(count);
    for (let i = 0, at = 0; i < matches.count; i++) {
      const start = starts[matches.codes[i]!]!;
      for (let k = 1; k <= lists[start]!; k++, at++) {
        numbers[at] = lists[start + k]!;
        distances[at] = matches.distances[i]!;
      }
    }
    if (count > 1) sortNeighbours(numbers, distances);
    return shared ? nearestOfEach(numbers, distances) : { numbers, distances };
  }

  const withinWords = (
    table: number,
    code: Uint32Array,
    radius: number,
    limit = Infinity,
  ): Neighbours => cut(expand(table, search(table).within(code, radius)), limit);

  function checkRadius(radius: number): void {
    if (!Number.isInteger(radius) || radius < 0)
      throw new RangeError(`radius: expected a whole number from 0, got ${radius}`);
  }

  function nearestWords(table: number, code: Uint32Array, k: number): Neighbours {
    const { starts, lists } = space.bucketsOf(table);
    return cut(
      expand(
        table,
        search(table).nearest(code, places * Math.min(k, items), (b) => lists[starts[b]!]!),
      ),
      k,
    );
  }

  function checkCount(k: number): void {
    if (!Number.isInteger(k) || k < 1)
      throw new RangeError(`k: expected a whole number from 1, got ${k}`);
  }

  return {
    withinCode(table, code, radius, options = {}) {
      checkRadius(radius);
      space.bucketsOf(table);
      return withinWords(table, space.wordsOf(code), radius, options.limit);
    },
    withinCodes(table, codes, radius, options = {}) {
      checkRadius(radius);
      space.bucketsOf(table);
      const queries = space.manyWordsOf(codes);
      const ends = new Uint32Array(queries.length / space.words);
      return expandBatch(
        space.bucketsOf(table),
        search(table).withinBatch(queries, radius, ends),
        ends,
        options.limit ?? Infinity,
        shared,
      );
    },
    nearestCode(table, code, k) {
      checkCount(k);
      return nearestWords(table, space.wordsOf(code), k);
    },
    within(number, radius, options = {}) {
      space.checkNumber(number);
      checkRadius(radius);
      return leastOver(
        asked.map(({ table, own }) => withinWords(table, space.codeOfItem(number, own), radius)),
        number,
        options.limit ?? Infinity,
      );
    },
    nearest(number, k) {
      space.checkNumber(number);
      checkCount(k);
      // The item itself is one of k + 1.
      return leastOver(
        asked.map(({ table, own }) => nearestWords(table, space.codeOfItem(number, own), k + 1)),
        number,
        k,
      );
    },
    heldBytes: () => searches.reduce((sum, own) => sum + (own?.heldBytes ?? 0), 0),
  };
}
