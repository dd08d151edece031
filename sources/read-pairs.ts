import { Failure } from '../schemas/failures.ts';
import { itemId } from './item-id.ts';
import { fieldOf, parseLine } from './text/json-lines.ts';
import { readParquetRows } from './parquet-rows.ts';
import { type RecordFile, splitFields } from './text/read-lines.ts';
import type { SourceOptions } from './source-options.ts';

interface WeightedPair {
  left: string;
  right: string;
  /** Finite, not negative. */
  weight: number;
}

/**
 * Pairs of ids with a weight, from lines of JSON, Parquet, or lines with a delimiter (left, right,
 * weight in this order, or by the names of a header). Without a column of weights (`columns.weight`
 * empty; or the third field of a line without header) each weighs 1. Where the sides are two sets,
 * ids get the name of their column before them, `user:42`: the same id on both sides is two items.
 */
export async function* readPairs(
  records: RecordFile,
  options: SourceOptions,
): AsyncGenerator<WeightedPair, void, undefined> {
  const { columns, sides } = options;
  const pair = (left: unknown, right: unknown, weight: unknown, where: string): WeightedPair => {
    const ids = { left: itemId(left, where), right: itemId(right, where) };
    const named =
      sides === 'one'
        ? ids
        : { left: `${columns.left}:${ids.left}`, right: `${columns.right}:${ids.right}` };
    return { ...named, weight: weightOf(weight, where) };
  };
  if (records.format === 'parquet') {
    const wanted = [
      { name: columns.left, kind: 'id' as const },
      { name: columns.right, kind: 'id' as const },
    ];
    const all =
      columns.weight === ''
        ? wanted
        : [...wanted, { name: columns.weight, kind: 'number' as const }];
    for await (const { row, values } of readParquetRows(records.source, all))
      yield pair(values[0], values[1], values[2] ?? 1, `${records.source.uri} row ${row}`);
  } else if (records.format === 'jsonl') {
    for await (const { text, where } of records.lines) {
      const line = parseLine(text, where);
      const weight = columns.weight === '' ? 1 : fieldOf(line, columns.weight, where);
      yield pair(
        fieldOf(line, columns.left, where),
        fieldOf(line, columns.right, where),
        weight,
        where,
      );
    }
  } else {
    let places: number[] | undefined;
    for await (const { text, where } of records.lines) {
      const fields = splitFields(text, options.delimiter);
      if (options.header && places === undefined) {
        places = placesOf(fields, options, where);
        continue;
      }
      const [left = 0, right = 1, weight = 2] = places ?? [];
      const least = Math.max(left, right) + 1;
      if (fields.length < least)
        throw new Failure(
          'DataError',
          `${where}: ${fields.length} fields, expected at least ${least}; is ` +
            'source.delimiter right?',
        );
      const isWeighed = columns.weight !== '' && (places !== undefined || fields.length > weight);
      if (isWeighed && (fields[weight] ?? '').trim() === '')
        throw new Failure('DataError', `${where}: no weight`);
      yield pair(fields[left], fields[right], isWeighed ? Number(fields[weight]) : 1, where);
    }
  }
}

function placesOf(names: string[], { columns }: SourceOptions, where: string): number[] {
  return [columns.left, columns.right, columns.weight].flatMap((name) => {
    if (name === '') return [];
    const place = names.indexOf(name);
    if (place === -1)
      throw new Failure(
        'DataError',
        `${where}: no column "${name}" in the header, only ${names.join(', ')}; set source.columns`,
      );
    return [place];
  });
}

function weightOf(value: unknown, where: string): number {
  const weight = typeof value === 'bigint' ? Number(value) : value;
  if (typeof weight === 'number' && Number.isFinite(weight) && weight >= 0) return weight;
  const found = typeof weight === 'number' ? String(weight) : JSON.stringify(weight);
  throw new Failure(
    'DataError',
    `${where}: the weight is ${found}, expected a finite number that is not negative`,
  );
}
