/** A value of a payload's field. */
export type FieldValue = string | number | boolean | readonly string[];

/** What the values of a field are. */
export type FieldType = 'string' | 'number' | 'boolean' | 'string[]';

/** The fields that come along with an item: its title, its price, its tags. */
export type Payload = Record<string, FieldValue>;

/**
 * Conditions on the fields of payloads, in the manner of MongoDB; all of them hold. A plain value
 * is `$eq`.
 */
export type Filter = {
  readonly $and?: readonly Filter[];
  readonly $or?: readonly Filter[];
  readonly $not?: Filter;
} & {
  readonly [field: string]:
    | string
    | number
    | boolean
    | Condition
    | readonly Filter[]
    | Filter
    | undefined;
};

/**
 * All of them hold. Of a list `$eq` and `$in` ask whether one of its texts is so. A field that is
 * absent passes `$ne`, `$nin` and `$exists: false` alone.
 */
export interface Condition {
  readonly $eq?: string | number | boolean;
  readonly $ne?: string | number | boolean;
  readonly $in?: readonly (string | number | boolean)[];
  readonly $nin?: readonly (string | number | boolean)[];
  readonly $gt?: number | string;
  readonly $gte?: number | string;
  readonly $lt?: number | string;
  readonly $lte?: number | string;
  readonly $exists?: boolean;
}

/**
 * How candidates are found and put in order; `auto` takes the first that the index has for the
 * query.
 */
export type Rank = 'auto' | 'neighbours' | 'cosine' | 'hamming' | 'bucket';

/**
 * What two items have to do with each other: they occur together, they occur with the same others,
 * their vectors or codes are near, or they are linked or likely to be.
 */
export type Relation = 'goes with' | 'is like' | 'near' | 'related';

/**
 * What is used of an AbortSignal, which only the types of browsers and of Node know: a program that
 * has neither compiles with this package too.
 */
export interface QuerySignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** Exactly one of id, vector, text, code and positive. */
export interface Query {
  id?: string;
  vector?: ArrayLike<number>;
  text?: string;
  /** Of table 0, or `{ table, code }`. */
  code?: string | { table: number; code: string };
  /** Items that the answers shall be like, and those that they shall not. */
  positive?: readonly string[];
  negative?: readonly string[];
  /** 10 when absent; 1 to 10,000. */
  topK?: number;
  rank?: Rank;
  /**
   * `related`, else `is like` when absent, where the item has it; the others fill what is short.
   */
  relation?: Relation;
  /**
   * Of lists: true for matches that are linked with the item in the corpus itself, false for those
   * that are not yet, which is what to recommend.
   */
  known?: boolean;
  /** Items that are looked at where codes rank; 200 when absent, never fewer than topK. */
  candidates?: number;
  /** Of codes: bits in any table; as far as `candidates` need when absent. */
  radius?: number;
  /** Of an index whose payloads have fields: what each match passes. */
  filter?: Filter;
  minScore?: number;
  /** What comes along with each match; a round of reads more for an index that is not warm. */
  include?: readonly ('payload' | 'code')[];
  /** Ids that no match shall have. */
  exclude?: readonly string[];
  /** An AbortSignal. */
  signal?: QuerySignal;
}

export interface Match {
  id: string;
  /** Higher is nearer; comparable within an index and a relation. */
  score: number;
  relation: Relation;
  /** Of lists: whether the two are linked in the corpus itself. */
  known?: boolean;
  /** Bits that differ over all tables that were asked, where codes rank. */
  distance?: number;
  payload?: Payload | string;
  code?: string[];
}

export interface Usage {
  /** Ranged reads. */
  requests: number;
  bytes: number;
  /** Reads that waited for one another. */
  rounds: number;
  candidates: number;
  /** Reads that the cache answered. */
  cached: number;
  ms: number;
}

export interface QueryAnswer {
  /** Best first. */
  matches: Match[];
  /**
   * False where there are fewer than topK matches, whatever the reason, and where a filter let so
   * few items through that nearer ones may lie beyond those that were looked at.
   */
  complete: boolean;
  /** How the matches were found. */
  rank: Exclude<Rank, 'auto'>;
  version: number;
  usage: Usage;
  /** Why there is no such item; absent where there is. */
  missing?: MissingItem;
}

export interface MissingItem {
  id: string;
  /**
   * `common`: one of the most common words, which are left out; `length`: a word of fewer or more
   * letters than the corpus was read for; `number`: one that begins with a digit, where these are
   * left out; `unknown`: never seen, or too rarely.
   */
  reason: 'unknown' | 'common' | 'length' | 'number';
  /** Of `unknown`, where it is known: it was never seen, or fewer times than this. */
  minimumCount?: number;
  /** Of `length`: the fewest letters and the most. */
  lengths?: readonly [least: number, most: number];
  /** That this is no id of the index but may be a text, which the index can be asked by. */
  askBy?: 'text';
  /**
   * Keys of the index that look like it, the nearest first: of two-sided pairs the id with the name
   * of a side before it; others of a small or loaded index alone.
   */
  spellings: string[];
}

/** An item of the index by its id. */
export interface FetchedItem {
  id: string;
  /** Its codes, table by table, in hexadecimal. */
  code: string[];
  payload?: Payload | string;
}

export interface ListOptions {
  /** Of the ids. */
  prefix?: string;
  /** Ids of a page; 100 when absent, 1 to 10,000. */
  limit?: number;
  /** Where to go on: the cursor of an earlier page. */
  cursor?: string;
}

export interface ListPage {
  /** In the order of the index: words by their bytes, ids as numbers. */
  ids: string[];
  /** Of the next page; absent on the last. */
  cursor?: string;
}

export interface IndexStats {
  index: string;
  version: number;
  kind: 'word' | 'id';
  items: number;
  tables: number;
  bits: number;
  payloads: boolean;
  /** Where payloads have fields: their types. */
  fields?: Readonly<Record<string, FieldType>>;
  /** What it can be asked by. */
  askedBy: ('id' | 'positive' | 'code' | 'vector' | 'text')[];
  /** Whether ranked lists of neighbours lie beside the codes. */
  lists: boolean;
  /** Whether the vectors themselves do, for the cosine. */
  vectors: boolean;
  /** Of all parts of the version. */
  bytes: number;
  /** Of those of them that are in memory; 0 before `load` or `warm`. */
  heldBytes: number;
}

export interface Explanation {
  /** What was done, step by step. */
  steps: string[];
  answer: QueryAnswer;
}

export interface RecallOptions {
  /** Items that are asked, chosen at even distances; 100 when absent. */
  queries?: number;
  topK?: number;
  candidates?: number;
}

export interface RecallReport {
  /** Items that were asked. */
  queries: number;
  topK: number;
  /**
   * What they were asked by: `vector` where the index has vectors in cells, else `code`. Words have
   * no vectors there: what is right of their lists, no file of the index can tell.
   */
  by: 'vector' | 'code';
  /**
   * Of the topK that are nearest among all items, the share that the search finds. For `vector`
   * nearest is the cosine of the rounded vectors, searched as `query` does now: where they lie, or
   * in memory after `warm`. For `code` it is Hamming distance over all codes.
   */
  recall: number;
  /**
   * For `vector`, where there are lists: the share of those nearest in the first topK of `near`.
   */
  listRecall?: number;
  /** The share of items that get topK matches as `query({ id })` is asked without more. */
  answered: number;
  /** Milliseconds of such a query. */
  p50Ms: number;
  p99Ms: number;
}
