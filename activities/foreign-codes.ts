import { Failure } from '../schemas/failures.ts';
import type { ForeignTable } from '../store/foreign-parquet.ts';
import type { Pairs } from '../evaluation/hit-rate.ts';
import type { Truth } from '../evaluation/precision-recall.ts';
import type { Codes } from '../evaluation/retrieval.ts';

/** Codes of any method, with the items they belong to. */
export interface ForeignCodes extends Codes {
  /** By item number: the order in which items first come in the file. */
  ids: string[] | bigint[];
}

/** Ids of a truth file that the codes do not have; their pairs are left out. */
export interface UnknownIds {
  ids: number;
  pairs: number;
  first: string[];
}

const LISTED = 10;
const [MOST_TABLES, MOST_BYTES] = [8, 32];

/**
 * `item`, `code` and, where there are several codes an item, `table` (from 0), in any order of rows. Throws Failure (DataError) on codes of mixed width and on an
 * item that lacks a code or has two for one table.
 */
export function foreignCodes(file: ForeignTable): ForeignCodes {
  const { where, rows, columns } = file;
  const refuse = (message: string): never => {
    throw new Failure('DataError', `${where}: ${message}`);
  };
  if (rows === 0) refuse('no rows');
  const items = file.ids('item');
  const codes = file.bytes('code');
  const tableOf = columns.includes('table') ? file.numbers('table') : new Int32Array(rows);
  const tables = tableOf.reduce((most, table) => Math.max(most, table + 1), 0);
  const width = codes[0]!.length;
  const other = codes.findIndex((code) => code.length !== width);
  if (other >= 0) refuse(`column code, row ${other}: ${codes[other]!.length} bytes, but row 0 has ${width}; all codes of a file have one width`);
  if (width < 1 || width > MOST_BYTES || tables > MOST_TABLES) refuse(`${tables} tables of ${8 * width} bits; at most ${MOST_TABLES} tables of 8 to ${8 * MOST_BYTES} bits are read`);
  const numbers = numberIds(items);
  const all = new Uint8Array(numbers.size * tables * width);
  const seen = new Uint8Array(numbers.size * tables);
  for (let row = 0; row < rows; row++) {
    const place = numbers.get(items[row]!)! * tables + tableOf[row]!;
    if (seen[place]! > 0) refuse(`row ${row}: a second code of item ${items[row]} in table ${tableOf[row]}`);
    seen[place] = 1;
    all.set(codes[row]!, place * width);
  }
  const hole = seen.indexOf(0);
  if (hole >= 0) refuse(`item ${[...numbers.keys()][Math.floor(hole / tables)]} has no code in table ${hole % tables}; every item has one in each of the ${tables} tables`);
  return { ids: [...numbers.keys()] as string[] | bigint[], codes: all, tables, codeBytes: width };
}

/** `item`, `relevant`: a row a pair that belongs together, in the order item asks for relevant. Throws Failure (DataError) where no pair is left. */
export function foreignPairs(file: ForeignTable, { ids }: ForeignCodes): { pairs: Pairs; unknown: UnknownIds } {
  const numbers = numberIds(ids);
  const [left, right] = [file.ids('item'), file.ids('relevant')];
  const missing = new Set<string | bigint>();
  const kept: [number[], number[]] = [[], []];
  for (let row = 0; row < left.length; row++) {
    const [a, b] = [numbers.get(left[row]!), numbers.get(right[row]!)];
    if (a === undefined) missing.add(left[row]!);
    if (b === undefined) missing.add(right[row]!);
    if (a === undefined || b === undefined) continue;
    kept[0].push(a);
    kept[1].push(b);
  }
  const first = [...missing].slice(0, LISTED).map(String);
  if (kept[0].length === 0) {
    const kinds = [ids, left].map((each) => (typeof each[0] === 'string' ? 'text' : 'numbers'));
    const hint = kinds[0] === kinds[1] ? '' : `; the codes' items are ${kinds[0]}, these are ${kinds[1]}`;
    throw new Failure('DataError', `${file.where}: none of its ${left.length} pairs is of items that have codes${first.length > 0 ? ` (not there: ${first.join(', ')})` : ''}${hint}`);
  }
  return { pairs: { left: Int32Array.from(kept[0]), right: Int32Array.from(kept[1]) }, unknown: { ids: missing.size, pairs: left.length - kept[0].length, first } };
}

/** Rows of relevant items by query. */
export function truthOf({ left, right }: Pairs, items: number): Truth {
  const rowOffsets = new Int32Array(items + 1);
  left.forEach((item) => (rowOffsets[item + 1]! += 1));
  for (let item = 0; item < items; item++) rowOffsets[item + 1]! += rowOffsets[item]!;
  const next = rowOffsets.slice();
  const columns = new Int32Array(left.length);
  left.forEach((item, k) => (columns[next[item]!++] = right[k]!));
  return { rowOffsets, columns };
}

function numberIds(ids: readonly (string | bigint)[]): Map<string | bigint, number> {
  const numbers = new Map<string | bigint, number>();
  for (const id of ids) if (!numbers.has(id)) numbers.set(id, numbers.size);
  return numbers;
}
