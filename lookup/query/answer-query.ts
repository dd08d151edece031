import { withAdded } from './added-matches.ts';
import { answerByCodes } from './answer-by-codes.ts';
import { answerByCells } from './answer-by-cells.ts';
import { listsOf, type RankedList, takeMatches, type WantedMatches } from './answer-by-lists.ts';
import { codesOfItem } from './asked-codes.ts';
import { encodeForCells, encodeQuery } from './encode-query.ts';
import { mergeAnswers } from './merge-answers.ts';
import { missingItem } from './missing-item.ts';
import { passingMatches } from './passing-matches.ts';
import type { Found, QueryContext } from './query-context.ts';
import { QueryError } from './query-error.ts';
import type { Match, Relation } from './types.ts';

/** Answers what is asked, by the first means that the index has for it. */
export async function answerQuery(context: QueryContext): Promise<Found> {
  const { query, reader } = context;
  checkMeans(context);
  const need = query.topK + query.exclude.size;
  const byCosine = query.rank === 'cosine' || (query.rank === 'auto' && query.radius === undefined);
  const { asked } = query;
  if (reader.cells && byCosine && (asked.by === 'vector' || asked.by === 'text')) {
    const encoded = await encodeForCells(context);
    if (!encoded) return noWords(context);
    const found = await answerByCells(context, reader.cells, encoded.vector, need);
    const delta = await reader.delta(context.meter);
    if (!delta || delta.delta.addedKeys.length === 0) return found;
    return withAdded(context, found, delta, await encoded.codes());
  }
  if (asked.by === 'id') return await answerId(context, asked.id, need);
  if (asked.by === 'positive') return await answerSeveral(context, asked, need);
  if (asked.by === 'vector' && byCosine)
    context.steps.push('no vectors were published with this index: its codes answer');
  const codes = await encodeQuery(context);
  if (!codes) return noWords(context);
  const budget = Math.max(need, query.candidates);
  const search = { asked: codes, enough: budget, budget, mayLoad: true };
  return await answerByCodes(context, search);
}

/** Throws QueryError on means that this index, or this way of asking, does not have. */
function checkMeans({ query, reader }: QueryContext): void {
  const { rank, relation, asked, radius, known } = query;
  const byItem = asked.by === 'id' || asked.by === 'positive';
  if (rank === 'cosine' && !(reader.cells && (asked.by === 'vector' || asked.by === 'text')))
    throw new QueryError(
      'rank',
      reader.cells
        ? `the cosine ranks for a vector or a text, not for ${asked.by}; take hamming or auto`
        : 'this index has no vectors beside its codes; take hamming or auto',
    );
  if (rank === 'neighbours' && !byItem)
    throw new QueryError('rank', `lists of neighbours answer id and positive, not ${asked.by}`);
  if (rank === 'neighbours' && !reader.hasLists)
    throw new QueryError(
      'rank',
      'this index has no lists of neighbours: it was made without them; take bucket or hamming',
    );
  if (relation !== undefined && relation !== 'near' && !(byItem && reader.hasLists))
    throw new QueryError(
      'relation',
      byItem ? 'this index has no lists of neighbours, only near' : `of ${asked.by}: only near`,
    );
  if (relation !== undefined && relation !== 'near' && (rank === 'bucket' || rank === 'hamming'))
    throw new QueryError('relation', `codes tell only what is near, rank is ${rank}`);
  if (
    known !== undefined &&
    !(byItem && reader.hasLists && rank !== 'bucket' && rank !== 'hamming')
  )
    throw new QueryError('known', 'only lists of neighbours tell which matches are linked');
  if (radius !== undefined && rank !== 'auto' && rank !== 'hamming')
    throw new QueryError('radius', `expected with rank hamming or auto, got it with ${rank}`);
}

/** The lists of an item, then its codes where lists are short. */
async function answerId(context: QueryContext, id: string, need: number): Promise<Found> {
  const { query, reader, selection } = context;
  const { relation, minScore } = query;
  const listed = await listedMatches(context, id, need);
  // A least score is one of this relation, so matches by codes would be measured wrongly by it.
  const isFinal = minScore !== undefined && listed.matches.length > 0;
  const isNear = relation === undefined || relation === 'near';
  if (listed.missing || isFinal || listed.matches.length >= need) return listed;
  const byListsAlone = query.rank === 'neighbours' || query.known !== undefined;
  if (byListsAlone || (reader.hasLists && !isNear)) return listed;
  // Codes that are learned from the factors behind the lists know nothing that these do not.
  if (reader.manifest.hasRoles && listed.matches.length > 0 && !selection) return listed;
  // A short list is an answer: nobody downloads an index for its last places.
  const mayLoad = selection !== undefined || listed.matches.length === 0;
  const near = await nearItems(context, id, { need, mayLoad });
  // The rest of the order that a filter cuts short is not known: codes answer alone.
  return filledUp(selection ? { ...listed, matches: [] } : listed, near, [id]);
}

/** The lists of an item, of one relation or of all; none where others than lists are to answer. */
async function listedMatches(
  context: QueryContext,
  id: string,
  need: number,
  relation = context.query.relation,
): Promise<Found> {
  const { query, reader, steps } = context;
  const { rank, radius } = query;
  const none: Found = { matches: [], rank: 'neighbours', candidates: 0 };
  if (!reader.hasLists && rank === 'auto')
    steps.push('no lists of neighbours were published with this index: its codes answer');
  if (!reader.hasLists || !(rank === 'neighbours' || (rank === 'auto' && radius === undefined)))
    return none;
  const lists = await listsOf(context, id);
  if (lists === undefined) return { ...none, missing: await missingItem(context, id) };
  if (lists === 'changed') {
    steps.push('it came or changed after the lists were made');
    return none;
  }
  const matches = await takenMatches(context, lists, { relation, need, known: query.known });
  const all = lists.map((list) => `${list.relation} ${list.size}`).join(', ') || 'none';
  steps.push(`lists of neighbours: ${all}; ${matches.length} taken`);
  return { ...none, matches, candidates: matches.length };
}

async function takenMatches(
  context: QueryContext,
  lists: readonly RankedList[],
  { need, ...wanted }: WantedMatches & { need: number },
): Promise<Match[]> {
  const { selection, reader, meter, lists: inMemory } = context;
  if (!selection) return takeMatches(lists, wanted, need);
  const all = takeMatches(lists, wanted, Infinity);
  const isKnown =
    (inMemory && reader.loaded) !== undefined ||
    (lists.every(({ isFiltered }) => isFiltered) && (await selection.pages(meter)) !== undefined);
  return (isKnown ? all : await passingMatches(context, all)).slice(0, need);
}

/** Items near the codes of an item. */
async function nearItems(
  context: QueryContext,
  id: string,
  { need, mayLoad }: { need: number; mayLoad: boolean },
): Promise<Found> {
  const { reader, query, meter, selection } = context;
  const item = await reader.findItem(id, meter);
  if (!item)
    return {
      matches: [],
      rank: reader.hasLists ? 'neighbours' : 'bucket',
      candidates: 0,
      missing: await missingItem(context, id),
    };
  const near = await answerByCodes(context, {
    asked: codesOfItem(item.codes, reader),
    self: id,
    enough: selection ? Math.max(need, query.candidates) : need,
    budget: Math.max(need, query.candidates),
    mayLoad,
  });
  // Beside vectors codes are a rough order, and nothing says how many of those that pass are
  // nearer.
  return selection && reader.cells ? { ...near, mayMiss: true } : near;
}

/** Matches of lists first: their scores are of another relation than those of codes. */
function filledUp(listed: Found, near: Found, asked: readonly string[]): Found {
  const seen = new Set([...asked, ...listed.matches.map((match) => match.id)]);
  const { missing = near.missing } = listed;
  return {
    matches: [...listed.matches, ...near.matches.filter((match) => !seen.has(match.id))],
    rank: listed.matches.length > 0 ? 'neighbours' : near.rank,
    candidates: listed.candidates + near.candidates,
    ...(near.mayMiss && { mayMiss: true }),
    ...(missing && { missing }),
  };
}

/**
 * The lists of several items merged: of the relation that is asked for, else of `related`, else of
 * `is like`, then of all, then what is near their codes, each where what came before is short. They
 * are not merged with one another: a bucket of hundreds that are equally near would outvote the
 * lists.
 */
async function answerSeveral(
  context: QueryContext,
  { positive, negative }: { positive: readonly string[]; negative: readonly string[] },
  need: number,
): Promise<Found> {
  const { query, reader, steps, selection } = context;
  const asked = new Set([...positive, ...negative]);
  const most = Math.max(need + asked.size, query.candidates);
  const mergedBy = async (answer: (id: string) => Promise<Found>): Promise<Found> => {
    const answersOf = async (ids: readonly string[]) =>
      await Promise.all([...new Set(ids)].map(answer));
    const [liked, disliked] = await Promise.all([answersOf(positive), answersOf(negative)]);
    const merged = mergeAnswers(liked, disliked, asked);
    steps.push(
      `${liked.length} positive and ${disliked.length} negative merged: ${merged.matches.length}`,
    );
    return merged;
  };
  const { relation } = query;
  const listedBy = async (wanted: Relation) =>
    await mergedBy((id) => listedMatches(context, id, most, wanted));
  let listed = await listedBy(relation ?? 'related');
  if (relation === undefined && listed.matches.length === 0) listed = await listedBy('is like');
  if (relation === undefined && listed.matches.length < need) {
    const all = await mergedBy((id) => listedMatches(context, id, most));
    listed = filledUp(listed, all, [...asked]);
  }
  const byListsAlone = query.rank === 'neighbours' || query.known !== undefined;
  if (listed.matches.length >= need || byListsAlone) return listed;
  if (reader.hasLists && relation !== undefined && relation !== 'near') return listed;
  const mayLoad = selection !== undefined || listed.matches.length === 0;
  const near = await mergedBy((id) => nearItems(context, id, { need: most, mayLoad }));
  return filledUp(selection ? { ...listed, matches: [] } : listed, near, [...asked]);
}

/** Of a text without a word that the encoder knows: its code says nothing. */
function noWords({ query }: QueryContext): Found {
  const id = query.asked.by === 'text' ? query.asked.text : '';
  const missing = { id, reason: 'unknown' as const, spellings: [] };
  return { matches: [], rank: 'bucket', candidates: 0, missing };
}
