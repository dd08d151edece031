import { Failure } from '../../schemas/failures.ts';
import {
  areBits,
  type ForeignTable,
  isLabel,
  isLabels,
  isNumbers,
  packBits,
} from './foreign-parquet.ts';

type Row = Record<string, unknown>;

/**
 * JSON Lines that somebody else wrote, an object a line, as the same table that Parquet is read to.
 * Throws Failure (DataError) that names the line.
 */
export function readForeignJsonLines(bytes: Uint8Array, where: string): ForeignTable {
  const refuse = (line: number, message: string): never => {
    throw new Failure('DataError', `${where}, line ${line}: ${message}`);
  };
  const rows: { line: number; row: Row }[] = [];
  for (const [at, text] of textOf(bytes, where).split('\n').entries()) {
    if (text.trim() === '') continue;
    const row = parsed(text);
    if (row === undefined) refuse(at + 1, 'expected an object of JSON');
    rows.push({ line: at + 1, row: row! });
  }
  const columns = Object.keys(rows[0]?.row ?? {});
  const typed = <Value>(
    name: string,
    expected: string,
    fits: (value: unknown) => value is Value,
  ): Value[] =>
    rows.map(({ line, row }) => {
      const value = row[name];
      if (fits(value)) return value;
      return refuse(line, `${name}: expected ${expected}, got ${JSON.stringify(value) ?? 'none'}`);
    });
  return {
    where,
    rows: rows.length,
    columns,
    ids: (name) =>
      typeof rows[0]?.row[name] === 'string'
        ? typed(name, 'text as in the first line', (value) => typeof value === 'string')
        : typed(name, 'text or a whole number', (value): value is number =>
            Number.isSafeInteger(value),
          ).map(BigInt),
    numbers: (name) =>
      Int32Array.from(
        typed(
          name,
          'a whole number from 0',
          (value): value is number =>
            Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 31,
        ),
      ),
    labels: (name) =>
      typed(name, 'text, whole numbers, or a list of them', isLabels).map((value) =>
        isLabel(value) ? [String(value)] : Array.from(value, String),
      ),
    scores: (name) =>
      typed(name, 'a list of numbers', isNumbers).map((value) => Array.from(value, Number)),
    bits: (name) => typed(name, 'hexadecimal text or a list of 0 and 1', areBits).map(packBits),
  };
}

function textOf(bytes: Uint8Array, where: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new Failure('DataError', `${where}: neither Parquet nor UTF-8`, { cause: error });
  }
}

function parsed(text: string): Row | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Row)
      : undefined;
  } catch {
    return undefined;
  }
}
