/**
 * The columns of every Parquet part, by name; no column holds nulls.
 * Rows of D, of counts and of dictionaries are sorted; ids follow word order.
 */

/**
 * `list`: files.parquet, sorted by URI and start: a row a shard, the lines of the file that begin
 * in bytes [start, end); size: of the file.
 */
export const FILES = {
  uri: 'utf8',
  size: 'int64',
  start: 'int64',
  end: 'int64',
  modifiedMs: 'float64',
  etag: 'utf8',
  identity: 'utf8',
} as const;

/**
 * `dictionary`: skipped.parquet: the files that were left out (`source.badFiles: skip`), and why.
 */
export const SKIPPED = { uri: 'utf8', reason: 'utf8' } as const;

/**
 * `ingest`, `dictionary`, `weigh`, `encode`: skipped-rows.parquet: rows that were left out
 * (`source.badRows: skip`); the reason says file and row.
 */
export const SKIPPED_ROWS = { reason: 'utf8' } as const;

/**
 * `ingest`: tokens.parquet, a row a document, or with `tokens.sentences` a sentence (an empty
 * document: an empty row); a token is an id of the shard's dictionary, or -1 for a dropped word.
 */
export const TOKENS = { tokens: 'list<int32>' } as const;

/**
 * `ingest` of pairs: pairs.parquet, sorted by (row, column), row < column, ids of the shard's
 * dictionary; sum in units of 1 / scale.
 */
export const PAIRS = { row: 'int32', column: 'int32', sum: 'int64' } as const;

/**
 * `ingest`: dictionary.parquet; `dictionary`: dictionary-NNNNN.parquet: in word order; id = row.
 */
export const DICTIONARY = { word: 'utf8', count: 'int64', documents: 'int64' } as const;

/** `common`: words.parquet in word order. */
export const COMMON = { word: 'utf8' } as const;

/** `vocabulary`: vocabulary.parquet in word order; id = row. */
export const VOCABULARY = { word: 'utf8', count: 'int64', documents: 'int64' } as const;

/** `group`: groups.parquet: each file by the key of its tokens, sorted by group. */
export const GROUPS = { group: 'int32', key: 'utf8' } as const;

/** `count`: words.parquet in word order; the run's ids are its rows. */
export const WORDS = { word: 'utf8' } as const;

/**
 * `count`: run.parquet, ids of words.parquet; `merge`: rows.parquet, ids of the vocabulary;
 * `filter`: kept.parquet, likewise: sorted by (row, column), row <= column; sum in units of 1 /
 * scale.
 */
export const RUN = { row: 'int32', column: 'int32', sum: 'int64' } as const;

/**
 * `count`: run-rows.parquet, `merge`: rows-rows.parquet: the rows of a table of counts that have
 * entries, and where those end.
 */
export const RUN_ROWS = { row: 'int32', end: 'float64' } as const;

/**
 * `count`: run-blocks.parquet, `merge`: rows-blocks.parquet: where the coded columns and sums of
 * each row group lie, in bytes, and their CRC-32.
 */
export const BLOCKS = {
  entries: 'int64',
  columnsAt: 'int64',
  columnsBytes: 'int64',
  columnsCrc: 'int64',
  sumsAt: 'int64',
  sumsBytes: 'int64',
  sumsCrc: 'int64',
} as const;

/**
 * `merge`: marginals.parquet; the sum of each row of F (of a range: what it adds to them), id =
 * row.
 */
export const MARGINALS = { marginal: 'int64' } as const;

/**
 * `filter`: affinity.parquet; `hold-out`: training.parquet: the nonzeros of D, both orders, sorted.
 */
export const AFFINITY = { row: 'int32', column: 'int32' } as const;

/** `hold-out`: held-out.parquet: left < right, sorted. */
export const HELD_OUT = { left: 'int32', right: 'int32' } as const;

/** `mine`: negatives.parquet: hard negatives of a range of rows, sorted. */
export const NEGATIVES = { row: 'int32', column: 'int32' } as const;

/**
 * `relate`, `relate-documents`, `relate-vectors`: lists.parquet: the ranked lists of a range of
 * rows, sorted by (row, relation), a list without entries left out; relation: 1 goes with, 2 is
 * like, 3 near; scale: its largest score, of near 1 - its least.
 */
export const LISTS = {
  row: 'int32',
  relation: 'int32',
  size: 'int32',
  scale: 'float32',
} as const;

/**
 * `relate`, `relate-documents`, `relate-vectors`: neighbours.parquet: the entries of all lists in
 * their order, `size` of each; within a list neighbours rise. score: 1 to 255, scoreOfByte of
 * format/neighbour-lists.ts; known: 1 where D has the link.
 */
export const LIST_ENTRIES = { neighbour: 'int32', score: 'int32', known: 'int32' } as const;

/** `train`: curve.parquet. */
export const CURVE = { epoch: 'int32', loss: 'float64', pairs: 'float64' } as const;

/**
 * `binarize`: codes.parquet, L rows an item; `survey`: moves.parquet, without rows; sorted by
 * (item, table); code: most significant bit first.
 */
export const codes = (bits: number) =>
  ({ item: 'int32', table: 'int32', code: `binary(${bits / 8})` }) as const;

/**
 * `evaluate`: candidates.parquet: ways to look up, and what they find of the nearest embeddings and
 * of D.
 */
export const CANDIDATES = {
  tables: 'int32',
  bits: 'int32',
  radius: 'int32',
  candidates: 'float64',
  recall: 'float64',
  recallOfD: 'float64',
} as const;

/**
 * `answers`: answers.parquet: shares of what was sought that a way of answering finds: held-out
 * links of words, sequences and pairs, the exact nearest of documents and vectors. `weighing` is
 * uniform, fair, matched, labels, `nearest N` (so many in place of 10) or
 * `degree N`, N the least number of links of the class; `cut` the
 * answers that are looked at; `bytes` an item and `rounds` of reads a query, -1 where not known.
 */
export const ANSWERS = {
  way: 'utf8',
  weighing: 'utf8',
  cut: 'int32',
  share: 'float64',
  error: 'float64',
  answers: 'float64',
  empty: 'float64',
  bytes: 'float64',
  rounds: 'float64',
} as const;

/** `encode`: items.parquet in the order of ids; number = row. */
export const ITEM_IDS = { id: 'int64' } as const;
export const ITEM_KEYS = { id: 'utf8' } as const;
/** The column beside them, where items have payloads. */
export const ITEM_PAYLOAD = { payload: 'utf8' } as const;

/**
 * For other methods (`hashloom index data`): items by number, D in both orders, and pairs kept from
 * training.
 */
export const DATA_ITEMS = { number: 'int32', item: 'utf8', count: 'int64' } as const;
export const DATA_TRUTH = { item: 'int32', relevant: 'int32' } as const;
export const DATA_HELD_OUT = { item: 'int32', relevant: 'int32' } as const;

/** Published: codes.parquet sorted by (item, table). */
export const publishedCodes = (bits: number) =>
  ({ item: 'utf8', table: 'int32', code: `binary(${bits / 8})` }) as const;
export const publishedIdCodes = (bits: number) =>
  ({ ...publishedCodes(bits), item: 'int64' }) as const;

/**
 * Published: groups.parquet sorted by (group, item): the clusters, numbered over all tables in the
 * order of buckets.parquet.
 */
export const publishedGroups = { item: 'utf8', group: 'int32', size: 'int32' } as const;
export const publishedIdGroups = { ...publishedGroups, item: 'int64' } as const;

/** Published where items have payloads: payloads.parquet, a row an item, sorted by item. */
export const publishedPayloads = { item: 'utf8', payload: 'utf8' } as const;
export const publishedIdPayloads = { ...publishedPayloads, item: 'int64' } as const;

/**
 * Published: neighbours.parquet sorted by (item, relation, rank): rank from 1, best first; known: 1
 * where the two are linked in the corpus itself.
 */
export const publishedNeighbours = {
  item: 'utf8',
  neighbour: 'utf8',
  rank: 'int32',
  score: 'float32',
  relation: 'utf8',
  known: 'int32',
} as const;
export const publishedIdNeighbours = {
  ...publishedNeighbours,
  item: 'int64',
  neighbour: 'int64',
} as const;

/** Published: buckets.parquet sorted by (table, code); items in word order. */
export const publishedBuckets = (bits: number) =>
  ({ table: 'int32', code: `binary(${bits / 8})`, size: 'int32', items: 'list<utf8>' }) as const;
export const publishedIdBuckets = (bits: number) =>
  ({ ...publishedBuckets(bits), items: 'list<int64>' }) as const;

/**
 * `ingest` of documents: documents.parquet, a row a document in the order of the file; its tokens
 * are the row of tokens.parquet.
 */
export const DOCUMENTS = { id: 'utf8', split: 'utf8', labels: 'list<utf8>' } as const;

/**
 * `ingest` of ready-made sparse vectors: weights.parquet, `weigh`: weights.parquet: the nonzeros,
 * sorted by (row, term).
 */
export const WEIGHTS = { row: 'int32', term: 'int32', weight: 'float32' } as const;

/**
 * `weigh`: documents.parquet in the order of ids; training: 1 or 0; row: its row in
 * weights.parquet.
 */
export const WEIGHED_DOCUMENTS = {
  id: 'utf8',
  training: 'int32',
  row: 'int32',
  labels: 'list<utf8>',
} as const;

/**
 * `weigh`: terms.parquet, the vocabulary in word order; id = row; documents: of the training part
 * that hold it; scale: what a count is multiplied by.
 */
export const TERMS = { term: 'utf8', documents: 'int32', scale: 'float64' } as const;

/**
 * Published with a delta: tombstones.parquet: items of codes.parquet that are gone or have other
 * codes in delta-codes.parquet.
 */
export const TOMBSTONE_KEYS = { item: 'utf8' } as const;
export const TOMBSTONE_IDS = { item: 'int64' } as const;
