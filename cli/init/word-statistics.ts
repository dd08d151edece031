import { buildDictionary } from '../../kernels/words/build-dictionary.ts';
import { configuration } from '../../schemas/configuration.ts';
import { tokenise } from '../../sources/text/tokenise.ts';

/** The words of a sample of texts. */
export interface WordStatistics {
  /** Words, each as often as it stands there. */
  tokens: number;
  /** Texts. */
  documents: number;
  /** How often each different word stands there. */
  counts: Float64Array;
}

/** What the tokeniser finds in texts, with its default settings. */
export function wordStatistics(texts: Iterable<string | Uint8Array>): WordStatistics {
  const dictionary = buildDictionary();
  const tokeniser = tokenise(configuration.shape.tokens.parse({}), dictionary);
  let documents = 0;
  for (const text of texts) {
    documents += 1;
    tokeniser.push(typeof text === 'string' ? Buffer.from(text, 'utf8') : text);
    tokeniser.end();
    dictionary.endDocument();
  }
  const tokens = dictionary.size();
  return { tokens, documents, counts: Float64Array.from(dictionary.finish().dictionary.counts) };
}
