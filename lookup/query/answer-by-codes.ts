import type { SelectedItems } from '../filter/open-fields.ts';
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

/** So many items that pass a filter are compared one by one, some tens of milliseconds. */
const MAX_LOOKED_AT_ALL = 50_000;

/**
 * Items near codes: those of their buckets, and where these are few, those of the codes nearest to
 * them, all ranked over all asked codes. The answer is the same whether the index is in memory.
 */
export async function answerByCodes(context: QueryContext, search: CodeSearch): Promise<Found> {
  const { reader, query, meter, steps, selection } = context;
  const { asked, enough, budget, mayLoad } = search;
  const isByDistance = query.rank !== 'bucket' && query.radius === undefined;
  let selected = reader.loaded && (await selection?.loaded(meter));
  if (reader.loaded && selected && isByDistance && selected.count <= MAX_LOOKED_AT_ALL)
    return lookedAtAll(context, reader.loaded, selected, search);
  // Of codes with roles a cell is one of several places that an asking code is near to.
  const bucketsTell =
    query.rank === 'bucket' || !reader.manifest.hasRoles || (!reader.loaded && !mayLoad);
  if (bucketsTell && query.rank !== 'hamming' && query.radius === undefined) {
    const pool = reader.loaded
      ? residentBuckets(reader.loaded, search, selected)
      : await bucketsOf(context, search);
    steps.push(`buckets of ${asked.bits} bits of codes: ${pool.length} items`);
    if (pool.length >= enough || query.rank === 'bucket' || (!reader.loaded && !mayLoad)) {
      const cut = cutPool(pool, budget);
      return {
        matches: matchesOf(cut, asked.bits),
        rank: 'bucket',
        candidates: pool.length,
        mayMiss: selection !== undefined && isByDistance && tablesOf(asked) > 1,
      };
    }
  }
  if (!reader.loaded)
    steps.push(
      bucketsTell
        ? 'the index is loaded: buckets have too few items'
        : 'the index is loaded: the codes of all items are compared',
    );
  const index = await reader.load(meter);
  selected = await selection?.loaded(meter);
  if (selected && isByDistance && selected.count <= MAX_LOOKED_AT_ALL)
    return lookedAtAll(context, index, selected, search);
  const pool = nearCodes(index, search, query.radius, selected);
  const cut = cutPool(pool, budget);
  steps.push(`codes outward by Hamming distance: ${pool.length} items, ${cut.length} ranked`);
  return {
    matches: matchesOf(cut, asked.bits),
    rank: 'hamming',
    candidates: pool.length,
    // Of one table the order of the search is that of distances.
    mayMiss: isByDistance && isCut(pool, search, selected) && tablesOf(asked) > 1,
  };
}

const tablesOf = ({ bytes }: AskedCodes): number =>
  bytes.filter((code) => code !== undefined).length;

/** Whether items that pass the filter were not looked at. */
function isCut(
  pool: readonly Candidate[],
  { self, budget }: CodeSearch,
  selected: SelectedItems | undefined,
): boolean {
  if (!selected) return false;
  return Math.min(pool.length, budget) < selected.count - (self === undefined ? 0 : 1);
}

/** What few items pass a filter are all looked at: nothing near is missed. */
function lookedAtAll(
  { steps }: QueryContext,
  index: ResidentIndex,
  { flags, count }: SelectedItems,
  { asked, self, budget }: CodeSearch,
): Found {
  const own = self === undefined ? -1 : index.keys.find(self);
  const distances: { number: number; distance: number }[] = [];
  flags.forEach((flag, number) => {
    if (flag === 1 && number !== own)
      distances.push({ number, distance: distanceOf(asked, codesOf(index, number)) });
  });
  distances.sort((a, b) => a.distance - b.distance || a.number - b.number);
  const pool = distances
    .slice(0, budget)
    .map(({ number }) => ({ ...candidateOf(index, number, asked), tables: 0, least: 0 }));
  steps.push(`the codes of all ${count} items that pass the filter`);
  return {
    matches: matchesOf(pool, asked.bits),
    rank: 'hamming',
    candidates: distances.length,
  };
}

async function bucketsOf(context: QueryContext, search: CodeSearch): Promise<Candidate[]> {
  const { reader, meter, selection } = context;
  const { asked, self, budget, enough } = search;
  const buckets = await Promise.all(
    asked.buckets.map(async (code, table) =>
      code ? await reader.bucketOf(table, code, { most: Infinity, meter }) : undefined,
    ),
  );
  const members = new Map<string, Candidate>();
  for (const bucket of buckets) {
    bucket?.keys.forEach((id, i) => {
      const known = members.get(id);
      if (known) known.tables++;
      else if (id !== self && (!selection || selection.passes(bucket.payloads?.[i])))
        members.set(id, { id, order: bucket.order[i]!, tables: 1, least: 0, distance: 0 });
    });
  }
  // Too few: the search goes outward and finds them again.
  const isFinal = members.size >= enough || context.query.rank === 'bucket' || !search.mayLoad;
  if (!isFinal) return [...members.values()];
  const kept = sharingMost([...members.values()], budget);
  if (await isCheaperWhole(context, kept.length)) return await loadedBuckets();
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

  async function loadedBuckets(): Promise<Candidate[]> {
    const index = await reader.load(meter);
    return residentBuckets(index, search, await selection?.loaded(meter));
  }
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

function residentBuckets(
  index: ResidentIndex,
  { asked, self, budget }: CodeSearch,
  selected: SelectedItems | undefined,
): Candidate[] {
  const shared = new Map<number, number>();
  asked.buckets.forEach((code, table) => {
    if (code)
      for (const number of index.itemsOf(table, code))
        if (selected?.flags[number] !== 0) shared.set(number, (shared.get(number) ?? 0) + 1);
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
  selected: SelectedItems | undefined,
): Candidate[] {
  const own = self === undefined ? -1 : index.keys.find(self);
  const wanted = budget + (own < 0 ? 0 : 1);
  const least = new Map<number, number>();
  const zeros = new Map<number, number>();
  asked.bytes.forEach((code, table) => {
    if (!code) return;
    const reach = radius ?? reachOf(index, { table, code, wanted, selected });
    const { numbers, distances } = index.withinCode(table, code, reach);
    numbers.forEach((number, i) => {
      if (selected?.flags[number] === 0) return;
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

/** The distance within which so many items of a table that may be found are. */
function reachOf(
  index: ResidentIndex,
  {
    table,
    code,
    wanted,
    selected,
  }: { table: number; code: Uint8Array; wanted: number; selected: SelectedItems | undefined },
): number {
  const { items } = index;
  const few = selected ? Math.max(1, selected.count) / items : 1;
  for (let nearest = Math.ceil(wanted / few); ; nearest *= 2) {
    const { numbers, distances } = index.nearestCode(table, code, nearest);
    const passing = selected
      ? numbers.reduce((sum, number) => sum + selected.flags[number]!, 0)
      : wanted;
    if (passing >= wanted || nearest >= items) return distances.at(-1) ?? 0;
  }
}

function candidateOf(
  index: ResidentIndex,
  number: number,
  asked: AskedCodes,
): Pick<Candidate, 'id' | 'order' | 'distance'> {
  const distance = distanceOf(asked, codesOf(index, number));
  return { id: index.keys.textOf(number), order: number, distance };
}

function codesOf(index: ResidentIndex, number: number): Uint32Array[] {
  return Array.from({ length: index.tables }, (_, table) => index.codeOf(number, table));
}
