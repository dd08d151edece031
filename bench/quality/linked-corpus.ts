import { copyFileSync, createReadStream, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { loadLinkGraph } from '../../activities/affinity/load-link-graph.ts';
import { openStore } from '../../store/open-store.ts';
import { countInProcess } from '../corpus/count-in-process.ts';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { readParquet } from '../../sources/parquet/read-parquet.ts';
import { RowReader } from '../../sources/parquet/row-reader.ts';

/** Links of items with their weights: of one set, or of two whose second begins at `split`. */
export interface LinkedCorpus {
  size: number;
  split?: number;
  /** left < right; each pair once. */
  left: Int32Array;
  right: Int32Array;
  weight: Float32Array;
}

/** The words of a third of the books that no setting was chosen on, by the stages themselves. */
export async function wordsOfBooks(books: string, folder: string): Promise<LinkedCorpus> {
  const place = join(folder, 'books');
  mkdirSync(place);
  for (const name of readdirSync(books))
    if (/[0369]\.txt\.gz$/.test(name)) copyFileSync(join(books, name), join(place, name));
  return await wordsOf({ path: pathToFileURL(place).href }, 20, folder);
}

/** The words of 20 Newsgroups, on which no setting of codes was chosen. */
export async function wordsOfNews(file: string, folder: string): Promise<LinkedCorpus> {
  return await wordsOf({ path: pathToFileURL(file).href, format: 'jsonl' }, 8, folder);
}

async function wordsOf(
  source: { path: string; format?: 'jsonl' },
  minimumCount: number,
  folder: string,
): Promise<LinkedCorpus> {
  const store = pathToFileURL(join(folder, 'store')).href;
  const { lists } = await countInProcess({
    configuration: {
      index: 'bench',
      store,
      source,
      vocabulary: { minimumCount },
      // The D that the goals of answers were set on.
      affinity: { minimumWeight: 1.7, top: 100 },
      neighbours: { top: 1, factors: 0 },
    } as never,
    toLists: true,
  });
  const { offsets, columns, roots } = await loadLinkGraph(
    openStore(store),
    { ...lists!.input, postings: 2 ** 31 },
    () => undefined,
  );
  const left: number[] = [];
  const right: number[] = [];
  const weight: number[] = [];
  for (let row = 0; row + 1 < offsets.length; row++)
    for (let at = offsets[row]!; at < offsets[row + 1]!; at++) {
      if (columns[at]! < row) continue;
      left.push(row);
      right.push(columns[at]!);
      weight.push(Math.exp(roots[at]! ** 2) - 1);
    }
  return {
    size: offsets.length - 1,
    left: Int32Array.from(left),
    right: Int32Array.from(right),
    weight: Float32Array.from(weight),
  };
}

/** Reports and the terms in them: the 500 terms of TMC but those in more than a quarter. */
export async function reportsByTerms(file: string): Promise<LinkedCorpus> {
  const bytes = readFileSync(file);
  const range = (from: number, to: number) => Promise.resolve(bytes.subarray(from, to));
  const opened = { uri: file, size: bytes.length, range };
  const rules = {
    invalidUtf8: 'fail',
    nulBytes: 'fail',
    longestLine: Number.POSITIVE_INFINITY,
    maximumRatio: 1000,
  } as const;
  const counts: Map<string, number>[] = [];
  const wanted = [{ name: 'terms', kind: 'ids', key: 'documents.terms' }] as const;
  for await (const batch of readParquet(opened, wanted, rules)) {
    const reader = new RowReader(batch, file, rules);
    for (; reader.at < batch.rows; reader.at++)
      counts.push(new Map(reader.ids(0).map((term) => [term, 1])));
  }
  return linkedBy(counts, 1, 0.25);
}

/**
 * Stories of Reuters-21578 and the words in them, how often: words of 5 stories to a tenth of all.
 */
export async function storiesByWords(file: string): Promise<LinkedCorpus> {
  const counts: Map<string, number>[] = [];
  for await (const line of createInterface({
    input: createReadStream(file).pipe(createGunzip()),
  })) {
    const { split, title, text } = JSON.parse(line) as Record<string, string>;
    if (split !== 'train' && split !== 'test') continue;
    const words = new Map<string, number>();
    for (const [word] of `${title ?? ''} ${text}`.toLowerCase().matchAll(/[a-z][a-z']{2,}/g))
      words.set(word, (words.get(word) ?? 0) + 1);
    counts.push(words);
  }
  return linkedBy(counts, 5, 0.1);
}

function linkedBy(
  documents: readonly Map<string, number>[],
  least: number,
  mostShare: number,
): LinkedCorpus {
  const frequency = new Map<string, number>();
  for (const words of documents)
    for (const word of words.keys()) frequency.set(word, (frequency.get(word) ?? 0) + 1);
  const kept = [...frequency]
    .filter(([, count]) => count >= least && count <= mostShare * documents.length)
    .map(([word]) => word)
    .toSorted();
  const numbers = new Map(kept.map((word, number) => [word, documents.length + number]));
  const left: number[] = [];
  const right: number[] = [];
  const weight: number[] = [];
  for (const [document, words] of documents.entries())
    for (const [word, count] of words) {
      const number = numbers.get(word);
      if (number === undefined) continue;
      left.push(document);
      right.push(number);
      weight.push(count);
    }
  return {
    size: documents.length + kept.length,
    split: documents.length,
    left: Int32Array.from(left),
    right: Int32Array.from(right),
    weight: Float32Array.from(weight),
  };
}
