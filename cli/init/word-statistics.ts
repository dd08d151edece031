import { buildDictionary } from '../../kernels/words/build-dictionary.ts';
import { configuration } from '../../schemas/configuration.ts';
import { tokenise } from '../../sources/text/tokenise.ts';

/** The words of a sample of texts. */
export interface WordStatistics {
  /** Words, each as often as it stands there. */
  tokens: number;
  /** Texts. */
  documents: number;
  /** Different words. */
  words: number;
  /** Of the words that are more than one in so many of all, the most common first. */
  frequent: FrequentWord[];
  /**
   * Words of one letter, of these those of the Latin alphabet; each as often as it stands there.
   */
  letters: number;
  latinLetters: number;
}

export interface FrequentWord {
  count: number;
  /** How many times more passages it would be in if it were spread evenly (Poisson). */
  unevenness: number;
}

/** So many words that stand together are a passage. */
const PASSAGE = 1000;

/** What the tokeniser finds in texts, with its default settings. */
export function wordStatistics(
  texts: Iterable<string | Uint8Array>,
  oneIn: number,
): WordStatistics {
  const dictionary = buildDictionary();
  const tokeniser = tokenise(configuration.shape.tokens.parse({}), dictionary);
  let documents = 0;
  let passages = 0;
  let passageStart = 0;
  const endPassage = (): void => {
    dictionary.endDocument();
    passages += 1;
    passageStart = dictionary.size();
  };
  for (const text of texts) {
    documents += 1;
    tokeniser.push(typeof text === 'string' ? Buffer.from(text, 'utf8') : text);
    tokeniser.end();
    if (dictionary.size() - passageStart >= PASSAGE) endPassage();
  }
  if (dictionary.size() > passageStart || passages === 0) endPassage();
  const tokens = dictionary.size();
  const { words, counts, documents: holding } = dictionary.finish().dictionary;
  const ids = [...counts.keys()];
  const frequent = ids
    .filter((id) => counts[id]! * oneIn > tokens)
    .toSorted((a, b) => counts[b]! - counts[a]!)
    .map((id): FrequentWord => {
      const evenly = passages * (1 - Math.exp(-counts[id]! / passages));
      return { count: counts[id]!, unevenness: evenly / holding[id]! };
    });
  let letters = 0;
  let latinLetters = 0;
  for (const id of ids) {
    const [from, to] = [words.offsets[id]!, words.offsets[id + 1]!];
    if (to - from > MOST_LETTER_BYTES) continue;
    const word = Buffer.from(words.bytes.subarray(from, to)).toString('utf8');
    if (!/^.$/su.test(word)) continue;
    letters += counts[id]!;
    if (LATIN.test(word)) latinLetters += counts[id]!;
  }
  return { tokens, documents, words: counts.length, frequent, letters, latinLetters };
}

const MOST_LETTER_BYTES = 4;
const LATIN = /^\p{Script=Latin}$/u;
