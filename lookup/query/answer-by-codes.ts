import type { ResidentIndex } from '../resident/resident-index.ts';
import { type AskedCodes, codesByTable, distanceOf, wordsOf } from './asked-codes.ts';
import { type Candidate, cutPool, matchesOf } from './candidate-pool.ts';
import type { Found, QueryContext } from './query-context.ts';

interface CodeSearch {
  asked: AskedCodes;
  /** The item that asks, which is no answer. */
  self?: string;
  /** Buckets of so many items answer alone; with fewer the search goes outward. */
  enough: number;
  /** Candidates that are ranked. */
  budget: number;
  /** Whether the index may be read whole for it; what is loaded already is used in any case. */
  mayLoad: boolean;
}

/**
 * Items near codes: those of their buckets, and where these are few, those of the codes nearest to
 * them, all ranked over all asked codes. The answer is the same whether the index is in memory.
 */
export async function answerByCodes(context: QueryContext, search: CodeSearch): Promise<Found> {
  const { reader, query, meter, steps } = context;
  const { asked, enough, budget, mayLoad } = search;
  if (query.rank !== 'hamming' && query.radius === undefined) {
    const pool = reader.loaded
      ? residentBuckets(reader.loaded, search)
      : await bucketsOf(context, search);
    steps.push(`buckets of ${asked.bits} bits of codes: ${pool.length} items`);
    if (pool.length >= enough || query.rank === 'bucket' || (!reader.loaded && !mayLoad)) {
      const cut = cutPool(pool, budget);
      return { matches: matchesOf(cut, asked.bits), rank: 'bucket', candidates: pool.length };
    }
  }
  if (!reader.loaded) steps.push('the index is loaded: buckets have too few items');
  const pool = nearCodes(await reader.load(meter), search, query.radius);
  const cut = cutPool(pool, budget);
  steps.push(`codes outward by Hamming distance: ${pool.length} items, ${cut.length} ranked`);
  return { matches: matchesOf(cut, asked.bits), rank: 'hamming', candidates: pool.length };
}

async function bucketsOf(context: QueryContext, search: CodeSearch): Promise<Candidate[]> {
  const { reader, meter } = context;
  const { asked, self, budget, enough } = search;
  const buckets = await Promise.all(
    asked.bytes.map(async (code, table) =>
      code ? await reader.bucketOf(table, code, { most: Infinity, meter }) : undefined,
    ),
  );
  const members = new Map<string, Candidate>();
  for (const bucket of buckets) {
    bucket?.keys.forEach((id, i) => {
      const known = members.get(id);
      if (known) known.tables++;
      else if (id !== self)
        members.set(id, { id, order: bucket.order[i]!, tables: 1, least: 0, distance: 0 });
    });
  }
  // Too few: the search goes outward and finds them again.
  const isFinal = members.size >= enough || context.query.rank === 'bucket' || !search.mayLoad;
  if (!isFinal) return [...members.values()];
  const kept = sharingMost([...members.values()], budget);
  if (await isCheaperWhole(context, kept.length))
    return residentBuckets(await reader.load(meter), search);
  await Promise.all(
    kept.map(async (candidate) => {
      const item = await reader.findItem(candidate.id, meter);
      const codes = item ? codesByTable(item.codes, reader.codeBytes) : [];
      candidate.distance = item
        ? distanceOf(
            asked,
            codes.map((code) => wordsOf(code, reader.codeBytes)),
          )
        : asked.bits;
    }),
  );
  return kept;
}

/**
 * Whole groups by the number of shared tables, until there are `budget`: only codes tell further.
 */
function sharingMost(members: Candidate[], budget: number): Candidate[] {
  if (members.length <= budget) return members;
  const sorted = members.sort((a, b) => b.tables - a.tables);
  const least = sorted[budget - 1]!.tables;
  return sorted.filter(({ tables }) => tables >= least);
}

/** Whether reading so many items one by one takes more bytes than reading all of them at once. */
async function isCheaperWhole({ reader, meter }: QueryContext, items: number): Promise<boolean> {
  if (items === 0) return false;
  const { header } = await reader.items(meter);
  const read = Math.min(header.reach + 1, header.pages) * header.pageBytes;
  return items * read >= header.pages * header.pageBytes;
}

function residentBuckets(index: ResidentIndex, { asked, self, budget }: CodeSearch): Candidate[] {
  const shared = new Map<number, number>();
  asked.bytes.forEach((code, table) => {
    if (code)
      for (const number of index.itemsOf(table, code))
        shared.set(number, (shared.get(number) ?? 0) + 1);
  });
  if (self !== undefined) shared.delete(index.keys.find(self));
  const counts = [...shared.values()].sort((a, b) => b - a);
  const least = counts[budget - 1] ?? 1;
  return [...shared]
    .filter(([, tables]) => tables >= least)
    .map(([number, tables]) => ({ ...candidateOf(index, number, asked), tables, least: 0 }));
}

/** Items of the nearest codes of each table, with all that are as near as the last of them. */
function nearCodes(
  index: ResidentIndex,
  { asked, self, budget }: CodeSearch,
  radius: number | undefined,
): Candidate[] {
  const own = self === undefined ? -1 : index.keys.find(self);
  const wanted = budget + (own < 0 ? 0 : 1);
  const least = new Map<number, number>();
  const zeros = new Map<number, number>();
  asked.bytes.forEach((code, table) => {
    if (!code) return;
    const reach = radius ?? index.nearestCode(table, code, wanted).distances.at(-1) ?? 0;
    const { numbers, distances } = index.withinCode(table, code, reach);
    numbers.forEach((number, i) => {
      const distance = distances[i]!;
      if (distance === 0) zeros.set(number, (zeros.get(number) ?? 0) + 1);
      least.set(number, Math.min(distance, least.get(number) ?? Infinity));
    });
  });
  least.delete(own);
  const reached = [...least].sort(([, a], [, b]) => a - b);
  const last = reached[budget - 1]?.[1] ?? Infinity;
  return reached
    .filter(([, distance]) => distance <= last)
    .map(([number, distance]) => ({
      ...candidateOf(index, number, asked),
      tables: zeros.get(number) ?? 0,
      least: distance,
    }));
}

function candidateOf(
  index: ResidentIndex,
  number: number,
  asked: AskedCodes,
): Pick<Candidate, 'id' | 'order' | 'distance'> {
  const codes = Array.from({ length: index.tables }, (_, table) => index.codeOf(number, table));
  return { id: index.keys.textOf(number), order: number, distance: distanceOf(asked, codes) };
}
