import { compareCodePoints } from './code-point-order.ts';

/** Words with their counts; a word's id is its place. */
export interface Dictionary {
  /** In code-point order, each once. */
  words: string[];
  /** Occurrences of each word; integers. */
  counts: Float64Array;
  /** Documents each word occurs in; integers. */
  documents: Float64Array;
}

/** The tokens of some documents, by ids of their own dictionary. */
export interface Shard {
  dictionary: Dictionary;
  /** Ids; -1 for a dropped token, which keeps its place. */
  tokens: Int32Array;
  /** Document d is tokens [documentOffsets[d], documentOffsets[d + 1]). */
  documentOffsets: Int32Array;
}

export interface DictionaryBuilder {
  /** The next token; undefined for a dropped one. */
  add(word: string | undefined): void;
  /** The document of the tokens since the last call is whole; it may be empty. */
  endDocument(): void;
  /** Tokens so far. */
  size(): number;
  /** Gives ids in word order. Tokens after the last document's end are an error. The builder is empty again. */
  finish(): Shard;
}

const MOST_TOKENS = 0x7fff_ffff;
/** What a Map holds at most. */
const MOST_WORDS = 2 ** 24;

/** Collects documents into a shard. Throws RangeError at 2^31 tokens or more than 2^24 distinct words. */
export function buildDictionary(): DictionaryBuilder {
  let ids = new Map<string, number>();
  let counts: number[] = [];
  let documents: number[] = [];
  let latest: number[] = [];
  let tokens = new Int32Array(1024);
  let length = 0;
  let offsets = [0];

  function add(word: string | undefined): void {
    if (length === tokens.length) tokens = grown(tokens);
    if (word === undefined) {
      tokens[length++] = -1;
      return;
    }
    const id = ids.get(word) ?? insert(word);
    counts[id] += 1;
    if (latest[id] !== offsets.length) {
      latest[id] = offsets.length;
      documents[id] += 1;
    }
    tokens[length++] = id;
  }

  function insert(word: string): number {
    const id = ids.size;
    if (id === MOST_WORDS) throw new RangeError(`a shard of more than ${MOST_WORDS} distinct words; split the file`);
    ids.set(detached(word), id);
    counts.push(0);
    documents.push(0);
    latest.push(0);
    return id;
  }

  function finish(): Shard {
    const last = offsets[offsets.length - 1];
    if (last !== length) throw new RangeError(`${length - last} tokens after the last document's end`);
    const words = [...ids.keys()].sort(compareCodePoints);
    const sorted = new Int32Array(words.length);
    const dictionary = { words, counts: new Float64Array(words.length), documents: new Float64Array(words.length) };
    for (let to = 0; to < words.length; to++) {
      const from = ids.get(words[to]) as number;
      sorted[from] = to;
      dictionary.counts[to] = counts[from];
      dictionary.documents[to] = documents[from];
    }
    const shard = { dictionary, tokens: tokens.slice(0, length), documentOffsets: Int32Array.from(offsets) };
    for (let i = 0; i < length; i++) if (shard.tokens[i] >= 0) shard.tokens[i] = sorted[shard.tokens[i]];
    ids = new Map();
    counts = [];
    documents = [];
    latest = [];
    tokens = new Int32Array(1024);
    length = 0;
    offsets = [0];
    return shard;
  }

  return { add, endDocument: () => void offsets.push(length), size: () => length, finish };
}

function grown(tokens: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  if (tokens.length === MOST_TOKENS) throw new RangeError(`a shard of more than ${MOST_TOKENS} tokens; split the file`);
  const larger = new Int32Array(Math.min(2 * tokens.length, MOST_TOKENS));
  larger.set(tokens);
  return larger;
}

/** The same word with characters of its own: V8 lets a slice of a text keep all of the text alive. */
function detached(word: string): string {
  // Shorter slices are copies.
  if (word.length < 13) return word;
  let copy = '';
  for (let at = 0; at < word.length; at += 64) {
    const units: number[] = [];
    for (let i = at; i < word.length && i < at + 64; i++) units.push(word.charCodeAt(i));
    copy += String.fromCharCode(...units);
  }
  return copy;
}
