import { type CheckedFilter, checkFilter } from '../filter/check-filter.ts';
import { nearName } from './near-name.ts';
import { QueryError } from './query-error.ts';
import type { FieldType, Query, QuerySignal, Rank, Relation } from './types.ts';

/** What is asked with. */
type Asked =
  | { by: 'id'; id: string }
  | { by: 'vector'; vector: ArrayLike<number> }
  | { by: 'text'; text: string }
  | { by: 'code'; table: number; code: Uint8Array }
  | { by: 'positive'; positive: readonly string[]; negative: readonly string[] };

/** A query whose every field has been looked at. */
export interface CheckedQuery {
  asked: Asked;
  topK: number;
  rank: Rank;
  relation: Relation | undefined;
  known: boolean | undefined;
  candidates: number;
  /** Undefined where nothing was said. */
  candidatesAsked: number | undefined;
  radius: number | undefined;
  filter: CheckedFilter | undefined;
  minScore: number | undefined;
  include: { payload: boolean; code: boolean };
  exclude: ReadonlySet<string>;
  signal: QuerySignal | undefined;
}

export const MAX_TOP_K = 10_000;
const MAX_CANDIDATES = 1_000_000;
/** Of positive, negative and exclude each: every id of the first two is a query of its own. */
const MAX_IDS = 10_000;
const DEFAULT_TOP_K = 10;
const DEFAULT_CANDIDATES = 200;
const ASKED_BY = ['id', 'vector', 'text', 'code', 'positive'] as const;
const RANKS = ['auto', 'neighbours', 'cosine', 'hamming', 'bucket'] as const;
const RELATION_NAMES = ['goes with', 'is like', 'near', 'related'] as const;
const INCLUDED = ['payload', 'code'] as const;
const FIELDS = [
  ...ASKED_BY,
  'negative',
  'topK',
  'rank',
  'relation',
  'known',
  'candidates',
  'radius',
  'filter',
  'minScore',
  'include',
  'exclude',
  'signal',
] as const;

/** What of an index decides what can be asked of it. */
interface QueriedShape {
  tables: number;
  bits: number;
  payloads: boolean;
  fields?: Readonly<Record<string, FieldType>>;
}

/** Throws QueryError that names the field, what it may be and what it is. */
export function checkQuery(query: Query, shape: QueriedShape): CheckedQuery {
  if (typeof query !== 'object' || query === null || Array.isArray(query))
    throw new QueryError(
      'query',
      `expected an object such as { id: 'pepper' }, got ${show(query)}`,
    );
  for (const name of Object.keys(query)) checkName('query', name, FIELDS);
  const topK = whole('topK', query.topK ?? DEFAULT_TOP_K, 1, MAX_TOP_K);
  const { radius, minScore, known, signal } = query;
  if (known !== undefined && typeof known !== 'boolean')
    throw new QueryError('known', `expected true or false, got ${show(known)}`);
  if (minScore !== undefined && !Number.isFinite(minScore))
    throw new QueryError('minScore', `expected a number, got ${show(minScore)}`);
  if (signal !== undefined && typeof signal.addEventListener !== 'function')
    throw new QueryError('signal', `expected an AbortSignal, got ${show(signal)}`);
  const include = query.include ?? [];
  if (!Array.isArray(include))
    throw new QueryError('include', `expected a list, got ${show(include)}`);
  for (const each of include) oneOf('include', each, INCLUDED);
  return {
    asked: checkAsked(query, shape),
    topK,
    rank: oneOf('rank', query.rank ?? 'auto', RANKS),
    relation:
      query.relation === undefined ? undefined : oneOf('relation', query.relation, RELATION_NAMES),
    known,
    candidates: whole('candidates', query.candidates ?? DEFAULT_CANDIDATES, 1, MAX_CANDIDATES),
    candidatesAsked: query.candidates,
    radius: radius === undefined ? undefined : whole('radius', radius, 0, shape.bits),
    filter: query.filter === undefined ? undefined : checkFilter(query.filter, shape),
    minScore,
    include: { payload: include.includes('payload'), code: include.includes('code') },
    exclude: new Set(texts('exclude', query.exclude ?? [])),
    signal,
  };
}

function checkAsked(query: Query, { tables, bits }: { tables: number; bits: number }): Asked {
  const given = ASKED_BY.filter((name) => query[name] !== undefined);
  const [by] = given;
  if (!by || given.length > 1)
    throw new QueryError(
      given.join(', ') || 'query',
      `expected exactly one of ${ASKED_BY.join(', ')}, got ` +
        `${given.length === 0 ? 'none' : given.length}`,
    );
  if (query.negative !== undefined && by !== 'positive')
    throw new QueryError('negative', `expected beside positive alone, got it beside ${by}`);
  if (by === 'vector') return { by, vector: checkVector(query.vector!) };
  if (by === 'code') return checkCode(query.code!, tables, bits);
  if (by === 'positive') {
    const positive = texts('positive', query.positive!);
    if (positive.length === 0)
      throw new QueryError('positive', 'expected at least one id, got none');
    return { by, positive, negative: texts('negative', query.negative ?? []) };
  }
  const value = query[by];
  if (typeof value !== 'string') throw new QueryError(by, `expected a text, got ${show(value)}`);
  return by === 'id' ? { by, id: value } : { by, text: value };
}

function checkCode(given: NonNullable<Query['code']>, tables: number, bits: number): Asked {
  if (typeof given !== 'string' && (typeof given !== 'object' || given === null))
    throw new QueryError('code', `expected a text or { table, code }, got ${show(given)}`);
  const { table, code } = typeof given === 'string' ? { table: 0, code: given } : given;
  return {
    by: 'code',
    table: whole('code.table', table, 0, tables - 1),
    code: codeBytes(code, bits),
  };
}

function checkVector(vector: ArrayLike<number>): ArrayLike<number> {
  if (typeof vector !== 'object' || vector === null || typeof vector.length !== 'number')
    throw new QueryError('vector', `expected a list of numbers, got ${show(vector)}`);
  let isZero = true;
  for (let at = 0; at < vector.length; at++) {
    if (!Number.isFinite(vector[at]))
      throw new QueryError('vector', `expected a number at ${at}, got ${show(vector[at])}`);
    if (vector[at] !== 0) isZero = false;
  }
  if (isZero)
    throw new QueryError(
      'vector',
      `expected one that points somewhere, got ${vector.length} zeros`,
    );
  return vector;
}

function codeBytes(digits: unknown, bits: number): Uint8Array {
  if (typeof digits !== 'string' || digits.length !== bits / 4 || !/^[0-9a-f]*$/i.test(digits))
    throw new QueryError('code', `expected ${bits / 4} hexadecimal digits, got ${show(digits)}`);
  return Uint8Array.from({ length: bits / 8 }, (_, k) =>
    Number.parseInt(digits.slice(2 * k, 2 * k + 2), 16),
  );
}

function whole(field: string, value: unknown, least: number, most: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most)
    return value;
  throw new QueryError(
    field,
    `expected a whole number from ${least} to ${most}, got ${show(value)}`,
  );
}

function texts(field: string, value: unknown): readonly string[] {
  if (!Array.isArray(value)) throw new QueryError(field, `expected a list, got ${show(value)}`);
  if (value.length > MAX_IDS)
    throw new QueryError(field, `expected at most ${MAX_IDS} ids, got ${value.length}`);
  for (const [at, each] of value.entries())
    if (typeof each !== 'string')
      throw new QueryError(`${field}[${at}]`, `expected a text, got ${show(each)}`);
  return value as string[];
}

function oneOf<Name extends string>(field: string, value: unknown, names: readonly Name[]): Name {
  const found = names.find((name) => name === value);
  if (found !== undefined) return found;
  throw new QueryError(
    field,
    `expected ${names.join(', ')}; got ${show(value)}${nearName(value, names)}`,
  );
}

/** Throws QueryError on a field that nobody reads, with the one that may have been meant. */
export function checkName(where: string, name: string, names: readonly string[]): void {
  if (!names.includes(name))
    throw new QueryError(name, `${where} has no such field${nearName(name, names)}`);
}

function show(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  // Whatever is in an object, it may be deep, have itself in it, or throw when it is looked at.
  if (typeof value === 'object' && value !== null) return 'an object';
  return (JSON.stringify(value) ?? String(value)).slice(0, 60);
}
