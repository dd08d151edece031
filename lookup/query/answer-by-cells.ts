import type { CellMatches } from '../cells/cell-search.ts';
import { enoughOf } from '../cells/cell-search.ts';
import type { CellIndex } from '../cells/open-cells.ts';
import { passingMatches } from './passing-matches.ts';
import { QueryError } from './query-error.ts';
import type { Found, QueryContext } from './query-context.ts';

/** More than are asked for, at most, in place of those that a delta has taken away. */
const MAX_SPARE = 1000;
/** What one search with a filter reads in all, where cells are not in memory. */
const MAX_FILTERED_BYTES = 4 * 2 ** 20;
/** Fewer than their share of all may pass the filter where one looks. */
const SPARE = 1.25;
/** Of the items that were looked at, the share at whose order one may look for those that pass. */
const SHARE_IN_ORDER = 0.125;

/**
 * Items near a vector by the cosine of compact vectors: from a few cells where they lie, or from
 * memory. What a delta adds has no vector here, and what it changed an old one: neither is among
 * them, and `withAdded` brings both.
 */
export async function answerByCells(
  context: QueryContext,
  cells: CellIndex,
  vector: ArrayLike<number>,
  need: number,
): Promise<Found> {
  const { reader, query, meter, steps, selection } = context;
  const [dimensions, delta, columns] = await Promise.all([
    cells.dimensions(meter),
    reader.delta(meter),
    selection?.pages(meter),
  ]);
  // Without a delta items in memory have the numbers of the pages.
  const selected =
    columns ?? (reader.loaded && !delta ? await selection?.loaded(meter) : undefined);
  if (vector.length !== dimensions)
    throw new QueryError('vector', `expected ${dimensions} numbers, got ${vector.length}`);
  const { removed = 0, added = 0 } = reader.manifest.delta ?? {};
  const isUnknown = selection !== undefined && selected === undefined;
  const ordered = isUnknown ? Math.max(need, query.candidates) : need;
  const topK = ordered + Math.min(removed, MAX_SPARE);
  const candidates =
    query.candidatesAsked === undefined ? undefined : Math.max(topK, query.candidatesAsked);
  const search = { vector, topK, candidates, selected };
  const found = cells.loaded?.search(search) ?? (await readCells());
  steps.push(
    `cells ${cells.loaded ? 'in memory' : 'from where they lie'}: ${found.candidates} items` +
      (selected ? ` of the ${selected.count} that pass the filter` : ''),
  );
  const near = found.ids.map((id, k) => ({
    id,
    score: found.scores[k]!,
    relation: 'near' as const,
  }));
  const matches = delta ? near.filter(({ id }) => delta.find(id) === undefined) : near;
  const answer: Found = { matches, rank: 'cosine', candidates: found.candidates };
  if (!selection) return answer;
  const cameLater = added > 0 && (await selection.added(meter)) > 0;
  if (selected) return { ...answer, mayMiss: cameLater || isShort(found, selected.count) };
  // The order of those that were looked at is good for some of the first of them.
  const first = found.all ? matches.length : Math.floor(SHARE_IN_ORDER * found.candidates);
  const passing = await passingMatches(context, matches.slice(0, Math.max(need, first)));
  const mayMiss = cameLater || (passing.length < query.topK && !found.all);
  return { ...answer, matches: passing, mayMiss };

  /** With a filter, as many more as it takes to come upon enough that pass. */
  async function readCells(): Promise<CellMatches> {
    if (selected?.count === 0)
      return { ids: [], numbers: [], scores: [], candidates: 0, all: true };
    if (!selected) return await cells.search(search, meter);
    const { items } = reader.manifest;
    const enough = candidates ?? enoughOf(selected.count);
    const share = selected.count / items;
    return await cells.search(
      { ...search, candidates: Math.ceil((SPARE * enough) / share) },
      meter,
      MAX_FILTERED_BYTES,
    );
  }
}

/**
 * Whether more items pass than were looked at, and these were too few to be sure of the nearest.
 */
function isShort({ candidates, all }: CellMatches, passing: number): boolean {
  return !all && candidates < enoughOf(passing);
}
