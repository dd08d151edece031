import { answerByCodes } from './answer-by-codes.ts';
import { answerByCells } from './answer-by-cells.ts';
import { listsOf, type RankedList, takeMatches } from './answer-by-lists.ts';
import { type AskedCodes, askedCodes, codesByTable } from './asked-codes.ts';
import { mergeAnswers } from './merge-answers.ts';
import { missingItem } from './missing-item.ts';
import { passingMatches } from './passing-matches.ts';
import type { Found, QueryContext } from './query-context.ts';
import { QueryError } from './query-error.ts';
import type { Match } from './types.ts';

/** Answers what is asked, by the first means that the index has for it. */
export async function answerQuery(context: QueryContext): Promise<Found> {
  const { query, reader } = context;
  checkMeans(context);
  const need = query.topK + query.exclude.size;
  const byCosine = query.rank === 'cosine' || (query.rank === 'auto' && query.radius === undefined);
  if (query.asked.by === 'vector' && reader.cells && byCosine)
    return await answerByCells(context, reader.cells, query.asked.vector, need);
  const { asked } = query;
  if (asked.by === 'id') return await answerId(context, asked.id, need);
  if (asked.by === 'positive') return await answerSeveral(context, asked, need);
  if (asked.by === 'vector' && byCosine)
    context.steps.push('no vectors were published with this index: its codes answer');
  const codes = await encode(context);
  if (!codes) return noWords(context);
  const budget = Math.max(need, query.candidates);
  const search = { asked: codes, enough: budget, budget, mayLoad: true };
  return await answerByCodes(context, search);
}

/** Throws QueryError on means that this index, or this way of asking, does not have. */
function checkMeans({ query, reader }: QueryContext): void {
  const { rank, relation, asked, radius } = query;
  const byItem = asked.by === 'id' || asked.by === 'positive';
  if (rank === 'cosine' && !(reader.cells && asked.by === 'vector'))
    throw new QueryError(
      'rank',
      reader.cells
        ? `the cosine ranks for a vector, not for ${asked.by}; take hamming or auto`
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
  if (radius !== undefined && rank !== 'auto' && rank !== 'hamming')
    throw new QueryError('radius', `expected with rank hamming or auto, got it with ${rank}`);
}

/** The lists of an item, then its codes where lists are short. */
async function answerId(context: QueryContext, id: string, need: number): Promise<Found> {
  const { query, reader, steps, selection } = context;
  const { rank, relation, radius, minScore } = query;
  const byLists =
    reader.hasLists && (rank === 'neighbours' || (rank === 'auto' && radius === undefined));
  let listed: Found = { matches: [], rank: 'neighbours', candidates: 0 };
  if (!reader.hasLists && rank === 'auto')
    steps.push('no lists of neighbours were published with this index: its codes answer');
  if (byLists) {
    const lists = await listsOf(context, id);
    if (lists === undefined) return { ...listed, missing: await missingItem(context, id) };
    if (lists === 'changed') steps.push('it came or changed after the lists were made');
    else {
      const matches = await listedMatches(context, lists, need);
      const all = lists.map((list) => `${list.relation} ${list.size}`).join(', ') || 'none';
      steps.push(`lists of neighbours: ${all}; ${matches.length} taken`);
      listed = { ...listed, matches, candidates: matches.length };
      // A least score is one of this relation, so matches by codes would be measured wrongly by it.
      const isFinal = minScore !== undefined && matches.length > 0;
      if (isFinal || matches.length >= need) return listed;
    }
    const isNear = relation === undefined || relation === 'near';
    if (rank === 'neighbours' || !isNear) return listed;
    // The rest of the order that a filter cuts short is not known: codes answer alone.
    if (selection) listed = { ...listed, matches: [] };
  }
  const item = await reader.findItem(id, context.meter);
  if (!item) return { ...listed, missing: await missingItem(context, id) };
  const asked = askedCodes(
    codesByTable(item.codes, reader.codeBytes),
    reader.codeBytes,
    reader.isShared,
  );
  const near = await answerByCodes(context, {
    asked,
    self: id,
    enough: selection ? Math.max(need, query.candidates) : need,
    budget: Math.max(need, query.candidates),
    // A short list is an answer: nobody downloads an index for its last places.
    mayLoad: listed.matches.length === 0,
  });
  return filledUp(listed, near, id);
}

async function listedMatches(
  context: QueryContext,
  lists: readonly RankedList[],
  need: number,
): Promise<Match[]> {
  const { query, selection, reader, meter } = context;
  if (!selection) return takeMatches(lists, query.relation, need);
  const all = takeMatches(lists, query.relation, Infinity);
  const isKnown = reader.loaded !== undefined || (await selection.pages(meter)) !== undefined;
  return (isKnown ? all : await passingMatches(context, all)).slice(0, need);
}

/** Matches of lists first: their scores are of another relation than those of codes. */
function filledUp(listed: Found, near: Found, id: string): Found {
  const seen = new Set([id, ...listed.matches.map((match) => match.id)]);
  return {
    matches: [...listed.matches, ...near.matches.filter((match) => !seen.has(match.id))],
    rank: listed.matches.length > 0 ? 'neighbours' : near.rank,
    candidates: listed.candidates + near.candidates,
    ...(near.mayMiss && { mayMiss: true }),
  };
}

async function answerSeveral(
  context: QueryContext,
  { positive, negative }: { positive: readonly string[]; negative: readonly string[] },
  need: number,
): Promise<Found> {
  const most = Math.max(need + positive.length + negative.length, context.query.candidates);
  const answersOf = async (ids: readonly string[]) =>
    await Promise.all([...new Set(ids)].map((id) => answerId(context, id, most)));
  const [liked, disliked] = await Promise.all([answersOf(positive), answersOf(negative)]);
  const merged = mergeAnswers(liked, disliked, new Set([...positive, ...negative]));
  context.steps.push(
    `${liked.length} positive and ${disliked.length} negative merged: ${merged.matches.length}`,
  );
  return merged;
}

async function encode({ query, reader, encoders, meter, steps }: QueryContext) {
  const { codeBytes, isShared } = reader;
  const { tables } = reader.manifest;
  const inTable = (table: number, code: Uint8Array): AskedCodes => {
    const codes = Array.from({ length: tables }, (_, each) => (each === table ? code : undefined));
    return askedCodes(codes, codeBytes, isShared);
  };
  const { asked } = query;
  if (asked.by === 'code') return inTable(asked.table, asked.code);
  if (asked.by === 'text') {
    const { code, words } = (await encoders.text(meter)).encode(asked.text);
    steps.push(`the text has ${words} words that the encoder knows`);
    return words === 0 ? undefined : inTable(0, code);
  }
  if (asked.by !== 'vector') throw new TypeError(`codes of ${asked.by}`);
  const encoder = await encoders.vector(meter);
  if (asked.vector.length !== encoder.dimensions)
    throw new QueryError(
      'vector',
      `expected ${encoder.dimensions} numbers, got ${asked.vector.length}`,
    );
  steps.push(`the vector of ${encoder.dimensions} dimensions has its codes`);
  return askedCodes(codesByTable(encoder.encode(asked.vector), codeBytes), codeBytes, isShared);
}

/** Of a text without a word that the encoder knows: its code says nothing. */
function noWords({ query }: QueryContext): Found {
  const id = query.asked.by === 'text' ? query.asked.text : '';
  const missing = { id, reason: 'unknown' as const, spellings: [] };
  return { matches: [], rank: 'bucket', candidates: 0, missing };
}
