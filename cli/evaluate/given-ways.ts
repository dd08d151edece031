import { byHamming } from '../../evaluation/answers/code-ways.ts';
import type { Answers, Way } from '../../evaluation/answers/way.ts';
import { Failure } from '../../schemas/failures.ts';
import type { ForeignTable } from '../../store/foreign/foreign-parquet.ts';
import { foreignCodes, idColumn } from './read-codes.ts';

/** What another program answers, for the items of a version. */
export interface GivenWay {
  way: Way;
  /** Bytes an item of codes; not known of lists. */
  bytes?: number;
  /** Items of the version that the file says nothing of: they have no answer. */
  missing: number;
  /** Ids of the file that are no items of the version. */
  unknown: Set<string>;
}

const NOTHING: Answers = { items: new Uint32Array(0), scores: new Float32Array(0) };

/**
 * All items that have a code, by the least Hamming distance over the tables; with `isShared` codes
 * of all tables meet.
 */
export function givenCodes(
  file: ForeignTable,
  words: readonly string[],
  isShared: boolean,
): GivenWay {
  const { ids, codes, tables, codeBytes } = foreignCodes(file);
  const width = tables * codeBytes;
  const numbers = numbersOf(words);
  const all = new Uint8Array(words.length * width);
  const isThere = new Uint8Array(words.length);
  const unknown = new Set<string>();
  for (const [row, id] of ids.entries()) {
    const item = numbers.get(String(id));
    if (item === undefined) unknown.add(String(id));
    else {
      isThere[item] = 1;
      all.set(codes.subarray(row * width, (row + 1) * width), item * width);
    }
  }
  requireSome(file, isThere, words);
  const items = Uint32Array.from(words, (_, item) => item).filter((item) => isThere[item] === 1);
  const near = byHamming({ codes: all, tables, codeBytes, shared: isShared });
  return {
    way: (query) => {
      if (isThere[query] === 0) return NOTHING;
      const { scores } = near(query);
      return { items, scores: Float32Array.from(items, (item) => scores[item]!) };
    },
    bytes: width,
    missing: words.length - items.length,
    unknown,
  };
}

/**
 * The neighbours of each item in the order in which they stand, or by their scores, a higher one
 * before. Throws Failure (DataError) on a second list of an item and on scores of another number.
 */
export function givenLists(file: ForeignTable, words: readonly string[]): GivenWay {
  const refuse = (message: string): never => {
    throw new Failure('DataError', `${file.where}: ${message}`);
  };
  if (file.rows === 0) refuse('no rows');
  const ids = file.ids(idColumn(file));
  const neighbours = file.labels('neighbours');
  const scores = file.columns.includes('scores') ? file.scores('scores') : undefined;
  const numbers = numbersOf(words);
  const unknown = new Set<string>();
  const lists = new Map<number, Required<Answers>>();
  const known = (id: string): number | undefined => {
    const number = numbers.get(id);
    if (number === undefined) unknown.add(id);
    return number;
  };
  for (const [row, each] of ids.entries()) {
    const id = String(each);
    const own = neighbours[row]!;
    const ofRow = scores?.[row];
    if (ofRow && ofRow.length !== own.length)
      refuse(`${id}: ${own.length} neighbours and ${ofRow.length} scores; there is one for each`);
    const item = known(id);
    const found = new Map<number, number>();
    for (const [rank, name] of own.entries()) {
      const number = known(name);
      if (number !== undefined && !found.has(number)) found.set(number, ofRow?.[rank] ?? -rank);
    }
    if (item === undefined) continue;
    if (lists.has(item)) refuse(`a second list of ${id}; an item has one`);
    lists.set(item, {
      items: Uint32Array.from(found.keys()),
      scores: Float32Array.from(found.values()),
    });
  }
  const isThere = Uint8Array.from(words, (_, item) => Number(lists.has(item)));
  requireSome(file, isThere, words);
  return {
    way: (query) => lists.get(query) ?? NOTHING,
    missing: words.length - lists.size,
    unknown,
  };
}

const numbersOf = (words: readonly string[]): Map<string, number> =>
  new Map(words.map((word, number) => [word, number]));

function requireSome({ where }: ForeignTable, isThere: Uint8Array, words: readonly string[]): void {
  if (isThere.includes(1)) return;
  throw new Failure(
    'DataError',
    `${where}: none of its ids is an item of the version, whose first ones are ` +
      words
        .slice(0, 5)
        .map((word) => JSON.stringify(word))
        .join(', '),
  );
}
