import type { ReadMeter } from '../ranges/read-meter.ts';
import type { ResidentLists } from '../resident/resident-lists.ts';
import type { VersionReader } from '../version-reader.ts';
import type { CheckedQuery } from './check-query.ts';
import type { Encoders } from './encoders.ts';
import type { Selection } from './select-items.ts';
import type { Match, MissingItem, QueryAnswer } from './types.ts';

/** What one query has at hand. */
export interface QueryContext {
  reader: VersionReader;
  /** The lists in memory, after `warm`. */
  lists: ResidentLists | undefined;
  encoders: Encoders;
  query: CheckedQuery;
  /** Of a query with a filter. */
  selection: Selection | undefined;
  meter: ReadMeter;
  /** What was done, for `explain`. */
  steps: string[];
}

/** Matches in their order, more than were asked for: who is excluded has not left yet. */
export interface Found {
  matches: Match[];
  rank: QueryAnswer['rank'];
  /** Items that were looked at. */
  candidates: number;
  /**
   * Of a query with a filter: whether nearer items that pass may lie where nobody looked.
   */
  mayMiss?: boolean;
  missing?: MissingItem;
}
