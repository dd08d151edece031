import { createReadStream, copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip, gunzipSync } from 'node:zlib';
import { RandomStream } from '../../kernels/numbers/random.ts';
import { readParquet } from '../../sources/parquet/read-parquet.ts';
import { RowReader } from '../../sources/parquet/row-reader.ts';

/** A collection in two parts: one makes an index, the other asks for its links. */
export interface HalvedCollection {
  /** Folders, in the form in which a person would have them. */
  made: string;
  asked: string;
  /** What was known makes no answer: of pairs, where a link is given or it is not. */
  knownIsNoAnswer: boolean;
}

type Collection = (folder: string) => Promise<HalvedCollection>;

/** By name; `data` holds what docs/results/inputs.md lists. */
export function halvedCollections(data: string): Record<string, Collection> {
  return {
    books: async (folder) => halvedBooks(join(data, 'gutenberg'), folder),
    news: async (folder) => await halvedLines(join(data, '20news.jsonl.gz'), folder),
    stories: async (folder) => await halvedLines(join(data, 'reuters21578.jsonl.gz'), folder),
    reports: async (folder) =>
      await splitPairs(join(data, 'tmc2007-500.parquet'), ['report', 'term'], folder),
    'stories-terms': async (folder) =>
      await splitPairs(join(data, 'rcv1-subset1.parquet'), ['story', 'term'], folder),
    sentences: async (folder) => halvedSentences(join(data, 'gutenberg'), folder),
  };
}

const BOOKS = 40;

/** Books of a third on which no setting was chosen, evenly spaced. */
function someBooks(books: string, count: number, first: number): string[] {
  const names = readdirSync(books).filter((name) => /[0369]\.txt\.gz$/.test(name));
  const step = Math.floor(names.length / count);
  return Array.from({ length: count }, (_, at) => join(books, names[first + at * step]!));
}

function halvedBooks(books: string, folder: string): HalvedCollection {
  const halves = foldersIn(folder, false);
  for (const [at, book] of someBooks(books, BOOKS, 0).entries())
    copyFileSync(book, join(at % 2 === 0 ? halves.made : halves.asked, `${at}.txt.gz`));
  return halves;
}

/** Every second line of a file of records. */
async function halvedLines(file: string, folder: string): Promise<HalvedCollection> {
  const halves = foldersIn(folder, false);
  const lines: string[][] = [[], []];
  let at = 0;
  for await (const line of createInterface({ input: createReadStream(file).pipe(createGunzip()) }))
    lines[at++ % 2]!.push(line);
  writeFileSync(join(halves.made, 'records.jsonl'), lines[0]!.join('\n'));
  writeFileSync(join(halves.asked, 'records.jsonl'), lines[1]!.join('\n'));
  return halves;
}

const RECORDS = 6000;
const ASKED_SHARE = 0.1;

/** Records and the terms in them, of which a tenth is asked for. */
async function splitPairs(
  file: string,
  names: readonly [string, string],
  folder: string,
): Promise<HalvedCollection> {
  const halves = foldersIn(folder, true);
  const bytes = readFileSync(file);
  const range = (from: number, to: number) => Promise.resolve(bytes.subarray(from, to));
  const rules = {
    invalidUtf8: 'fail',
    nulBytes: 'fail',
    longestLine: Number.POSITIVE_INFINITY,
    maximumRatio: 1000,
  } as const;
  const wanted = [{ name: 'terms', kind: 'ids', key: 'documents.terms' }] as const;
  const random = new RandomStream(1, 0);
  const parts: string[][] = [[names.join(',')], [names.join(',')]];
  let record = 0;
  for await (const batch of readParquet({ uri: file, size: bytes.length, range }, wanted, rules)) {
    const reader = new RowReader(batch, file, rules);
    for (; reader.at < batch.rows && record < RECORDS; reader.at++, record++)
      for (const term of reader.ids(0))
        parts[random.uniform() < ASKED_SHARE ? 1 : 0]!.push(`r${record},t${term}`);
  }
  writeFileSync(join(halves.made, 'pairs.csv'), parts[0]!.join('\n'));
  writeFileSync(join(halves.asked, 'pairs.csv'), parts[1]!.join('\n'));
  return halves;
}

const SENTENCE_BOOKS = 12;

/** Sentences as lists of ids, every second one asked for. */
function halvedSentences(books: string, folder: string): HalvedCollection {
  const halves = foldersIn(folder, false);
  const numbers = new Map<string, number>();
  const lines: string[][] = [[], []];
  let at = 0;
  for (const book of someBooks(books, SENTENCE_BOOKS, 3))
    for (const sentence of gunzipSync(readFileSync(book))
      .toString('utf8')
      .split(/[.!?]\s/u)) {
      const words = sentence.toLowerCase().match(/[a-z][a-z']+/g) ?? [];
      if (words.length < 2) continue;
      const ids = words.map((word) => {
        if (!numbers.has(word)) numbers.set(word, numbers.size);
        return `i${numbers.get(word)}`;
      });
      lines[at++ % 2]!.push(JSON.stringify(ids));
    }
  writeFileSync(join(halves.made, 'lists.jsonl'), lines[0]!.join('\n'));
  writeFileSync(join(halves.asked, 'lists.jsonl'), lines[1]!.join('\n'));
  return halves;
}

function foldersIn(folder: string, knownIsNoAnswer: boolean): HalvedCollection {
  const [made, asked] = [join(folder, 'made'), join(folder, 'asked')] as const;
  for (const place of [made, asked]) mkdirSync(place, { recursive: true });
  return { made, asked, knownIsNoAnswer };
}
