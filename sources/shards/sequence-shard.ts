import { buildDictionary } from '../../kernels/words/build-dictionary.ts';
import { expectedFile, openSource } from '../open-source.ts';
import { rowKeeper } from '../row-keeper.ts';
import { readSequences } from '../read-sequences.ts';
import { openRecords } from '../text/read-lines.ts';
import type { ShardKind } from './shard.ts';
import { NO_TOKENS, tokenTables } from './token-tables.ts';

/** Records between two tellings of progress. */
const TELL_EVERY = 4096;

/** Lists of ids to tokens and a dictionary in the order of their bytes, a list a document. */
export const sequenceShard: ShardKind = {
  parameters: ({ source: { delimiter } }) => ({ delimiter }),
  async read(file, { source }, { openStore, onProgress }) {
    const dictionary = buildDictionary();
    const opened = openSource(file, openStore);
    const expected = expectedFile(file);
    const records = await openRecords(expected, opened.stream(), source, opened.range);
    const rows = rowKeeper(source);
    let sequences = 0;
    for await (const ids of readSequences(records, source, rows)) {
      for (const id of ids) {
        const bytes = Buffer.from(id, 'utf8');
        dictionary.add(bytes, 0, bytes.length);
      }
      dictionary.endDocument();
      if (++sequences % TELL_EVERY === 0) onProgress(dictionary.size());
    }
    await opened.checkUnchanged();
    return { ...tokenTables(dictionary.finish(), rows.replaced), bad: rows.finish(file.uri) };
  },
  empty: () => tokenTables(NO_TOKENS, 0),
};
