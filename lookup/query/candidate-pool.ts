import type { Match } from './types.ts';

/** An item that codes have led to. */
export interface Candidate {
  id: string;
  /** What items are ordered by where nothing else tells them apart. */
  order: number | bigint;
  /** How many of the asked codes have it in their bucket. */
  tables: number;
  /** The least bits of one table that brought it; 0 in a bucket. */
  least: number;
  /** Bits over all asked codes. */
  distance: number;
}

/**
 * The `budget` candidates to be ranked: those that the search reached first, of these the ones that
 * share most tables, then the nearest over all codes. The order of keys decides between equal ones
 * alone, so a bucket of thousands is never cut by the alphabet.
 */
export function cutPool(pool: Candidate[], budget: number): Candidate[] {
  if (pool.length <= budget) return pool;
  return pool
    .sort(
      (a, b) =>
        a.least - b.least || b.tables - a.tables || a.distance - b.distance || byOrder(a, b),
    )
    .slice(0, budget);
}

/** The matches of candidates, the nearest over all codes first. `bits`: what distances are of. */
export function matchesOf(pool: Candidate[], bits: number): Match[] {
  return pool
    .sort((a, b) => a.distance - b.distance || byOrder(a, b))
    .map(({ id, distance }) => ({ id, score: 1 - distance / bits, relation: 'near', distance }));
}

function byOrder(a: Candidate, b: Candidate): number {
  if (a.order === b.order) return 0;
  return a.order < b.order ? -1 : 1;
}
