import { type Choice, shown } from './choice.ts';
import { ENDS_OF_LINKS, isIdName, isThingName, stemOf } from './column-names.ts';
import type { Detected, RatedColumn } from './detected.ts';
import type { TableShape } from './shapes/file-shape.ts';
import { isNumeric } from './sampled-table.ts';

/** Ids that both sides share, of the side with fewer: beyond, they are one set. */
const SHARED = 0.05;
/** A weight of so few whole values beside whole ids is a rating of something by someone. */
const RATING_VALUES = 11;
/** A table of more columns is about something else, unless their names say who and what. */
const MOST_UNNAMED = 4;

/**
 * Two columns of ids and maybe a weight; undefined where no two columns stand out. `isWanted`: the
 * first two that may be ids are taken then.
 */
export function detectPairs(
  shape: TableShape,
  columns: RatedColumn[],
  isWanted: boolean,
): Detected | undefined {
  const sides = chooseSides(columns, shape, isWanted);
  if (sides === undefined) return undefined;
  const [left, right] = sides;
  const weight = chooseWeight(columns, sides, shape);
  const isNamed = shape.format !== 'delimited' || shape.header === true;
  const names = isNamed
    ? { left: left.name, right: right.name, weight: weight?.column?.name ?? '' }
    : { left: 'left', right: 'right', weight: weight?.column ? 'weight' : '' };
  const places = isNamed ? `${shown(left.name)} and ${shown(right.name)}` : 'the first two columns';
  return {
    kind: 'pairs',
    choices: [
      { key: 'source.kind', value: 'pairs', reason: `${places} hold ids` },
      ...delimitedChoices(shape),
      {
        key: 'source.columns',
        value: names,
        reason: `${places} are the ids; ${weight?.reason ?? 'every pair weighs 1'}`,
      },
      chooseSideCount(left, right, weight?.column, shape, isNamed),
    ],
    notes: [],
  };
}

/** How delimited text comes apart. */
export function delimitedChoices({ format, delimiter, header }: TableShape): Choice[] {
  if (format !== 'delimited') return [];
  const parted = delimiter === '' ? 'white space' : JSON.stringify(delimiter);
  return [
    { key: 'source.format', value: 'delimited', reason: `all lines have as many fields` },
    { key: 'source.delimiter', value: delimiter, reason: `${parted} parts them` },
    {
      key: 'source.header',
      value: header,
      reason: header
        ? 'the first line names the columns'
        : 'the first line is a pair as others are',
    },
  ];
}

function chooseSides(
  columns: RatedColumn[],
  { format, header, table }: TableShape,
  isWanted: boolean,
): [RatedColumn, RatedColumn] | undefined {
  const ids = columns.filter(({ role }) => role === 'id' || (isWanted && role === 'text'));
  if (format === 'delimited' && !header) {
    // Without names the first two columns are the pair; nothing else can be said to the reader.
    const [left, right] = columns;
    return left && right && ids.includes(left) && ids.includes(right) ? [left, right] : undefined;
  }
  const stems = new Map(ids.map((column) => [stemOf(column.name), column]));
  for (const [a, b] of ENDS_OF_LINKS) {
    const found = [stems.get(a), stems.get(b)];
    if (found[0] && found[1]) return [found[0], found[1]];
  }
  const named = ids.filter(({ name }) => isThingName(name));
  if (named.length >= 2) return [named[0]!, named[1]!];
  const suffixed = ids.filter(({ name }) => isIdName(name));
  if (suffixed.length === 2) return [suffixed[0]!, suffixed[1]!];
  // What is another in every record tells records apart, and belongs to nothing.
  const repeated = ids.filter(({ values }) => new Set(values).size < values.length);
  const some = ids.length > 2 && repeated.length >= 2 ? repeated : ids;
  const isPlain = columns.length <= MOST_UNNAMED && table.rows > 0;
  return some.length >= 2 && (isPlain || isWanted) ? [some[0]!, some[1]!] : undefined;
}

function chooseWeight(
  columns: RatedColumn[],
  sides: readonly RatedColumn[],
  { format, header }: TableShape,
): { column?: RatedColumn; reason: string } | undefined {
  const rest = columns.filter((column) => !sides.includes(column));
  const isNamed = format !== 'delimited' || header === true;
  const numeric = rest.filter(({ values }) => values.length > 0 && values.every(isNumeric));
  const column = isNamed
    ? (numeric.find(({ role }) => role === 'weight') ??
      (rest.length === 1
        ? numeric.find(({ role }) => role === 'number' || role === 'id')
        : undefined))
    : columns.slice(2, 3).find((third) => numeric.includes(third));
  if (column === undefined) return undefined;
  const name = isNamed ? shown(column.name) : 'the third column';
  if (column.values.some((value) => Number(value) < 0))
    return { reason: `every pair weighs 1: ${name} is below zero in places` };
  const most = column.values.reduce<number>((top, value) => Math.max(top, Number(value)), 0);
  if (most > MOST_WEIGHT) return { reason: `every pair weighs 1: ${name} looks like times` };
  return { column, reason: `${name} is their weight` };
}

/** Seconds since 1970 are more. */
const MOST_WEIGHT = 5e8;

function chooseSideCount(
  left: RatedColumn,
  right: RatedColumn,
  weight: RatedColumn | undefined,
  { table }: TableShape,
  isNamed: boolean,
): Choice {
  const key = 'source.sides';
  const [a, b] = [stemOf(left.name), stemOf(right.name)];
  if (isNamed && ENDS_OF_LINKS.some(([x, y]) => x === a && y === b))
    return { key, value: 'one', reason: 'their names say that both are of one set' };
  if (isNamed && a === b)
    return { key, value: 'one', reason: 'their names differ by a number or a letter alone' };
  const share = sharedIds(left, right);
  const seen = table.isWhole ? 'of the ids' : 'of the ids looked at';
  const found = `${percent(share)} ${seen} are on both sides`;
  if (share < SHARED) return { key, value: 'two', reason: found };
  const areNumbers = left.values.every(isNumeric) && right.values.every(isNumeric);
  const isRated =
    weight !== undefined && new Set(weight.values.map(Number)).size <= RATING_VALUES && !isNamed;
  const areNamed = isNamed && isThingName(left.name) && isThingName(right.name);
  if (areNumbers && (areNamed || isRated))
    return {
      key,
      value: 'two',
      reason: areNamed
        ? `${shown(left.name)} and ${shown(right.name)} number two kinds of things`
        : 'few different whole weights look like ratings of one kind by another',
    };
  return { key, value: 'one', reason: found };
}

/** Of the side with fewer ids, the share that is on the other too. */
function sharedIds(left: RatedColumn, right: RatedColumn): number {
  const sets = [left, right].map(({ values }) => new Set(values.map(String)));
  const [few, many] = sets.toSorted((a, b) => a.size - b.size) as [Set<string>, Set<string>];
  let shared = 0;
  for (const id of few) if (many.has(id)) shared++;
  return few.size === 0 ? 0 : shared / few.size;
}

const percent = (share: number): string =>
  share === 0 ? 'none' : `${Number((100 * share).toPrecision(2))}%`;
