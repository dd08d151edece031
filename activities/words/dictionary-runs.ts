import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dictionary, Utf8Dictionary } from '../../kernels/words/build-dictionary.ts';
import { toFloat64 } from '../../kernels/numbers/int64.ts';
import { sumDictionaries } from '../../kernels/words/sum-dictionaries.ts';
import { decodeParquet, decodeWords } from '../../store/tables/parquet.ts';
import { decodeUtf8 } from '../../store/tables/utf8-column.ts';
import { encodeDictionary } from '../corpus/dictionary-table.ts';

/** Words in memory at once, about, and words of a piece of a run on disk. */
interface MergeBudget {
  words: number;
  pieceWords: number;
}

/** Of a word: its bytes, its counts, its place in the table. */
const WORD_BYTES = 128;

/**
 * A quarter of it are words that are merged at once, or pieces of runs that are merged; what is
 * being read, written and made of them takes the rest.
 */
export function budgetOf(memoryMiB: number): MergeBudget {
  const words = Math.floor((memoryMiB * 2 ** 20) / WORD_BYTES);
  return { words, pieceWords: Math.max(256, Math.floor(words / 128)) };
}

interface MergedDictionaries {
  /** The merged dictionary in word order, in pieces of any size. */
  pieces: AsyncGenerator<Utf8Dictionary, void, undefined>;
  /** Runs that were written to disk. */
  spilled: () => number;
}

type Pieces = AsyncGenerator<Utf8Dictionary, void, undefined>;

/**
 * The sum of dictionaries that together need not fit in memory: as many as fit are summed at once,
 * what they give is written to a folder as a sorted run, and the runs are merged as streams, in
 * several passes where they are too many. Exact, and the same for any budget. A dictionary of
 * `parts` is in memory whole.
 */
export function mergeInBudget(
  parts: AsyncIterable<Utf8Dictionary>,
  budget: MergeBudget,
): MergedDictionaries {
  const atOnce = budget.words / 4;
  let spilled = 0;
  async function* pieces(): Pieces {
    let folder: string | undefined;
    let runs: string[][] = [];
    const spill = async (run: AsyncIterable<Utf8Dictionary>) => {
      folder ??= await mkdtemp(join(tmpdir(), 'hashloom-dictionary-'));
      runs.push(await writeRun(join(folder, String(spilled++)), run));
    };
    try {
      let sum = sumDictionaries();
      for await (const part of parts) {
        if (sum.size() > 0 && sum.size() + part.counts.length > atOnce) {
          await spill(regrouped([sum.finish()], budget.pieceWords));
          sum = sumDictionaries();
        }
        sum.add(part);
      }
      if (runs.length === 0) {
        yield sum.finish();
        return;
      }
      await spill(regrouped([sum.finish()], budget.pieceWords));
      const most = Math.max(2, Math.floor(atOnce / budget.pieceWords));
      while (runs.length > most) {
        const waiting = runs;
        runs = [];
        for (let at = 0; at < waiting.length; at += most) {
          const group = waiting.slice(at, at + most);
          await spill(regrouped(mergeRuns(group.map(readRun)), budget.pieceWords));
          for (const file of group.flat()) await rm(file);
        }
      }
      yield* mergeRuns(runs.map(readRun));
    } finally {
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    }
  }
  return { pieces: pieces(), spilled: () => spilled };
}

interface Head {
  run: Pieces;
  piece: Utf8Dictionary;
  /** The first word that is not yet merged. */
  from: number;
}

/**
 * Sorted runs in pieces to one: all words up to the smallest last word of the pieces at hand are
 * known, whatever comes behind them. At least one piece is used up in each turn.
 */
async function* mergeRuns(runs: readonly Pieces[]): Pieces {
  let heads: Head[] = [];
  for (const run of runs) heads.push({ run, piece: NOTHING, from: 0 });
  for (;;) {
    const next: Head[] = [];
    for (const head of heads) {
      while (head.from === head.piece.counts.length) {
        const { value, done } = await head.run.next();
        if (done === true || value === undefined) break;
        head.piece = value;
        head.from = 0;
      }
      if (head.from < head.piece.counts.length) next.push(head);
    }
    heads = next;
    if (heads.length === 0) return;
    const bound = heads
      .map(({ piece }) => wordAt(piece, piece.counts.length - 1))
      .reduce((least, word) => (Buffer.compare(word, least) < 0 ? word : least));
    const sum = sumDictionaries();
    for (const head of heads) {
      const from = head.from;
      head.from = endOf(head.piece, from, bound);
      sum.add(slice(head.piece, from, head.from));
    }
    yield sum.finish();
  }
}

const NOTHING: Utf8Dictionary = {
  words: { offsets: new Int32Array(1), bytes: new Uint8Array(0) },
  counts: new Float64Array(0),
  documents: new Float64Array(0),
};

const wordAt = ({ words: { offsets, bytes } }: Utf8Dictionary, at: number): Uint8Array =>
  bytes.subarray(offsets[at], offsets[at + 1]);

/**
 * The place behind the last word that is at most `bound`, in word order, which is that of bytes.
 */
function endOf(piece: Utf8Dictionary, from: number, bound: Uint8Array): number {
  let low = from;
  let high = piece.counts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (Buffer.compare(wordAt(piece, middle), bound) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function slice(
  { words: { offsets, bytes }, counts, documents }: Utf8Dictionary,
  from: number,
  to: number,
): Utf8Dictionary {
  const first = offsets[from]!;
  const words = {
    offsets: offsets.slice(from, to + 1).map((offset) => offset - first),
    bytes: bytes.subarray(first, offsets[to]),
  };
  return { words, counts: counts.slice(from, to), documents: documents.slice(from, to) };
}

/** Pieces that follow one another as one. */
function joined(pieces: readonly Utf8Dictionary[]): Utf8Dictionary {
  const length = pieces.reduce((total, { counts }) => total + counts.length, 0);
  const whole = {
    words: {
      offsets: new Int32Array(length + 1),
      bytes: Buffer.concat(pieces.map(({ words }) => words.bytes)),
    },
    counts: new Float64Array(length),
    documents: new Float64Array(length),
  };
  let at = 0;
  for (const { words, counts, documents } of pieces) {
    const first = whole.words.offsets[at]!;
    for (let k = 1; k < words.offsets.length; k++)
      whole.words.offsets[at + k] = first + words.offsets[k]!;
    whole.counts.set(counts, at);
    whole.documents.set(documents, at);
    at += counts.length;
  }
  return whole;
}

/** The same words in pieces of exactly so many, the last one of the rest. */
export async function* regrouped(
  pieces: AsyncIterable<Utf8Dictionary> | Iterable<Utf8Dictionary>,
  words: number,
): Pieces {
  let held: Utf8Dictionary[] = [];
  let count = 0;
  for await (const piece of pieces) {
    let from = 0;
    while (count + piece.counts.length - from >= words) {
      const to = from + words - count;
      yield joined([...held, slice(piece, from, to)]);
      from = to;
      held = [];
      count = 0;
    }
    if (from < piece.counts.length) {
      held.push(slice(piece, from, piece.counts.length));
      count += piece.counts.length - from;
    }
  }
  if (count > 0) yield joined(held);
}

async function writeRun(prefix: string, pieces: AsyncIterable<Utf8Dictionary>): Promise<string[]> {
  const files: string[] = [];
  for await (const piece of pieces) {
    const file = `${prefix}-${files.length}.parquet`;
    await writeFile(file, await encodeDictionary(piece));
    files.push(file);
  }
  return files;
}

async function* readRun(files: readonly string[]): Pieces {
  for (const file of files) yield await decodeUtf8Dictionary(await readFile(file), file);
}

export async function decodeUtf8Dictionary(
  bytes: Uint8Array,
  where: string,
): Promise<Utf8Dictionary> {
  const { count, documents } = await decodeParquet(
    bytes,
    { count: 'int64', documents: 'int64' } as const,
    where,
  );
  return {
    words: await decodeWords(bytes, 'word', where),
    counts: toFloat64(count),
    documents: toFloat64(documents),
  };
}

export function decodeDictionary(
  { words, counts, documents }: Utf8Dictionary,
  where: string,
): Dictionary {
  return { words: decodeUtf8(words, where), counts, documents };
}
