import type { Pairs } from '../../evaluation/hit-rate.ts';
import type { Truth } from '../../evaluation/precision-recall.ts';
import { PURPOSE, RandomStream } from '../../kernels/numbers/random.ts';
import { Failure } from '../../schemas/failures.ts';
import type { ForeignTable } from '../../store/foreign/foreign-parquet.ts';
import { type ForeignCodes, numberIds } from './read-codes.ts';

/** Ids of a truth file that the codes do not have; its rows with them are left out. */
export interface UnknownIds {
  ids: number;
  rows: number;
  first: string[];
}

interface ForeignTruth {
  truth: Truth;
  unknown: UnknownIds;
}

interface TruthOptions {
  /** Items to sample as queries. */
  queries: number;
  seed: number;
  /** What numbers of the truth stand for: number, item. */
  items?: ForeignTable;
}

const LISTED = 10;
/**
 * Columns of pairs: as this program exports them, D as other stages write it, pairs of a source.
 */
const PAIR_COLUMNS = [
  ['item', 'relevant'],
  ['row', 'column'],
  ['left', 'right'],
] as const;
const LABEL_COLUMNS = ['label', 'labels'] as const;
/** Relevant items of all queries together; 1 GiB. */
const MAX_RELEVANT = 2 ** 28;

/**
 * Who belongs together: pairs (item, relevant; row, column; left, right), a row a pair in the order
 * first asks for second; or labels (item with label or labels), where items of one label belong
 * together. Throws Failure (DataError) on other columns and where nothing is left.
 */
export function foreignTruth(
  file: ForeignTable,
  codes: ForeignCodes,
  options: TruthOptions,
): ForeignTruth {
  const labels = LABEL_COLUMNS.find((name) => file.columns.includes(name));
  if (labels !== undefined && file.columns.includes('item'))
    return labelTruth(file, labels, codes, options);
  const { pairs, unknown } = foreignPairs(file, codes, options.items);
  return { truth: truthOf(pairs, codes.ids.length), unknown };
}

/** Pairs of either kind of columns. Throws Failure (DataError) where no pair is left. */
export function foreignPairs(
  file: ForeignTable,
  { ids }: ForeignCodes,
  items?: ForeignTable,
): { pairs: Pairs; unknown: UnknownIds } {
  const columns = PAIR_COLUMNS.find((names) => names.every((name) => file.columns.includes(name)));
  if (!columns)
    throw new Failure(
      'DataError',
      `${file.where}: expected the columns item and relevant (or row and column, left and ` +
        'right) of pairs, or item and label (or labels), got ' +
        (file.columns.join(', ') || 'none'),
    );
  const named = namesOf(items);
  const [left, right] = columns.map((name) => named(file.ids(name)));
  const lookup = knownIds(ids);
  const kept: [number[], number[]] = [[], []];
  for (let row = 0; row < left!.length; row++) {
    const [a, b] = [lookup.find(left![row]!), lookup.find(right![row]!)];
    if (a === undefined || b === undefined) continue;
    kept[0].push(a);
    kept[1].push(b);
  }
  if (kept[0].length === 0) throw nothingLeft(file, 'pairs', left!, ids, lookup.missing);
  return {
    pairs: { left: Int32Array.from(kept[0]), right: Int32Array.from(kept[1]) },
    unknown: lookup.unknown(left!.length - kept[0].length),
  };
}

/** Rows of relevant items by query. */
function truthOf({ left, right }: Pairs, items: number): Truth {
  const rowOffsets = new Int32Array(items + 1);
  left.forEach((item) => (rowOffsets[item + 1]! += 1));
  for (let item = 0; item < items; item++) rowOffsets[item + 1]! += rowOffsets[item]!;
  const next = rowOffsets.slice();
  const columns = new Int32Array(left.length);
  left.forEach((item, k) => (columns[next[item]!++] = right[k]!));
  return { rowOffsets, columns };
}

/**
 * Of labels the rows of sampled items alone, as all rows together grow with the square of a label's
 * items.
 */
function labelTruth(
  file: ForeignTable,
  column: string,
  { ids }: ForeignCodes,
  { queries, seed, items }: TruthOptions,
): ForeignTruth {
  const named = namesOf(items)(file.ids('item'));
  const labels = file.labels(column);
  const lookup = knownIds(ids);
  const holders = new Map<string, number[]>();
  const own = Array.from({ length: ids.length }, () => new Set<string>());
  let left = 0;
  named.forEach((id, row) => {
    const item = lookup.find(id);
    if (item === undefined) left++;
    else for (const label of labels[row]!) own[item]!.add(label);
  });
  if (left === named.length) throw nothingLeft(file, 'rows', named, ids, lookup.missing);
  own.forEach((set, item) => {
    for (const label of set) {
      const held = holders.get(label);
      if (held) held.push(item);
      else holders.set(label, [item]);
    }
  });
  const eligible = Uint32Array.from(own, (_, item) => item).filter((item) =>
    [...own[item]!].some((label) => holders.get(label)!.length > 1),
  );
  const stream = new RandomStream(seed, PURPOSE.evaluate, 2);
  const relevant = new Map<number, Int32Array>();
  let total = 0;
  for (let k = 0; k < Math.min(queries, eligible.length) && total < MAX_RELEVANT; k++) {
    const other = k + stream.below(eligible.length - k);
    const item = eligible[other]!;
    eligible[other] = eligible[k]!;
    const mates = Int32Array.from(
      new Set([...own[item]!].flatMap((label) => holders.get(label)!)),
    ).filter((mate) => mate !== item);
    relevant.set(item, mates.sort());
    total += mates.length;
  }
  const rowOffsets = new Int32Array(ids.length + 1);
  const columns = new Int32Array(total);
  for (let item = 0, at = 0; item < ids.length; item++) {
    const mates = relevant.get(item);
    if (mates) columns.set(mates, at);
    at += mates?.length ?? 0;
    rowOffsets[item + 1] = at;
  }
  return { truth: { rowOffsets, columns }, unknown: lookup.unknown(left) };
}

/** Numbers of ids, and which of those asked for are not there. */
function knownIds(ids: ForeignCodes['ids']) {
  const numbers = numberIds(ids);
  const missing = new Set<string | bigint>();
  return {
    missing,
    find(id: string | bigint): number | undefined {
      const number = numbers.get(id);
      if (number === undefined) missing.add(id);
      return number;
    },
    unknown: (rows: number): UnknownIds => ({
      ids: missing.size,
      rows,
      first: [...missing].slice(0, LISTED).map(String),
    }),
  };
}

/**
 * Ids as they come, or what their numbers stand for; a number that stands for nothing stays, and is
 * unknown.
 */
function namesOf(
  items: ForeignTable | undefined,
): (ids: string[] | bigint[]) => (string | bigint)[] {
  if (!items) return (ids) => ids;
  const numbers = items.ids('number');
  const names = new Map<string | bigint, string | bigint>(
    items.ids('item').map((name: string | bigint, row: number) => [numbers[row]!, name]),
  );
  return (ids) => Array.from<string | bigint, string | bigint>(ids, (id) => names.get(id) ?? id);
}

function nothingLeft(
  file: ForeignTable,
  what: string,
  found: readonly (string | bigint)[],
  ids: ForeignCodes['ids'],
  missing: Set<string | bigint>,
): Failure {
  const first = [...missing].slice(0, LISTED).map(String);
  const kinds = [ids, found].map((each) => (typeof each[0] === 'string' ? 'text' : 'numbers'));
  const hint =
    kinds[0] === kinds[1]
      ? ''
      : `; the codes' items are ${kinds[0]}, these are ` +
        `${kinds[1]}${kinds[1] === 'numbers' ? ' (--items FILE says what they stand for)' : ''}`;
  return new Failure(
    'DataError',
    `${file.where}: none of its ${found.length} ${what} is of items that have ` +
      `codes${first.length > 0 ? ` (not there: ${first.join(', ')})` : ''}${hint}`,
  );
}
