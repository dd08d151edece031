import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import * as arrow from 'apache-arrow';
import type * as Parquet from 'parquet-wasm';
import { writeBrownCorpus } from '../../cli/demo/brown-corpus.ts';
import { clusteredSet, imageSet, type VectorSet } from './vector-sets.ts';

/** An index to be made and asked. */
export interface KindToAnswer {
  name: string;
  /** Lays its source into the folder. */
  write(): Promise<void>;
  /** All but the name and the store. */
  configuration: Record<string, unknown>;
}

const CLUSTERED = 20_000;
/** Rows of a file of vectors. */
const FILE_ROWS = 10_000;
/** Of pairs and sequences: their words are not counted as those of a text are. */
const IDS = { minimumCount: 5, common: 0 };
const PAIRED = { minimumPmi: 0, minimumWeight: 2, top: 100 };

/** A kind a source; all but vectors are of the Brown corpus. */
export function kindsToAnswer(folder: string, options: Map<string, string>): KindToAnswer[] {
  const texts = join(folder, 'brown');
  const lines = (name: string, kind: Record<string, unknown>, linesOf: LinesOf, rest: object) => ({
    name,
    write: () => writeLines(texts, join(folder, `${name}.txt`), linesOf),
    configuration: {
      source: { path: `./${name}.txt`, ...kind },
      vocabulary: IDS,
      // Lists of neighbours are made of D, whatever training learns.
      training: { epochs: 3 },
      ...rest,
    },
  });
  return [
    {
      name: 'words',
      write: async () => void (await writeBrownCorpus(texts)),
      configuration: {
        source: { path: './brown', format: 'text' },
        tokens: { minimumLength: 2 },
        vocabulary: { minimumCount: 8, common: 0, commonShare: 0.64 },
      },
    },
    lines('sequences', { kind: 'sequences' }, sequencesOf, {}),
    lines('pairs-one', { kind: 'pairs' }, followersOf, { affinity: PAIRED }),
    lines('pairs-two', { kind: 'pairs', sides: 'two' }, wordsOfTexts, { affinity: PAIRED }),
    vectors(folder, () => clusteredSet(CLUSTERED, 1), 'clustered'),
    ...imagesOf(folder, options.get('fashion')),
    ...documentsOf(folder, options.get('data')),
  ];
}

function imagesOf(folder: string, images: string | undefined): KindToAnswer[] {
  if (images === undefined) return [];
  const make = (): VectorSet => {
    const set = imageSet(images, 1);
    if (!set) throw new Error(`no images of Fashion-MNIST in ${images}`);
    return set;
  };
  return [vectors(folder, make, 'fashion-mnist')];
}

function vectors(folder: string, make: () => VectorSet, name: string): KindToAnswer {
  return {
    name,
    write: () => {
      writeVectors(join(folder, name), make());
      return Promise.resolve();
    },
    configuration: {
      source: { path: `./${name}`, kind: 'vectors' },
      vectors: { method: 'itq', id: 'id', vector: 'vector' },
      training: { tables: 3, bits: 64 },
    },
  };
}

/** Files of shared/data, where they are. */
function documentsOf(folder: string, data: string | undefined): KindToAnswer[] {
  if (data === undefined) return [];
  return ['reuters21578', '20news'].map((name) => {
    const file = resolve(data, `${name}.jsonl.gz`);
    if (!existsSync(file)) throw new Error(`no ${file}`);
    return {
      name,
      write: () => Promise.resolve(copyFileSync(file, join(folder, `${name}.jsonl.gz`))),
      configuration: {
        source: { path: `./${name}.jsonl.gz`, kind: 'documents', field: 'text' },
        documents: { id: 'id' },
        hashing: { method: 'itq' },
        training: { bits: 32 },
      },
    };
  });
}

type LinesOf = (texts: { name: string; sentences: string[][] }[]) => Iterable<string>;

async function writeLines(folder: string, file: string, linesOf: LinesOf): Promise<void> {
  await writeBrownCorpus(folder);
  const texts = readdirSync(folder).map((name) => ({
    name: name.replace('.txt', ''),
    sentences: readFileSync(join(folder, name), 'utf8')
      .split('\n')
      .map((line) => line.toLowerCase().match(/[a-z]{3,}/g) ?? [])
      .map((sentence): string[] => [...sentence]),
  }));
  writeFileSync(file, [...linesOf(texts), ''].join('\n'));
}

const sequencesOf: LinesOf = (texts) =>
  texts.flatMap(({ sentences }) =>
    sentences.filter((sentence) => sentence.length > 1).map((sentence) => sentence.join(' ')),
  );

/** A word and the next: how often. */
const followersOf: LinesOf = (texts) => {
  const pairs = texts.flatMap(({ sentences }) =>
    sentences.flatMap((sentence) => sentence.slice(1).map((word, at) => `${sentence[at]} ${word}`)),
  );
  return counted(pairs);
};

/** A text and a word in it: how often. */
const wordsOfTexts: LinesOf = (texts) =>
  counted(
    texts.flatMap(({ name, sentences }) => sentences.flat().map((word) => `${name} ${word}`)),
  );

function counted(pairs: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const pair of pairs) counts.set(pair, (counts.get(pair) ?? 0) + 1);
  return [...counts].map(([pair, count]) => `${pair} ${count}`);
}

function writeVectors(folder: string, { vectors: values, dimensions: D }: VectorSet): void {
  const parquet = createRequire(import.meta.url)('parquet-wasm') as typeof Parquet;
  mkdirSync(folder);
  const rows = values.length / D;
  const item = new arrow.Field('item', new arrow.Float32(), true);
  for (let first = 0; first < rows; first += FILE_ROWS) {
    const length = Math.min(FILE_ROWS, rows - first);
    const own = values.slice(first * D, (first + length) * D);
    const child = arrow.makeData({ type: new arrow.Float32(), length: own.length, data: own });
    const type = new arrow.FixedSizeList(D, item);
    const ids = BigInt64Array.from({ length }, (_, i) => BigInt(first + i));
    const table = new arrow.Table({
      id: arrow.makeVector(ids),
      vector: new arrow.Vector([arrow.makeData({ type, length, child })]),
    });
    writeFileSync(
      join(folder, `part-${String(first).padStart(6, '0')}.parquet`),
      parquet.writeParquet(parquet.Table.fromIPCStream(arrow.tableToIPC(table, 'stream'))),
    );
  }
}
