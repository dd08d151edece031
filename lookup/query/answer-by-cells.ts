import type { CellIndex } from '../cells/open-cells.ts';
import { QueryError } from './query-error.ts';
import type { Found, QueryContext } from './query-context.ts';

/** More than are asked for, at most, in place of those that a delta has taken away. */
const MAX_SPARE = 1000;

/**
 * Items near a vector by the cosine of compact vectors: from a few cells where they lie, or from
 * memory. What a delta adds has no vector here, and what it changed an old one: neither is found.
 */
export async function answerByCells(
  context: QueryContext,
  cells: CellIndex,
  vector: ArrayLike<number>,
  need: number,
): Promise<Found> {
  const { reader, query, meter, steps } = context;
  const [dimensions, delta] = await Promise.all([cells.dimensions(meter), reader.delta(meter)]);
  if (vector.length !== dimensions)
    throw new QueryError('vector', `expected ${dimensions} numbers, got ${vector.length}`);
  const { removed = 0, added = 0 } = reader.manifest.delta ?? {};
  const topK = need + Math.min(removed, MAX_SPARE);
  const candidates =
    query.candidatesAsked === undefined ? undefined : Math.max(topK, query.candidatesAsked);
  const search = { vector, topK, candidates };
  const found = cells.loaded?.search(search) ?? (await cells.search(search, meter));
  steps.push(
    `cells ${cells.loaded ? 'in memory' : 'from where they lie'}: ${found.candidates} items` +
      (added > 0 ? `; ${added} that came later are not among them` : ''),
  );
  const matches = found.ids.map((id, k) => ({
    id,
    score: found.scores[k]!,
    relation: 'near' as const,
  }));
  return {
    matches: delta ? matches.filter(({ id }) => delta.find(id) === undefined) : matches,
    rank: 'cosine',
    candidates: found.candidates,
  };
}
