import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Configuration } from '../../schemas/configuration.ts';
import { Failure } from '../../schemas/failures.ts';
import { measureCorpus } from '../plan/measure-corpus.ts';
import type { CorpusFigures } from './corpus-size.ts';
import type { DetectedCorpus } from './detect-corpus.ts';
import type { FileShape } from './shapes/file-shape.ts';
import type { SampledFile } from './sample-corpus.ts';
import { roleOf } from './sampled-table.ts';
import { sampledLines } from './sampled-lines.ts';
import { COMMON_ONE_IN } from './text-settings.ts';
import { type FrequentWord, wordStatistics } from './word-statistics.ts';

/** A word that stands in a sample fewer times than this may be common by chance. */
const LEAST_COMMON = 10;
/** In a small sample half the words may be common; more than this share are never left out. */
const MOST_COMMON_SHARE = 0.05;
/** So many texts of so many words in the mean tell words that are everywhere from others. */
const LEAST_TEXTS = 100;
const LONGEST_TEXT = 5000;

/**
 * How large a corpus is, as a plan measures it, and what a sample tells of its words, lists and
 * vectors. `trouble` says why it could not be measured: a run would end with it too.
 */
export async function corpusFigures(
  { kind, shape, corpus, rows, choices }: DetectedCorpus,
  configuration: Configuration,
): Promise<{ figures: CorpusFigures; trouble?: string }> {
  if (kind === 'vectors')
    return { figures: { ...(rows !== undefined && { vectors: rows }), ...dimensionsOf(shape) } };
  if (kind === 'documents') return { figures: documentFigures(shape, corpus, rows, choices) };
  const figures: CorpusFigures = {};
  let each = 1;
  if (kind === 'sequences') {
    const lists = listsOf(shape, String(valueOf(choices, 'source.field')));
    const ids = lists.flat();
    if (lists.length > 0) {
      each = ids.length / lists.length;
      figures.areSingle = areSingle(lists, corpus);
      figures.areAlone = lists.every((list) => list.length < 2);
    }
  }
  if (kind === 'pairs') figures.areSingle = areSingle(pairsOf(shape), corpus);
  if (kind === 'text') {
    const texts = textsOf(shape, String(valueOf(choices, 'source.field')), corpus.sampled);
    const { tokens, documents, words, frequent, letters, latinLetters } = wordStatistics(
      texts,
      COMMON_ONE_IN,
    );
    each = tokens / Math.max(1, documents);
    const areRecords = shape.holds === 'table' && shape.format !== 'delimited';
    if (areRecords && documents >= LEAST_TEXTS && each <= LONGEST_TEXT) figures.textLength = each;
    figures.commonWords = Math.min(evenlySpread(frequent), Math.floor(MOST_COMMON_SHARE * words));
    figures.hasStrayLetters = latinLetters > letters / 2;
  }
  // Of a file of columns bytes say little: what a row of the sample holds says more.
  if (rows !== undefined) return { figures: withTokens(figures, kind, shape, rows * each) };
  try {
    const { tokens, files } = await measureCorpus({ ...configuration, store: nowhere() }, {});
    // A file of plain text is a text.
    const isText = kind === 'text' && shape.holds === 'text' && shape.format === 'text';
    if (isText && files >= LEAST_TEXTS && tokens <= LONGEST_TEXT * files)
      figures.textLength = tokens / files;
    return { figures: withTokens(figures, kind, shape, tokens) };
  } catch (error) {
    if (!(error instanceof Failure) || error.type !== 'DataError') throw error;
    return { figures, trouble: error.message };
  }
}

/** Of all there is, and of a sample, which has fewer of those that occur more often. */
const MOST_SINGLE = { whole: 0.8, sample: 0.98 };

/** Whether most lists lose an id where those that occur once are left out. */
function areSingle(
  lists: readonly unknown[][],
  { files, sampled }: DetectedCorpus['corpus'],
): boolean {
  const counts = new Map<string, number>();
  for (const id of lists.flat()) counts.set(String(id), (counts.get(String(id)) ?? 0) + 1);
  const losing = lists.filter((list) => list.some((id) => counts.get(String(id)) === 1)).length;
  const isWhole =
    files === sampled.length &&
    sampled.every(({ pieces }) => pieces.length === 1 && pieces[0]!.ends);
  return losing > MOST_SINGLE[isWhole ? 'whole' : 'sample'] * lists.length;
}

/** As lists of two; an id of one side counts apart from the same one of the other. */
function pairsOf(shape: FileShape): unknown[][] {
  if (shape.holds !== 'table') return [];
  const [left, right] = shape.table.columns.filter((column) => roleOf(column) === 'id');
  if (left === undefined || right === undefined) return [];
  return left.values.map((value, at) => [`0 ${String(value)}`, `1 ${String(right.values[at])}`]);
}

/** A word that would be in so many times more passages is one that a text is about. */
const MOST_UNEVEN = 3;

/** How many of the most common words come before the first that a text is about. */
function evenlySpread(frequent: readonly FrequentWord[]): number {
  const end = frequent.findIndex(
    ({ count, unevenness }) => count < LEAST_COMMON || unevenness > MOST_UNEVEN,
  );
  return end < 0 ? frequent.length : end;
}

/** Undefined where there are more than were looked at: then there are enough. */
function documentFigures(
  shape: FileShape,
  { files, sampled }: DetectedCorpus['corpus'],
  rows: number | undefined,
  choices: DetectedCorpus['choices'],
): CorpusFigures {
  if (shape.holds === 'text') return { documents: files };
  if (shape.holds !== 'table') return {};
  if (!shape.table.isWhole || sampled.length < files)
    return rows === undefined ? {} : { documents: rows };
  const split = String(valueOf(choices, 'documents.split'));
  const parts = shape.table.columns.find(({ name }) => name === split)?.values;
  const isTraining = (part: unknown): boolean => part === 'train';
  return { documents: parts ? parts.filter(isTraining).length : shape.table.rows };
}

/** A plan looks into the store, which may be in a bucket that cannot be reached yet. */
const nowhere = (): string => pathToFileURL(join(tmpdir(), `hashloom-${randomUUID()}`)).href;

function withTokens(
  figures: CorpusFigures,
  kind: DetectedCorpus['kind'],
  shape: FileShape,
  tokens: number,
): CorpusFigures {
  const density = kind === 'pairs' ? densityOf(shape, tokens) : undefined;
  return { ...figures, tokens: Math.round(tokens), ...(density !== undefined && { density }) };
}

/** A sample in which ids come so many times in the mean has nearly all of them. */
const TIMES_SEEN = 5;

/** Undefined where a sample does not tell how many ids there are. */
function densityOf(shape: FileShape, pairs: number): number | undefined {
  if (shape.holds !== 'table') return undefined;
  const ids = shape.table.columns.filter((column) => roleOf(column) === 'id').slice(0, 2);
  const [left = 0, right = 0] = ids.map(({ values }) => new Set(values.map(String)).size);
  const areKnown = shape.table.isWhole || shape.table.rows >= TIMES_SEEN * Math.max(left, right);
  return areKnown && right > 0 ? pairs / (left * right) : undefined;
}

function valueOf(choices: DetectedCorpus['choices'], key: string): unknown {
  return choices.find((choice) => choice.key === key)?.value;
}

function listsOf(shape: FileShape, field: string): unknown[][] {
  if (shape.holds === 'lists') return shape.lists;
  if (shape.holds !== 'table') return [];
  const column = shape.table.columns.find(({ name }) => name === field);
  return column?.values.filter((value) => Array.isArray(value)) ?? [];
}

function* textsOf(
  shape: FileShape,
  field: string,
  files: readonly SampledFile[],
): Generator<string> {
  const column =
    shape.holds === 'table' ? shape.table.columns.find(({ name }) => name === field) : undefined;
  if (column) {
    for (const value of column.values) if (typeof value === 'string') yield value;
    return;
  }
  for (const file of files) {
    if (file.content === 'parquet') continue;
    for (const line of sampledLines(file).lines) yield line;
  }
}

function dimensionsOf(shape: FileShape): CorpusFigures {
  if (shape.holds !== 'table') return {};
  const lists = shape.table.columns.find(({ listOf }) => listOf === 'numbers')?.values ?? [];
  const [first] = lists;
  return Array.isArray(first) || ArrayBuffer.isView(first)
    ? { dimensions: (first as ArrayLike<number>).length }
    : {};
}
