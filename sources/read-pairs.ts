import { PAIR_SCALE } from '../kernels/affinity/collect-pairs.ts';
import { Failure } from '../schemas/failures.ts';
import { itemId } from './item-id.ts';
import type { WantedColumn } from './parquet/column-types.ts';
import type { ParquetSource } from './parquet/parquet-footer.ts';
import { readParquet } from './parquet/read-parquet.ts';
import { RowReader } from './parquet/row-reader.ts';
import type { RowKeeper } from './row-keeper.ts';
import type { SourceOptions } from './source-options.ts';
import { checkString } from './text/check-value.ts';
import { fieldOf, parseLine } from './text/json-lines.ts';
import { type RecordFile, type RecordLine, splitFields } from './text/read-lines.ts';

interface WeightedPair {
  left: string;
  right: string;
  /** Finite, not negative. */
  weight: number;
}

type Pairs = AsyncGenerator<WeightedPair, void, undefined>;

/**
 * Pairs of ids with a weight, from lines of JSON, Parquet, or lines with a delimiter (left, right,
 * weight in this order, or by the names of a header). Without a column of weights (`columns.weight`
 * empty; or the third field of a line without header) each weighs 1. Where the sides are two sets,
 * ids get the name of their column before them, `user:42`: the same id on both sides is two items.
 */
export function readPairs(records: RecordFile, options: SourceOptions, rows: RowKeeper): Pairs {
  if (records.format === 'parquet') return pairsOfRows(records.source, options, rows);
  if (records.format === 'jsonl') return pairsOfJson(records.lines, options, rows);
  return pairsOfFields(records.lines, options, rows);
}

async function* pairsOfRows(source: ParquetSource, options: SourceOptions, rows: RowKeeper): Pairs {
  const { columns } = options;
  const wanted: WantedColumn[] = [
    { name: columns.left, kind: 'id', key: 'source.columns.left' },
    { name: columns.right, kind: 'id', key: 'source.columns.right' },
  ];
  if (columns.weight !== '') wanted.push({ name: columns.weight, kind: 'number', key: WEIGHT });
  for await (const batch of readParquet(source, wanted, options)) {
    const reader = new RowReader(batch, source.uri, options);
    const read = () => {
      const weight = columns.weight === '' ? 1 : reader.number(2);
      return pairOf(reader.id(0), reader.id(1), weight, reader, options);
    };
    for (; reader.at < batch.rows; reader.at++) {
      const pair = rows.keep(read);
      if (pair) yield pair;
    }
    rows.replaced += reader.replaced;
  }
}

/** Where the weight is named, and what to do where there is none. */
const WEIGHT = 'source.columns.weight, or leave it empty where every pair weighs 1';

type Lines = AsyncGenerator<RecordLine, void, undefined>;

async function* pairsOfJson(lines: Lines, options: SourceOptions, rows: RowKeeper): Pairs {
  const { columns } = options;
  for await (const { text, where, replaced } of lines) {
    rows.replaced += replaced;
    const pair = rows.keep(() => {
      const line = parseLine(text, where);
      const id = (side: 'left' | 'right'): string => {
        const value = fieldOf(line, columns[side], where, `source.columns.${side}`);
        if (typeof value !== 'string') return itemId(value, where);
        const checked = checkString(value, where, options);
        rows.replaced += checked.replaced;
        return itemId(checked.text, where);
      };
      const weight = columns.weight === '' ? 1 : fieldOf(line, columns.weight, where, WEIGHT);
      return pairOf(id('left'), id('right'), weight, { where }, options);
    });
    if (pair) yield pair;
  }
}

async function* pairsOfFields(lines: Lines, options: SourceOptions, rows: RowKeeper): Pairs {
  const { columns, delimiter, header } = options;
  let places: number[] | undefined;
  for await (const { text, where, replaced } of lines) {
    rows.replaced += replaced;
    const fields = splitFields(text, delimiter);
    if (header && places === undefined) {
      places = placesOf(fields, options, where);
      continue;
    }
    const [left = 0, right = 1, weight = 2] = places ?? [];
    const pair = rows.keep(() => {
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
      const found = isWeighed ? Number(fields[weight]) : 1;
      return pairOf(
        itemId(fields[left], where),
        itemId(fields[right], where),
        found,
        { where },
        options,
      );
    });
    if (pair) yield pair;
  }
}

function pairOf(
  left: string,
  right: string,
  weight: unknown,
  place: { where: string },
  { columns, sides }: SourceOptions,
): WeightedPair {
  const ids =
    sides === 'one'
      ? { left, right }
      : { left: `${columns.left}:${left}`, right: `${columns.right}:${right}` };
  return { ...ids, weight: weightOf(weight, place) };
}

function placesOf(names: string[], { columns }: SourceOptions, where: string): number[] {
  return [columns.left, columns.right, columns.weight].flatMap((name) => {
    if (name === '') return [];
    const place = names.indexOf(name);
    if (place === -1)
      throw new Failure(
        'DataError',
        `${where}: no column "${name}" in the header, only ${names.join(', ')}; set ` +
          (name === columns.weight ? WEIGHT : 'source.columns'),
      );
    return [place];
  });
}

/** Sums of weights are exact below it. */
const LARGEST_WEIGHT = Math.floor(Number.MAX_SAFE_INTEGER / PAIR_SCALE);

function weightOf(weight: unknown, place: { where: string }): number {
  if (typeof weight === 'number' && weight >= 0 && weight <= LARGEST_WEIGHT) return weight;
  const found = typeof weight === 'number' ? String(weight) : JSON.stringify(weight);
  throw new Failure(
    'DataError',
    `${place.where}: the weight is ${found}, expected a number from 0 to ${LARGEST_WEIGHT}`,
  );
}
