import { LimitError } from '../limit-error.ts';
import { orderWords, sortWords } from './sort-words.ts';
import { type Utf8Words, wordTable } from './word-table.ts';

/** Words with their counts; a word's id is its place. */
export interface Dictionary {
  /** In code-point order, each once. */
  words: string[];
  /** Occurrences of each word; integers. */
  counts: Float64Array;
  /** Documents each word occurs in; integers. */
  documents: Float64Array;
}

/** A dictionary whose words are bytes: in their order, which is that of code points. */
export interface Utf8Dictionary extends Omit<Dictionary, 'words'> {
  words: Utf8Words;
}

/** The tokens of some documents, by ids of their own dictionary. */
export interface Shard {
  dictionary: Utf8Dictionary;
  /** Ids; -1 for a dropped token, which keeps its place. */
  tokens: Int32Array;
  /** Row r is tokens [rowOffsets[r], rowOffsets[r + 1]): a document, or a sentence of one. */
  rowOffsets: Int32Array;
  documents: number;
}

export interface DictionaryBuilder {
  /** The next token: the word in bytes [from, to). */
  add(bytes: Uint8Array, from: number, to: number): void;
  /** The next token is dropped. */
  drop(): void;
  /** The tokens since the last row's end are a row; none is made of no tokens. */
  endSentence(): void;
  /**
   * The document of the tokens since the last call is whole. It ends a row, an empty one where the
   * document has no tokens.
   */
  endDocument(): void;
  /** Tokens so far. */
  size(): number;
  /**
   * Gives ids in word order. Tokens after the last document's end are an error. The builder is done
   * with.
   */
  finish(): Shard;
}

const MAX_TOKENS = 0x7fff_ffff;

/**
 * Collects documents into a shard. Throws LimitError at 2^31 tokens, or where the words pass what a
 * table of words holds.
 */
export function buildDictionary(): DictionaryBuilder {
  const table = wordTable();
  let counts = new Float64Array(1024);
  let documents = new Float64Array(1024);
  /** The latest document that each word occurs in, from 1. */
  let latest = new Int32Array(1024);
  let document = 1;
  let tokens = new Int32Array(1 << 15);
  let length = 0;
  const rows = numberRows();

  function add(bytes: Uint8Array, from: number, to: number): void {
    if (length === tokens.length) tokens = growTokens(tokens);
    const id = table.add(bytes, from, to);
    if (id === counts.length) growCounts();
    counts[id] += 1;
    if (latest[id] !== document) {
      latest[id] = document;
      documents[id] += 1;
    }
    tokens[length++] = id;
  }

  function growCounts(): void {
    const [moreCounts, moreDocuments, moreLatest] = [
      new Float64Array(2 * counts.length),
      new Float64Array(2 * counts.length),
      new Int32Array(2 * counts.length),
    ];
    moreCounts.set(counts);
    moreDocuments.set(documents);
    moreLatest.set(latest);
    counts = moreCounts;
    documents = moreDocuments;
    latest = moreLatest;
  }

  function drop(): void {
    if (length === tokens.length) tokens = growTokens(tokens);
    tokens[length++] = -1;
  }

  function endDocument(): void {
    rows.endDocument(length);
    document += 1;
  }

  function finish(): Shard {
    return orderShard(
      { words: table.words(), counts, documents },
      tokens.slice(0, length),
      rows.finish(length),
    );
  }

  return {
    add,
    drop,
    endSentence: () => rows.endSentence(length),
    endDocument,
    size: () => length,
    finish,
  };
}

/** Twice as much room for tokens. */
export function growTokens(tokens: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  if (tokens.length === MAX_TOKENS)
    throw new LimitError(`a shard of more than ${MAX_TOKENS} tokens; split the file`);
  const larger = new Int32Array(Math.min(2 * tokens.length, MAX_TOKENS));
  larger.set(tokens);
  return larger;
}

/** Where the rows of a shard end. */
export function numberRows() {
  let offsets = new Int32Array(16);
  let rows = 0;
  let documents = 0;
  let documentStart = 0;

  function endRow(length: number): void {
    if (rows + 1 === offsets.length) {
      const larger = new Int32Array(2 * offsets.length);
      larger.set(offsets);
      offsets = larger;
    }
    offsets[++rows] = length;
  }

  return {
    endSentence(length: number): void {
      if (length > offsets[rows]) endRow(length);
    },
    endDocument(length: number): void {
      if (length > offsets[rows] || length === documentStart) endRow(length);
      documentStart = length;
      documents += 1;
    },
    /** Throws RangeError where tokens follow the last document's end. */
    finish(length: number): { rowOffsets: Int32Array; documents: number } {
      if (offsets[rows] !== length || documentStart !== length)
        throw new RangeError(`${length - documentStart} tokens after the last document's end`);
      return { rowOffsets: offsets.slice(0, rows + 1), documents };
    },
  };
}

/**
 * Words in the order of arrival, with their counts; `tokens` by these ids, which are put in word
 * order in place.
 */
function orderShard(
  arrived: { words: Utf8Words; counts: ArrayLike<number>; documents: ArrayLike<number> },
  tokens: Int32Array,
  rows: { rowOffsets: Int32Array; documents: number },
): Shard {
  const order = sortWords(arrived.words);
  const places = new Int32Array(order.length);
  const dictionary = {
    words: orderWords(arrived.words, order),
    counts: new Float64Array(order.length),
    documents: new Float64Array(order.length),
  };
  for (let to = 0; to < order.length; to++) {
    places[order[to]] = to;
    dictionary.counts[to] = arrived.counts[order[to]];
    dictionary.documents[to] = arrived.documents[order[to]];
  }
  for (let at = 0; at < tokens.length; at++) if (tokens[at] >= 0) tokens[at] = places[tokens[at]];
  return { dictionary, tokens, ...rows };
}
