import { readMeter, type ReadMeter } from '../ranges/read-meter.ts';
import { loadLists, type ResidentLists } from '../resident/resident-lists.ts';
import { retried, type VersionReader } from '../version-reader.ts';
import { abortable } from './abortable.ts';
import { answerQuery } from './answer-query.ts';
import { checkQuery } from './check-query.ts';
import { encodersOf } from './encoders.ts';
import { fetchItem, withIncluded } from './fetch-items.ts';
import { listPages } from './list-pages.ts';
import type { Found, QueryContext } from './query-context.ts';
import { measureRecall } from './measure-recall.ts';
import { selections } from './select-items.ts';
import type {
  Explanation,
  FetchedItem,
  IndexStats,
  ListOptions,
  ListPage,
  Query,
  QueryAnswer,
  RecallOptions,
  RecallReport,
} from './types.ts';
import { warmIndex, type WarmIndex } from './warm-index.ts';

/** Ranked answers of one version of an index. */
export interface QueryIndex {
  /**
   * The topK items for an id, a vector, a text, a code or several ids, the best first. Throws
   * QueryError on what cannot be asked, the reason of the signal where it aborts, and what readers
   * throw.
   */
  query(query: Query): Promise<QueryAnswer>;
  /** The answers of many queries, by their place; the same pages are read once for all. */
  queryBatch(queries: readonly Query[]): Promise<QueryAnswer[]>;
  /** The items with these ids, in this order; those that are not there are left out. */
  fetch(ids: readonly string[]): Promise<FetchedItem[]>;
  has(id: string): Promise<boolean>;
  /** All ids in their order, page by page; loads the index. */
  list(options?: ListOptions): AsyncGenerator<ListPage, void, undefined>;
  stats(): IndexStats;
  /** The answer, and how it came about. */
  explain(query: Query): Promise<Explanation>;
  /** How well the search does on items of the index itself, against a look at all; reads it all. */
  recall(options?: RecallOptions): Promise<RecallReport>;
  /** Loads codes and lists, so that no later query reads; with a form for loops. */
  warm(): Promise<WarmIndex>;
}

export function queryIndex(reader: VersionReader): QueryIndex {
  const { manifest } = reader;
  const encoders = encodersOf(reader);
  const select = selections(reader);
  let lists: ResidentLists | undefined;
  const warm = retried(async () => {
    const [index] = await Promise.all([reader.load(), reader.cells?.load(), reader.fields?.load()]);
    if (reader.hasLists) {
      const [own, later] = await Promise.all([reader.lists(), reader.laterLists()]);
      lists = await loadLists({ lists: own, later }, index, await reader.delta());
    }
    return warmIndex(index, lists);
  });

  async function explain(query: Query): Promise<Explanation> {
    const started = performance.now();
    const checked = checkQuery(query, manifest);
    const meter = readMeter(() => checked.signal?.aborted ?? false);
    const context: QueryContext = {
      reader,
      lists,
      encoders,
      query: checked,
      selection: checked.filter && select(checked.filter),
      meter,
      steps: [],
    };
    const answering = async (): Promise<QueryAnswer> => {
      const found = await answerQuery(context);
      const matches = await withIncluded(context, chosen(context, found));
      return {
        matches,
        complete: matches.length === checked.topK && !found.mayMiss,
        rank: found.rank,
        version: manifest.version,
        usage: usageOf(context.meter, found.candidates, started),
        ...(found.missing && { missing: found.missing }),
      };
    };
    const answer = await abortable(answering, checked.signal);
    return { steps: context.steps, answer };
  }

  const query = async (asked: Query): Promise<QueryAnswer> => (await explain(asked)).answer;
  return {
    query,
    queryBatch: (queries) => Promise.all(queries.map((each) => query(each))),
    async fetch(ids) {
      const found = await Promise.all(ids.map((id) => fetchItem(reader, id)));
      return found.filter((item) => item !== undefined);
    },
    has: async (id) => (await reader.findItem(id)) !== undefined,
    list: (options) => listPages(reader, options),
    stats: () => ({
      index: manifest.index,
      version: manifest.version,
      kind: manifest.kind,
      items: manifest.items,
      tables: manifest.tables,
      bits: manifest.bits,
      payloads: manifest.payloads,
      ...(manifest.fields && { fields: manifest.fields }),
      askedBy: askedBy(reader),
      lists: reader.hasLists,
      vectors: reader.cells !== undefined,
      bytes: manifest.parts.reduce((sum, { bytes }) => sum + bytes, 0),
      heldBytes:
        (reader.loaded?.heldBytes() ?? 0) +
        (lists?.heldBytes() ?? 0) +
        (reader.cells?.loaded?.heldBytes ?? 0) +
        (reader.fields?.heldBytes ?? 0),
    }),
    explain,
    recall: (options) => measureRecall(reader, query, options),
    warm: () => warm(),
  };
}

/** What the parts of the version have means for. */
function askedBy({ manifest, cells }: VersionReader): IndexStats['askedBy'] {
  const has = (...names: string[]) =>
    names.every((name) => manifest.parts.some((part) => part.name === name));
  return [
    'id',
    'positive',
    'code',
    ...(cells || has('hyperplanes.arrow', 'mean.arrow') ? (['vector'] as const) : []),
    ...(has('encoder.json', 'encoder.bin') ? (['text'] as const) : []),
  ];
}

function chosen({ query }: QueryContext, { matches }: Found) {
  const { exclude, minScore = -Infinity, topK } = query;
  return matches.filter(({ id, score }) => !exclude.has(id) && score >= minScore).slice(0, topK);
}

function usageOf(
  { requests, bytes, rounds, cached }: ReadMeter,
  candidates: number,
  started: number,
): QueryAnswer['usage'] {
  return { requests, bytes, rounds, candidates, cached, ms: performance.now() - started };
}
