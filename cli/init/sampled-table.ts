import { isTimeName, isWeightName } from './column-names.ts';

/** Some records of a corpus by their fields: rows of Parquet, objects of JSON, lines of CSV. */
export interface SampledTable {
  columns: SampledColumn[];
  /** Records looked at. */
  rows: number;
  /** They are all there are. */
  isWhole: boolean;
}

export interface SampledColumn {
  name: string;
  /** In the order of the records; undefined where one has none. */
  values: unknown[];
  /** What the schema says where values were not read: a list of numbers, or of ids. */
  listOf?: 'numbers' | 'ids';
}

/** Of a column of a table, what it may be for. */
export type ColumnRole =
  | 'vector'
  | 'weights'
  | 'list'
  | 'text'
  | 'weight'
  | 'number'
  | 'time'
  | 'id'
  | 'other';

const ISO_TIME = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d|$)/u;
/** Texts have words between spaces; ids and titles have few. */
const TEXT_WORDS = 6;
const TEXT_CHARACTERS = 40;
const LEAST_DIMENSIONS = 4;

/** By the values, and by the name where values leave it open. */
export function roleOf({ name, values, listOf }: SampledColumn): ColumnRole {
  if (listOf === 'ids') return roleOfIds(values as unknown[][]);
  if (listOf === 'numbers') return areAlike(values as unknown[][]) ? 'vector' : 'weights';
  const there = values.filter((value) => value !== undefined && value !== null && value !== '');
  if (there.length === 0) return 'other';
  if (there.every((value) => Array.isArray(value))) return roleOfLists(there as unknown[][]);
  if (there.every(isNumeric)) {
    if (isTimeName(name)) return 'time';
    if (isWeightName(name)) return 'weight';
    return there.every((value) => /^-?\d+$/u.test(String(value).trim())) ? 'id' : 'number';
  }
  if (!there.every((value) => typeof value === 'string')) return 'other';
  return roleOfTexts(there);
}

function roleOfTexts(texts: readonly string[]): ColumnRole {
  if (texts.every((text) => ISO_TIME.test(text))) return 'time';
  const words = mean(texts.map((text) => text.trim().split(/\s+/u).length));
  const characters = mean(texts.map(({ length }) => length));
  return words >= TEXT_WORDS && characters >= TEXT_CHARACTERS ? 'text' : 'id';
}

/** A list of texts may be the lines of one. */
function roleOfIds(lists: readonly unknown[][]): ColumnRole {
  const items = lists.flat().filter((item) => typeof item === 'string');
  return items.length > 0 && roleOfTexts(items) === 'text' ? 'text' : 'list';
}

function roleOfLists(lists: unknown[][]): ColumnRole {
  const items = lists.flat();
  if (items.length === 0) return 'other';
  if (items.every((item) => typeof item === 'number')) {
    if (items.every((item) => Number.isSafeInteger(item))) return 'list';
    return areAlike(lists) && lists[0]!.length >= LEAST_DIMENSIONS ? 'vector' : 'weights';
  }
  return items.every((item) => typeof item === 'string' || Number.isSafeInteger(item))
    ? roleOfIds(lists)
    : 'other';
}

/** Vectors have as many numbers each. */
const areAlike = (lists: readonly unknown[][]): boolean =>
  lists.every(({ length }) => length === lists[0]!.length);

export function isNumeric(value: unknown): boolean {
  if (typeof value === 'number' || typeof value === 'bigint') return true;
  return typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value));
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
