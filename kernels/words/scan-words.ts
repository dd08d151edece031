/**
 * The dictionary and the tokens of text, whose words in ASCII are found where they lie
 * (kernels/wasm/words.ts): the tokeniser gives stretches of text, not words, and gets back those
 * that hold more than ASCII. The result is that of buildDictionary over the tokeniser's words.
 */

import { LimitError } from '../limit-error.ts';
import { type DictionaryBuilder, growTokens, numberRows, type Shard } from './build-dictionary.ts';
import { loadWasm, type WasmKernel } from '../load-wasm.ts';
import { type OrderExports, orderScanned } from './order-scanned.ts';

/** As the tokeniser's options are (sources/text/tokenise.ts). */
interface ScanOptions {
  minimumLength: number;
  maximumLength: number;
  numbers: boolean;
  apostrophes: boolean;
}

interface WordScanner extends DictionaryBuilder {
  scanner: {
    /** The text to come is bytes [from, to), at most 64 KiB; both ends are ends of stretches. */
    begin(bytes: Uint8Array, from: number, to: number): void;
    /**
     * Takes the words from byte `at` on, up to a stretch that is not its own, where it returns its
     * place, or `to`.
     */
    next(at: number): number;
  };
}

interface Exports extends OrderExports {
  layout(
    mask: number,
    slots: number,
    hashes: number,
    offsets: number,
    counts: number,
    documents: number,
    latest: number,
    arena: number,
    arenaBytes: number,
  ): void;
  buffers(word: number, plain: number, tokens: number): void;
  begin(minimumLength: number, maximumLength: number, numbers: number, apostrophes: number): void;
  rehash(): void;
  words(): number;
  wordBytes(): number;
  pending(): number;
  takeTokens(): void;
  endDocument(): void;
  hasRoom(bytes: number): number;
  addWord(bytes: number): void;
  drop(): void;
  scan(at: number, to: number): number;
}

/** Bytes scanned at once at most, and of a word. */
const TEXT_BYTES = 65_536;
const SLACK = 64;
const TOKENS = 2 * TEXT_BYTES;
const MIN_WORDS = 1 << 16;
/** The table's arrays are addressed in 32 bits, with room for the rest. */
const MAX_WORDS = 2 ** 26;
const MAX_ARENA = 2 ** 30;

interface Table {
  kernel: WasmKernel<Exports>;
  words: number;
  arenaBytes: number;
  sizes: readonly number[];
  at: Record<
    | 'text'
    | 'word'
    | 'tokens'
    | 'slots'
    | 'hashes'
    | 'offsets'
    | 'counts'
    | 'documents'
    | 'latest'
    | 'arena',
    number
  >;
}

/** Memory of scanners that are done, for the next ones. */
const free: Table[] = [];
const freeTokens: Int32Array<ArrayBuffer>[] = [];
const MAX_KEPT_TOKENS = 2 ** 22;

/**
 * Collects documents into a shard. Throws LimitError at 2^31 tokens, or where the words pass what a
 * table of words holds.
 */
export function scanWords({
  minimumLength,
  maximumLength,
  numbers,
  apostrophes,
}: ScanOptions): WordScanner {
  let table = free.pop() ?? newTable(loadWasm<Exports>('words'), MIN_WORDS, 16 * MIN_WORDS);
  const { exports: kernel } = table.kernel;
  kernel.begin(minimumLength, maximumLength, Number(numbers), Number(apostrophes));
  const rows = numberRows();
  let tokens = freeTokens.pop() ?? new Int32Array(1 << 15);
  let length = 0;
  let memory = new Uint8Array(table.kernel.memory());
  let from = 0;
  let to = 0;

  /** Takes the tokens out of the kernel. */
  function drain(): void {
    const pending = kernel.pending();
    while (length + pending > tokens.length) tokens = growTokens(tokens);
    tokens.set(new Int32Array(memory.buffer, table.at.tokens, pending), length);
    length += pending;
    kernel.takeTokens();
  }

  /** For the tokens and words of a whole text, and `bytes` of a word beside them. */
  function makeRoom(bytes: number): void {
    if (kernel.pending() + TEXT_BYTES + 1 > TOKENS) drain();
    while (kernel.hasRoom(TEXT_BYTES + bytes) === 0) {
      table = grownTable(table);
      memory = new Uint8Array(table.kernel.memory());
    }
  }

  const size = () => length + kernel.pending();

  return {
    scanner: {
      begin(bytes, start, end) {
        from = start;
        to = end;
        makeRoom(0);
        memory.set(bytes.subarray(from, to), table.at.text);
      },
      next(at) {
        const base = table.at.text - from;
        return kernel.scan(base + at, base + to) - base;
      },
    },
    add(bytes, start, end) {
      if (end - start > TEXT_BYTES)
        throw new LimitError(`a word of ${end - start} bytes, at most ${TEXT_BYTES} are taken`);
      makeRoom(end - start);
      memory.set(bytes.subarray(start, end), table.at.word);
      kernel.addWord(end - start);
    },
    drop() {
      if (kernel.pending() + TEXT_BYTES + 1 > TOKENS) drain();
      kernel.drop();
    },
    endSentence() {
      rows.endSentence(size());
    },
    endDocument() {
      rows.endDocument(size());
      kernel.endDocument();
    },
    size,
    finish(): Shard {
      drain();
      const ended = rows.finish(length);
      const all = tokens.slice(0, length);
      const words = {
        count: kernel.words(),
        bytes: kernel.wordBytes(),
        at: table.at,
        laidOut: table.sizes,
        mostTokens: TOKENS,
      };
      const shard = { dictionary: orderScanned(table.kernel, words, all), tokens: all, ...ended };
      free.push(table);
      if (tokens.length <= MAX_KEPT_TOKENS) freeTokens.push(tokens);
      return shard;
    },
  };
}

function newTable(kernel: WasmKernel<Exports>, words: number, arenaBytes: number): Table {
  const names = [
    'text',
    'plain',
    'word',
    'tokens',
    'slots',
    'hashes',
    'offsets',
    'counts',
    'documents',
    'latest',
    'arena',
  ] as const;
  const sizes = [
    TEXT_BYTES + SLACK,
    TEXT_BYTES + SLACK,
    TEXT_BYTES + SLACK,
    4 * TOKENS,
    8 * words,
    4 * words,
    4 * words + 4,
    4 * words,
    4 * words,
    4 * words,
    arenaBytes + SLACK,
  ];
  const starts = kernel.allocate(sizes);
  const at = Object.fromEntries(names.map((name, k) => [name, starts[k]])) as Table['at'] & {
    plain: number;
  };
  kernel.exports.layout(
    2 * words - 1,
    at.slots,
    at.hashes,
    at.offsets,
    at.counts,
    at.documents,
    at.latest,
    at.arena,
    arenaBytes,
  );
  kernel.exports.buffers(at.word, at.plain, at.tokens);
  return { kernel, words, arenaBytes, sizes, at };
}

/** Twice as large. What comes first in memory stays where it is: the text at hand, the tokens. */
function grownTable(table: Table): Table {
  const { kernel, words, arenaBytes, at } = table;
  if (words === MAX_WORDS || arenaBytes === MAX_ARENA)
    throw new LimitError(
      `a shard of more than ${MAX_WORDS} distinct words or ${MAX_ARENA} bytes of them; split ` +
        'the file',
    );
  const names = ['hashes', 'offsets', 'counts', 'documents', 'latest'] as const;
  const known = kernel.exports.words();
  const kept = names.map((name) => new Uint32Array(kernel.memory(), at[name], known + 1).slice());
  const bytes = new Uint8Array(kernel.memory(), at.arena, kernel.exports.wordBytes()).slice();
  const larger = newTable(kernel, 2 * words, 2 * arenaBytes);
  for (const [k, name] of names.entries())
    new Uint32Array(kernel.memory(), larger.at[name], known + 1).set(kept[k]);
  new Uint8Array(kernel.memory(), larger.at.arena, bytes.length).set(bytes);
  kernel.exports.rehash();
  return larger;
}
