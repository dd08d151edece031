import { codesToAskWith } from '../../format/code-roles.ts';
import type { ResidentCells } from '../cells/resident-cells.ts';
import type { VersionReader } from '../version-reader.ts';
import { askedCodes, distanceOf } from './asked-codes.ts';
import { checkName, MAX_TOP_K } from './check-query.ts';
import { QueryError } from './query-error.ts';
import type { Query, QueryAnswer, RecallOptions, RecallReport } from './types.ts';

type Ask = (query: Query) => Promise<QueryAnswer>;

/** What was found of what was to be found, of one item. */
interface Found {
  id: string;
  wanted: number;
  found: number;
  /** By its list, where the index has such. */
  listed?: number;
}

/**
 * Asks items at even distances and compares with a look at all items: where the index has vectors
 * by their cosine, else by all codes. What several items share with the last place is right in each
 * of them.
 */
export async function measureRecall(
  reader: VersionReader,
  query: Ask,
  options: RecallOptions = {},
): Promise<RecallReport> {
  for (const name of Object.keys(options))
    checkName('recall', name, ['queries', 'topK', 'candidates']);
  const { queries = 100, topK = 10 } = options;
  if (!Number.isInteger(queries) || queries < 1)
    throw new QueryError('queries', `expected a whole number from 1, got ${queries}`);
  if (!Number.isInteger(topK) || topK < 1 || topK >= MAX_TOP_K)
    throw new QueryError('topK', `expected a whole number from 1 to ${MAX_TOP_K - 1}, got ${topK}`);
  const all = reader.cells
    ? await ofVectors(reader, query, { ...options, queries, topK })
    : await ofCodes(reader, query, { ...options, queries, topK });
  let answered = 0;
  const times: number[] = [];
  for (const { id } of all) {
    const answer = await query({ id, topK });
    times.push(answer.usage.ms);
    if (answer.complete) answered++;
  }
  times.sort((a, b) => a - b);
  const wanted = all.reduce((sum, each) => sum + each.wanted, 0);
  const share = (found: number): number => (wanted === 0 ? 1 : found / wanted);
  const isListed = all.length > 0 && all.every(({ listed }) => listed !== undefined);
  return {
    queries: all.length,
    topK,
    by: reader.cells ? 'vector' : 'code',
    recall: share(all.reduce((sum, { found }) => sum + found, 0)),
    ...(isListed && { listRecall: share(all.reduce((sum, { listed }) => sum + listed!, 0)) }),
    answered: all.length === 0 ? 1 : answered / all.length,
    p50Ms: times[Math.floor(0.5 * (times.length - 1))] ?? 0,
    p99Ms: times[Math.floor(0.99 * (times.length - 1))] ?? 0,
  };
}

type Asked = RecallOptions & { queries: number; topK: number };

/** By the vectors of items, which are searched as any vector is: where they lie, or in memory. */
async function ofVectors(
  reader: VersionReader,
  query: Ask,
  { queries, topK, candidates }: Asked,
): Promise<Found[]> {
  const cells = reader.cells!.loaded ?? (await reader.cells!.readAll());
  const items = reader.manifest.delta?.base ?? reader.manifest.items;
  const delta = await reader.delta();
  const all: Found[] = [];
  for (const row of evenly(items, queries)) {
    const { id, vector } = cells.itemAt(row);
    // An item of zeros is near to nothing, and one that a delta changed has another vector now.
    if (vector.every((value) => value === 0) || delta?.find(id) !== undefined) continue;
    const nearest = nearestOf(cells, { id, vector, topK });
    const last = nearest.at(-1)?.score ?? Infinity;
    const asked = { vector, topK: topK + 1, ...(candidates !== undefined && { candidates }) };
    const { matches } = await query(asked);
    const found = matches.filter((match) => match.id !== id && match.score >= last);
    const one: Found = { id, wanted: nearest.length, found: Math.min(topK, found.length) };
    if (reader.hasLists) one.listed = await listedOf(query, { id, topK, nearest });
    all.push(one);
  }
  return all;
}

/** The topK nearest of all items but the asked one. */
function nearestOf(
  cells: ResidentCells,
  { id, vector, topK }: { id: string; vector: Int8Array; topK: number },
): { id: string; score: number }[] {
  const { ids, scores } = cells.search({ vector, topK: topK + 1, candidates: Infinity });
  return ids
    .map((each, at) => ({ id: each, score: scores[at]! }))
    .filter((each) => each.id !== id)
    .slice(0, topK);
}

async function listedOf(
  query: Ask,
  { id, topK, nearest }: { id: string; topK: number; nearest: readonly { id: string }[] },
): Promise<number> {
  const { matches } = await query({ id, topK, rank: 'neighbours', relation: 'near' });
  const wanted = new Set(nearest.map((each) => each.id));
  return matches.filter((match) => wanted.has(match.id)).length;
}

/** By the codes of items, against all codes of all items. */
async function ofCodes(
  reader: VersionReader,
  query: Ask,
  { queries, topK, candidates }: Asked,
): Promise<Found[]> {
  const index = await reader.load();
  const all: Found[] = [];
  for (const number of evenly(index.items, queries)) {
    const id = index.keys.textOf(number);
    const { matches } = await query({
      id,
      topK,
      rank: 'hamming',
      ...(candidates !== undefined && { candidates }),
    });
    const last = farthest(reader, id, topK);
    const found = matches.filter(({ distance }) => distance! <= last).length;
    all.push({ id, wanted: Math.min(topK, index.items - 1), found });
  }
  return all;
}

function evenly(items: number, queries: number): number[] {
  const asked = Math.min(queries, items);
  return Array.from({ length: asked }, (_, q) => Math.floor((q * items) / asked));
}

/** The distance of the last of the topK items that are nearest to an item over all codes. */
function farthest(
  { loaded, codeBytes, isShared, manifest }: VersionReader,
  id: string,
  topK: number,
) {
  const index = loaded!;
  const { items, tables, keys } = index;
  const own = keys.find(id);
  const codesOf = (number: number) =>
    Array.from({ length: tables }, (_, table) => index.codeOf(number, table));
  const asked = {
    ...askedCodes([], codeBytes, isShared),
    codes: codesToAskWith(codesOf(own), manifest.hasRoles),
  };
  const distances: number[] = [];
  for (let number = 0; number < items; number++)
    if (number !== own) distances.push(distanceOf(asked, codesOf(number)));
  return Uint32Array.from(distances).sort()[Math.min(topK, distances.length) - 1] ?? 0;
}
