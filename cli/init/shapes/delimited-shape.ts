import { splitFields } from '../../../sources/text/read-lines.ts';
import { isHeaderName } from '../column-names.ts';
import type { FileShape } from './file-shape.ts';
import type { SampledLines } from '../sampled-lines.ts';
import { isNumeric } from '../sampled-table.ts';

/** In the order of how surely they part fields; white space is tried behind them. */
const DELIMITERS = ['\t', ';', '|', ','] as const;
/** So many lines decide how fields are parted. */
const SNIFFED_LINES = 1000;
/** Lines with the same number of fields, for a table; a few may be broken. */
const SAME_SHARE = 0.98;
/** Lists of ids share ids; of so many lines they can be told from running text. */
const LEAST_LISTS = 5;
const MOST_ID_WORDS = 4;
const MOST_ID_CHARACTERS = 60;

/**
 * A table or lists of ids in lines of text, by what parts the fields of all lines alike; undefined
 * for running text.
 */
export function delimitedShape({ lines: all, isWhole }: SampledLines): FileShape | undefined {
  // A comment is no record; that its reader knows none is told by whoever asks for the shape.
  const lines =
    all[0]?.startsWith('#') === true ? all.filter((line) => !line.startsWith('#')) : all;
  const sniffed = lines.slice(0, SNIFFED_LINES);
  if (sniffed.length < 2) return undefined;
  for (const delimiter of DELIMITERS) {
    const width = commonWidth(sniffed, delimiter);
    if (width >= 2) return tableShape(lines, delimiter, width, isWhole);
  }
  const width = commonWidth(sniffed, '');
  // Lines of two or three words might be verse; ids do not look like words of a text.
  if ((width === 2 || width === 3) && sniffed.every(looksLikeIds))
    return tableShape(lines, '', width, isWhole);
  for (const delimiter of [...DELIMITERS, '']) {
    const lists = lines.map((line) => splitFields(line, delimiter).map((id) => id.trim()));
    if (areLists(lists, delimiter))
      return { holds: 'lists', format: 'delimited', lists, delimiter };
  }
  return undefined;
}

/** How many fields nearly all lines have; 0 where they differ. */
function commonWidth(lines: readonly string[], delimiter: string): number {
  const counts = new Map<number, number>();
  for (const line of lines) {
    const width = splitFields(line, delimiter).length;
    counts.set(width, (counts.get(width) ?? 0) + 1);
  }
  const [width, count] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a));
  return count >= SAME_SHARE * lines.length ? width : 0;
}

function tableShape(
  lines: readonly string[],
  delimiter: string,
  width: number,
  isWhole: boolean,
): FileShape {
  const rows = lines
    .map((line) => splitFields(line, delimiter))
    .filter((fields) => fields.length === width);
  const header = isHeader(rows);
  const records = header ? rows.slice(1) : rows;
  const columns = Array.from({ length: width }, (_, at) => ({
    name: header ? rows[0]![at]! : '',
    values: records.map((fields) => fields[at]),
  }));
  return {
    holds: 'table',
    format: 'delimited',
    table: { columns, rows: records.length, isWhole },
    delimiter,
    header,
  };
}

/** A first line names columns where it has a text over numbers, or names that are common. */
function isHeader([first, ...rest]: readonly string[][]): boolean {
  if (first === undefined || rest.length === 0) return false;
  if (new Set(first).size < first.length || first.some((name) => name.trim() === '')) return false;
  const overNumbers = first.some(
    (name, at) => !isNumeric(name) && rest.every((fields) => isNumeric(fields[at])),
  );
  return overNumbers || (first.length > 1 && first.every((name) => isHeaderName(name)));
}

function looksLikeIds(line: string): boolean {
  return splitFields(line, '').every(
    (field) => /^[^\s.,;!?]+$/u.test(field) && /\d|[_:/-]/u.test(field),
  );
}

/** Short fields that come again and again, and in lists of several lengths. */
function areLists(lists: readonly string[][], delimiter: string): boolean {
  const some = lists.slice(0, SNIFFED_LINES);
  const fields = some.flat();
  if (some.length < LEAST_LISTS || fields.length < 2 * some.length) return false;
  if (fields.some((field) => field === '' || field.length > MOST_ID_CHARACTERS)) return false;
  if (delimiter === '') return fields.every((field) => /^[\w:/-]*\d[\w:/-]*$/u.test(field));
  const words = fields.reduce((sum, field) => sum + field.split(/\s+/u).length, 0);
  const areShort = fields.every((field) => field.split(/\s+/u).length <= MOST_ID_WORDS);
  return areShort && words < 2.5 * fields.length && !fields.some((field) => /[.!?]$/u.test(field));
}
