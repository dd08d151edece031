import { buildDictionary } from '../../kernels/words/build-dictionary.ts';
import { scanWords } from '../../kernels/words/scan-words.ts';
import { expectedFile, openSource } from '../open-source.ts';
import { rowKeeper } from '../row-keeper.ts';
import { readDocuments } from '../read-documents.ts';
import { tokenise } from '../text/tokenise.ts';
import type { ShardKind } from './shard.ts';
import { NO_TOKENS, tokenTables } from './token-tables.ts';

/** Text to tokens and a dictionary in word order. */
export const textShard: ShardKind = {
  parameters: ({ tokens }) => ({ tokens }),
  async read(file, { source, tokens }, { openStore, onProgress }) {
    const dictionary = tokens.sentences ? buildDictionary() : scanWords(tokens);
    const tokeniser = tokenise(tokens, dictionary);
    const opened = openSource(file, openStore);
    const { range } = opened;
    const rows = rowKeeper(source);
    const expected = expectedFile(file);
    for await (const piece of readDocuments(expected, opened.stream(), source, rows, range)) {
      tokeniser.push(piece.bytes);
      rows.replaced += piece.replaced;
      if (piece.endsDocument) {
        tokeniser.end();
        dictionary.endDocument();
      }
      onProgress(dictionary.size());
    }
    await opened.checkUnchanged();
    return { ...tokenTables(dictionary.finish(), rows.replaced), bad: rows.finish(file.uri) };
  },
  empty: () => tokenTables(NO_TOKENS, 0),
};
