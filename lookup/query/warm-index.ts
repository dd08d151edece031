import { RELATIONS, scoreOfByte } from '../../format/neighbour-lists.ts';
import type { ResidentIndex } from '../resident/resident-index.ts';
import type { ResidentLists } from '../resident/resident-lists.ts';
import { QueryError } from './query-error.ts';
import type { Relation } from './types.ts';

/** Answers of many queries in flat arrays: those of query q from q * topK on, counts[q] of them. */
export interface QueryBatchView {
  /** Item numbers, the best first; `textOf` gives their ids. */
  ids: Uint32Array;
  scores: Float32Array;
  /** Matches of each query: 0 where the index does not have it or no list. */
  counts: Uint32Array;
}

export interface BatchOptions {
  /** 10 when absent. */
  topK?: number;
  /** When absent the first that there are lists of: `related`, `is like`, `near`. */
  relation?: Relation;
  /** Arrays of an earlier call of the same size, used again. */
  out?: QueryBatchView;
}

/** An index in memory, for loops: lists alone, without a promise and without texts. */
export interface WarmIndex {
  readonly items: number;
  /** The id of an item number. */
  textOf(number: number): string;
  /** Throws QueryError where the index has no lists, or not of this relation. */
  queryBatch(ids: readonly (string | bigint)[], options?: BatchOptions): QueryBatchView;
  /** Codes, buckets and Hamming search by numbers. */
  readonly resident: ResidentIndex;
}

/** What is asked for where no relation is. */
const PREFERRED: readonly Relation[] = ['related', 'is like', 'near'];

export function warmIndex(index: ResidentIndex, lists: ResidentLists | undefined): WarmIndex {
  let warmed = 0;
  let numbers = new Int32Array(0);
  const hasRelation = RELATIONS.map((_, at) => lists?.lengths[at]!.some((length) => length > 0));

  function relationOf(relation: Relation | undefined): number {
    const wanted =
      relation ?? PREFERRED.find((each) => hasRelation[RELATIONS.indexOf(each)]) ?? 'near';
    const at = RELATIONS.indexOf(wanted);
    if (at >= 0 && hasRelation[at]) return at;
    const there = RELATIONS.filter((_, each) => hasRelation[each]).join(', ');
    throw new QueryError(
      'relation',
      there === ''
        ? 'this index has no lists; ask with query, which answers from codes too'
        : `this index has lists of ${there}, not of ${wanted}`,
    );
  }

  return {
    items: index.items,
    resident: index,
    textOf: (number) => index.keys.textOf(number),
    queryBatch(ids, { topK = 10, relation, out } = {}) {
      if (!Number.isInteger(topK) || topK < 1)
        throw new QueryError('topK', `expected a whole number from 1, got ${topK}`);
      const at = relationOf(relation);
      const n = ids.length;
      const view = out?.counts.length === n && out.ids.length === n * topK ? out : viewOf(n, topK);
      if (numbers.length < n) numbers = new Int32Array(n);
      warmed = index.keys.findBatch(ids, numbers, warmed);
      copyLists(lists!, at, numbers, view, topK);
      return view;
    },
  };
}

function viewOf(queries: number, topK: number): QueryBatchView {
  return {
    ids: new Uint32Array(queries * topK),
    scores: new Float32Array(queries * topK),
    counts: new Uint32Array(queries),
  };
}

function copyLists(
  { numbers, scores, starts, lengths, scales }: ResidentLists,
  relation: number,
  queries: Int32Array,
  out: QueryBatchView,
  topK: number,
): void {
  const begins = starts[relation]!;
  const sizes = lengths[relation]!;
  const scaleOf = scales[relation]!;
  for (let q = 0; q < out.counts.length; q++) {
    const query = queries[q]!;
    const count = query < 0 ? 0 : Math.min(topK, sizes[query]!);
    out.counts[q] = count;
    if (count === 0) continue;
    const from = begins[query]!;
    const scale = scaleOf[query]!;
    for (let k = 0, to = q * topK; k < count; k++, to++) {
      out.ids[to] = numbers[from + k]!;
      out.scores[to] = scoreOfByte(relation + 1, scale, scores[from + k]!);
    }
  }
}
