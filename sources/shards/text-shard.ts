import { buildDictionary } from '../../kernels/words/build-dictionary.ts';
import { scanWords } from '../../kernels/words/scan-words.ts';
import { expectedFile, openSource } from '../open-source.ts';
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
    let replaced = 0;
    for await (const piece of readDocuments(expectedFile(file), opened.stream(), source, range)) {
      tokeniser.push(piece.bytes);
      replaced += piece.replaced;
      if (piece.endsDocument) {
        tokeniser.end();
        dictionary.endDocument();
      }
      onProgress(dictionary.size());
    }
    await opened.checkUnchanged();
    return tokenTables(dictionary.finish(), replaced);
  },
  empty: () => tokenTables(NO_TOKENS, 0),
};
