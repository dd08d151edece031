import { nearName } from '../query/near-name.ts';
import { QueryError } from '../query/query-error.ts';
import type { FieldType, FieldValue } from '../query/types.ts';

/** What a filter asks, every value looked at: conditions on fields under and, or and not. */
export type FilterNode =
  | { kind: 'and'; of: readonly FilterNode[] }
  | { kind: 'or'; of: readonly FilterNode[] }
  | { kind: 'not'; of: FilterNode }
  | { kind: 'field'; name: string; test: (value: FieldValue | undefined) => boolean };

export interface CheckedFilter {
  root: FilterNode;
  /** The fields that it asks for. */
  names: ReadonlySet<string>;
  /** The same text for the same filter. */
  text: string;
}

const MAX_DEPTH = 16;
const MAX_CONDITIONS = 256;
/** Of a list of $in or $nin. */
const MAX_LISTED = 10_000;
const LOGICAL = ['$and', '$or', '$not'] as const;
const OPERATORS = ['$eq', '$ne', '$in', '$nin', '$gt', '$gte', '$lt', '$lte', '$exists'] as const;
const ORDERS = {
  $gt: (value: FieldValue, bound: FieldValue) => value > bound,
  $gte: (value: FieldValue, bound: FieldValue) => value >= bound,
  $lt: (value: FieldValue, bound: FieldValue) => value < bound,
  $lte: (value: FieldValue, bound: FieldValue) => value <= bound,
};

/**
 * Throws QueryError on a field that the index does not have, a value of another type than the
 * field's, an operator that there is not, and on more than 256 conditions or 16 levels.
 */
export function checkFilter(
  filter: unknown,
  { fields, payloads }: { fields?: Readonly<Record<string, FieldType>>; payloads: boolean },
): CheckedFilter {
  if (!fields)
    throw new QueryError(
      'filter',
      payloads
        ? 'the payloads of this index are texts; it needs fields (payload: [title, year] in its ' +
            'configuration)'
        : 'this index has no payloads to filter by',
    );
  const types = new Map(Object.entries(fields));
  const names = new Set<string>();
  let conditions = 0;

  function count(): void {
    if (++conditions > MAX_CONDITIONS)
      throw new QueryError('filter', `more than ${MAX_CONDITIONS} conditions`);
  }

  function nodeOf(given: unknown, path: string, depth: number): FilterNode {
    if (depth > MAX_DEPTH)
      throw new QueryError('filter', `more than ${MAX_DEPTH} levels, one within the other`);
    if (!isObject(given)) refuse(path, `expected an object such as { year: 2020 }`, given);
    const keys = Object.keys(given);
    if (keys.length === 0) count();
    return allOf(keys.map((key) => entryOf(key, given[key], inPath(path, key), depth)));
  }

  function entryOf(key: string, value: unknown, path: string, depth: number): FilterNode {
    if (key === '$and' || key === '$or') {
      if (!Array.isArray(value) || value.length === 0)
        return refuse(path, 'expected a list of filters', value);
      if (value.length > MAX_CONDITIONS)
        throw new QueryError('filter', `more than ${MAX_CONDITIONS} conditions`);
      const of = value.map((each, at) => nodeOf(each, `${path}[${at}]`, depth + 1));
      return { kind: key === '$and' ? 'and' : 'or', of };
    }
    if (key === '$not') return { kind: 'not', of: nodeOf(value, path, depth + 1) };
    if (key.startsWith('$')) {
      const hint = nearName(key, LOGICAL);
      const known = OPERATORS.some((name) => name === key);
      throw new QueryError(
        'filter',
        known
          ? `${path} stands under a field: { year: { ${key}: … } }`
          : `${path} is none of ${LOGICAL.join(', ')}${hint}`,
      );
    }
    const type = types.get(key);
    if (!type)
      throw new QueryError(
        'filter',
        `the index has no field ${JSON.stringify(key)}, only ` +
          [...types].map(([name, each]) => `${name} (${each})`).join(', ') +
          nearName(key, [...types.keys()]),
      );
    names.add(key);
    if (!isObject(value)) {
      count();
      return { kind: 'field', name: key, test: testOf('$eq', value, type, path) };
    }
    const operators = Object.keys(value);
    if (operators.length === 0)
      return refuse(path, `expected one of ${OPERATORS.join(', ')}`, value);
    return allOf(
      operators.map((operator): FilterNode => {
        count();
        const test = testOf(operator, value[operator], type, inPath(path, operator));
        return { kind: 'field', name: key, test };
      }),
    );
  }

  const root = nodeOf(filter, '', 1);
  return { root, names, text: JSON.stringify(filter) };
}

function allOf(of: readonly FilterNode[]): FilterNode {
  return of.length === 1 ? of[0]! : { kind: 'and', of };
}

/** The condition of one operator; of a list it asks whether one of its texts is so. */
function testOf(
  operator: string,
  given: unknown,
  type: FieldType,
  path: string,
): (value: FieldValue | undefined) => boolean {
  switch (operator) {
    case '$eq':
    case '$ne':
    case '$in':
    case '$nin': {
      const isList = operator === '$in' || operator === '$nin';
      const wanted = new Set(isList ? valuesOf(given, type, path) : [valueOf(given, type, path)]);
      const isIn = (value: FieldValue | undefined): boolean =>
        Array.isArray(value)
          ? value.some((each) => wanted.has(each as string))
          : wanted.has(value as string);
      return operator === '$eq' || operator === '$in' ? isIn : (value) => !isIn(value);
    }
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte': {
      if (type === 'boolean' || type === 'string[]')
        throw new QueryError('filter', `${path}: the field is ${type}, which has no order`);
      const bound = valueOf(given, type, path);
      const isSo = ORDERS[operator];
      return (value) => value !== undefined && isSo(value, bound);
    }
    case '$exists':
      if (typeof given !== 'boolean') return refuse(path, 'expected true or false', given);
      return (value) => (value !== undefined) === given;
    default:
      throw new QueryError(
        'filter',
        `${path}: expected one of ${OPERATORS.join(', ')}${nearName(operator, OPERATORS)}`,
      );
  }
}

function valuesOf(given: unknown, type: FieldType, path: string): (string | number | boolean)[] {
  if (!Array.isArray(given)) return refuse(path, 'expected a list', given);
  if (given.length > MAX_LISTED)
    throw new QueryError('filter', `${path}: expected at most ${MAX_LISTED} values`);
  return given.map((each, at) => valueOf(each, type, `${path}[${at}]`));
}

function valueOf(given: unknown, type: FieldType, path: string): string | number | boolean {
  const wanted = type === 'string[]' ? 'string' : type;
  const isNumber = typeof given !== 'number' || Number.isFinite(given);
  if (typeof given === wanted && isNumber) return given as string | number | boolean;
  if (given === null || given === undefined)
    return refuse(path, `expected a ${wanted}, or { $exists: false } of what is absent`, given);
  if (Array.isArray(given)) return refuse(path, `expected a ${wanted}, or { $in: [...] }`, given);
  return refuse(path, `the field is ${type}, expected a ${wanted}`, given);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const inPath = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

function refuse(path: string, expected: string, given: unknown): never {
  const shown =
    typeof given === 'number' || typeof given === 'bigint' ? String(given) : json(given);
  throw new QueryError('filter', `${path === '' ? '' : `${path}: `}${expected}, got ${shown}`);
}

function json(given: unknown): string {
  try {
    return (JSON.stringify(given) ?? String(given)).slice(0, 60);
  } catch {
    return `a ${typeof given}`;
  }
}
