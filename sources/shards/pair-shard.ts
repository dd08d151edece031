import { collectPairs, PAIR_SCALE, type PairRun } from '../../kernels/affinity/collect-pairs.ts';
import { LimitError } from '../../kernels/limit-error.ts';
import { toInt64 } from '../../kernels/numbers/int64.ts';
import { Failure } from '../../schemas/failures.ts';
import { PAIRS } from '../../schemas/tables.ts';
import { expectedFile, openSource } from '../open-source.ts';
import { readPairs } from '../read-pairs.ts';
import { rowKeeper } from '../row-keeper.ts';
import { openRecords } from '../text/read-lines.ts';
import { type Shard, type ShardKind, shardTable } from './shard.ts';
import { dictionaryTable, NO_TOKENS } from './token-tables.ts';

/** Pairs between two tellings of progress. */
const TELL_EVERY = 4096;

const NO_PAIRS: PairRun = {
  dictionary: NO_TOKENS.dictionary,
  rows: new Int32Array(0),
  columns: new Int32Array(0),
  sums: new Float64Array(0),
  pairs: 0,
  loops: 0,
};

/** Pairs with weights, summed and sorted, and a dictionary of their ids. Rows: pairs as read. */
export const pairShard: ShardKind = {
  parameters: ({ source: { columns, sides, delimiter, header } }) => ({
    columns,
    sides,
    delimiter,
    header,
  }),
  async read(file, { source }, { openStore, onProgress }) {
    const pairs = collectPairs();
    const opened = openSource(file, openStore);
    const expected = expectedFile(file);
    const records = await openRecords(expected, opened.stream(), source, opened.range);
    const rows = rowKeeper(source);
    let read = 0;
    for await (const { left, right, weight } of readPairs(records, source, rows)) {
      pairs.add(Buffer.from(left, 'utf8'), Buffer.from(right, 'utf8'), weight);
      if (++read % TELL_EVERY === 0) onProgress(pairs.size());
    }
    await opened.checkUnchanged();
    const run = withinLimits(file.uri, () => pairs.finish());
    return { ...pairTables(run, rows.replaced), bad: rows.finish(file.uri) };
  },
  empty: () => pairTables(NO_PAIRS, 0),
};

/** Sums that cannot be held are the fault of this file's weights. */
function withinLimits(uri: string, finish: () => PairRun): PairRun {
  try {
    return finish();
  } catch (error) {
    if (!(error instanceof LimitError)) throw error;
    throw new Failure('DataError', `${uri}: ${error.message}; scale the weights down`, {
      cause: error,
    });
  }
}

function pairTables(
  { dictionary, rows, columns, sums, pairs, loops }: PairRun,
  replaced: number,
): Shard {
  const table = { row: rows, column: columns, sum: toInt64(sums) };
  return {
    tables: [shardTable('pairs.parquet', PAIRS, table), dictionaryTable(dictionary)],
    rows: pairs,
    facts: {
      documents: pairs,
      words: dictionary.counts.length,
      replaced,
      loops,
      scale: PAIR_SCALE,
    },
  };
}
