import type { VersionReader } from '../version-reader.ts';
import { askedCodes, distanceOf } from './asked-codes.ts';
import { checkName } from './check-query.ts';
import { QueryError } from './query-error.ts';
import type { Query, QueryAnswer, RecallOptions, RecallReport } from './types.ts';

/**
 * Asks items at even distances by their codes and compares with a look at all codes of all items.
 * What several items share with the last place is right in each of them.
 */
export async function measureRecall(
  reader: VersionReader,
  query: (query: Query) => Promise<QueryAnswer>,
  options: RecallOptions = {},
): Promise<RecallReport> {
  for (const name of Object.keys(options))
    checkName('recall', name, ['queries', 'topK', 'candidates']);
  const { queries = 100, topK = 10, candidates } = options;
  if (!Number.isInteger(queries) || queries < 1)
    throw new QueryError('queries', `expected a whole number from 1, got ${queries}`);
  const index = await reader.load();
  const asked = Math.min(queries, index.items);
  let found = 0;
  let wanted = 0;
  let answered = 0;
  const times: number[] = [];
  for (let q = 0; q < asked; q++) {
    const id = index.keys.textOf(Math.floor((q * index.items) / asked));
    const byCodes = await query({
      id,
      topK,
      rank: 'hamming',
      ...(candidates !== undefined && { candidates }),
    });
    const last = farthest(reader, id, topK);
    wanted += Math.min(topK, index.items - 1);
    found += byCodes.matches.filter(({ distance }) => distance! <= last).length;
    const answer = await query({ id, topK });
    times.push(answer.usage.ms);
    if (answer.complete) answered++;
  }
  times.sort((a, b) => a - b);
  return {
    queries: asked,
    topK,
    recall: wanted === 0 ? 1 : found / wanted,
    answered: asked === 0 ? 1 : answered / asked,
    p50Ms: times[Math.floor(0.5 * (asked - 1))] ?? 0,
    p99Ms: times[Math.floor(0.99 * (asked - 1))] ?? 0,
  };
}

/** The distance of the last of the topK items that are nearest to an item over all codes. */
function farthest({ loaded, codeBytes, isShared }: VersionReader, id: string, topK: number) {
  const index = loaded!;
  const { items, tables, keys } = index;
  const own = keys.find(id);
  const codesOf = (number: number) =>
    Array.from({ length: tables }, (_, table) => index.codeOf(number, table));
  const asked = { ...askedCodes([], codeBytes, isShared), codes: codesOf(own) };
  const distances: number[] = [];
  for (let number = 0; number < items; number++)
    if (number !== own) distances.push(distanceOf(asked, codesOf(number)));
  return Uint32Array.from(distances).sort()[Math.min(topK, distances.length) - 1] ?? 0;
}
