import { Failure } from '../../schemas/failures.ts';
import type { ForeignTable } from '../../store/foreign/foreign-parquet.ts';
import type { Codes } from '../../evaluation/retrieval.ts';

/** Codes of any method, with the items they belong to. */
export interface ForeignCodes extends Codes {
  /** By item number: the order in which items first come in the file. */
  ids: string[] | bigint[];
}

const [MAX_TABLES, MAX_BYTES] = [8, 32];

/**
 * `item` or `id`, `code` and, where there are several codes an item, `table` (from 0), in any order
 * of rows. Throws Failure (DataError) on codes of mixed width and on an item that lacks a code or has
 * two for one table.
 */
export function foreignCodes(file: ForeignTable): ForeignCodes {
  const { where, rows, columns } = file;
  const refuse = (message: string): never => {
    throw new Failure('DataError', `${where}: ${message}`);
  };
  if (rows === 0) refuse('no rows');
  const items = file.ids(idColumn(file));
  const codes = file.bits('code');
  const tableOf = columns.includes('table') ? file.numbers('table') : new Int32Array(rows);
  const tables = tableOf.reduce((most, table) => Math.max(most, table + 1), 0);
  const width = codes[0]!.length;
  const other = codes.findIndex((code) => code.length !== width);
  if (other >= 0)
    refuse(
      `column code, row ${other}: ${codes[other]!.length} bytes, but row 0 has ${width}; all ` +
        'codes of a file have one width',
    );
  if (width < 1 || width > MAX_BYTES || tables > MAX_TABLES)
    refuse(
      `${tables} tables of ${8 * width} bits; at most ${MAX_TABLES} tables of 8 to ` +
        `${8 * MAX_BYTES} bits are read`,
    );
  const numbers = numberIds(items);
  const all = new Uint8Array(numbers.size * tables * width);
  const seen = new Uint8Array(numbers.size * tables);
  for (let row = 0; row < rows; row++) {
    const place = numbers.get(items[row]!)! * tables + tableOf[row]!;
    if (seen[place]! > 0)
      refuse(`row ${row}: a second code of item ${items[row]} in table ${tableOf[row]}`);
    seen[place] = 1;
    all.set(codes[row]!, place * width);
  }
  const hole = seen.indexOf(0);
  if (hole >= 0)
    refuse(
      `item ${[...numbers.keys()][Math.floor(hole / tables)]} has no code in table ` +
        `${hole % tables}; every item has one in each of the ${tables} tables`,
    );
  return { ids: [...numbers.keys()] as string[] | bigint[], codes: all, tables, codeBytes: width };
}

/** The column that says which item a row is about. */
export const idColumn = ({ columns }: ForeignTable): 'item' | 'id' =>
  columns.includes('id') && !columns.includes('item') ? 'id' : 'item';

/** Ids by the order in which they first come. */
export function numberIds(ids: readonly (string | bigint)[]): Map<string | bigint, number> {
  const numbers = new Map<string | bigint, number>();
  for (const id of ids) if (!numbers.has(id)) numbers.set(id, numbers.size);
  return numbers;
}
