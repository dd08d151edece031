import type { Shard as TokenShard, Utf8Dictionary } from '../../kernels/words/build-dictionary.ts';
import { toInt64 } from '../../kernels/numbers/int64.ts';
import { DICTIONARY, TOKENS } from '../../schemas/tables.ts';
import { type Shard, shardTable, type ShardTable } from './shard.ts';

/** Ids of no words, in no documents. */
export const NO_TOKENS: TokenShard = {
  dictionary: {
    words: { offsets: new Int32Array(1), bytes: new Uint8Array(0) },
    counts: new Float64Array(0),
    documents: new Float64Array(0),
  },
  tokens: new Int32Array(0),
  rowOffsets: new Int32Array(1),
  documents: 0,
};

/** Rows: tokens. `replaced`: invalid UTF-8 sequences that became U+FFFD. */
export function tokenTables(
  { dictionary, tokens, rowOffsets, documents }: TokenShard,
  replaced: number,
): Shard {
  const columns = { tokens: { offsets: rowOffsets, values: tokens } };
  return {
    tables: [shardTable('tokens.parquet', TOKENS, columns), dictionaryTable(dictionary)],
    rows: tokens.length,
    facts: { documents, words: dictionary.counts.length, replaced },
  };
}

export function dictionaryTable({ words, counts, documents }: Utf8Dictionary): ShardTable {
  const columns = { word: words, count: toInt64(counts), documents: toInt64(documents) };
  return shardTable('dictionary.parquet', DICTIONARY, columns);
}
