import { Failure } from '../../schemas/failures.ts';
import {
  isDecimal,
  PHYSICAL,
  REPETITION,
  type SchemaElement,
  type SchemaNode,
} from './parquet-schema.ts';

/** What the values of a column are, whatever they are stored as. */
export type ValueType =
  | 'text'
  | 'bytes'
  | 'uuid'
  | 'integer'
  | 'unsigned'
  | 'float16'
  | 'float'
  | 'decimal'
  | 'boolean';

/** A column that is read: one value a row, or a list of them. */
export interface LeafColumn {
  name: string;
  leaf: number;
  element: SchemaElement;
  type: ValueType;
  isList: boolean;
  /** Optional elements above the repeated one and below it, or all there are. */
  optionalAbove: number;
  optionalBelow: number;
}

/** What a column is meant for. */
export type ColumnKind = 'text' | 'id' | 'ids' | 'label' | 'number' | 'numbers' | 'field';

export interface WantedColumn {
  /** As in the schema, `a.b` within structs. */
  name: string;
  kind: ColumnKind;
  /** The key of the configuration that named it, for messages. */
  key: string;
  /** A column that may be missing. */
  isOptional?: boolean;
}

const TEXTS: readonly ValueType[] = ['text', 'bytes', 'uuid'];
const IDS: readonly ValueType[] = [...TEXTS, 'integer', 'unsigned', 'decimal'];
const NUMBERS: readonly ValueType[] = [
  'integer',
  'unsigned',
  'float16',
  'float',
  'decimal',
  'boolean',
];

/**
 * The one list of what is read as what, a value a row and in lists; docs/how-to/sources.md says the
 * same.
 */
const FITS: Record<
  ColumnKind,
  { one: readonly ValueType[]; many: readonly ValueType[]; expected: string }
> = {
  text: { one: TEXTS, many: TEXTS, expected: 'text, or a list of text' },
  id: { one: IDS, many: [], expected: 'text or an integer' },
  ids: { one: [], many: IDS, expected: 'a list of text or integers' },
  label: {
    one: [...IDS, 'boolean'],
    many: [...IDS, 'boolean'],
    expected: 'text, an integer, a boolean, or a list of them',
  },
  field: {
    one: [...TEXTS, ...NUMBERS],
    many: TEXTS,
    expected: 'text, a number, a boolean or a list of text',
  },
  number: { one: NUMBERS, many: [], expected: 'a number' },
  numbers: { one: [], many: NUMBERS, expected: 'a list of numbers' },
};

const SHOWN_NAMES = 20;

/**
 * The column of this name; undefined where it may be missing and is. Throws DataError saying what
 * was found and what works, where there is none or one of another type.
 */
export function findColumn(
  schema: SchemaNode,
  { name, kind, key, isOptional }: WantedColumn,
  uri: string,
): LeafColumn | undefined {
  const path = pathTo(schema, name);
  if (path === undefined) {
    if (isOptional === true) return undefined;
    const names = schema.children.slice(0, SHOWN_NAMES).map(({ element }) => element.name);
    const more = schema.children.length - names.length;
    throw new Failure(
      'DataError',
      `${uri}: no column "${name}", only ${names.join(', ') || 'none'}` +
        `${more > 0 ? ` and ${more} more` : ''}; set ${key}`,
    );
  }
  const { one, many, expected } = FITS[kind];
  const found = leafBelow(path, name);
  if (typeof found === 'string')
    throw new Failure('DataError', `${uri}: column "${name}" is ${found}, expected ${expected}`);
  const types = found.isList ? many : one;
  if (found.type === undefined || !types.includes(found.type)) {
    const shown = typeName(found.element);
    throw new Failure(
      'DataError',
      `${uri}: column "${name}" is ${found.isList ? `a list of ${shown}` : shown}, expected ` +
        `${expected}; ${types.length > 0 ? 'cast it, or ' : ''}set ${key} to another column`,
    );
  }
  return { ...found, type: found.type };
}

function pathTo(schema: SchemaNode, name: string): SchemaNode[] | undefined {
  const whole = schema.children.find(({ element }) => element.name === name);
  if (whole) return [whole];
  const path: SchemaNode[] = [];
  let node = schema;
  for (const step of name.split('.')) {
    const next = node.children.find(({ element }) => element.name === step);
    if (next === undefined) return undefined;
    path.push(next);
    node = next;
  }
  return path;
}

type FoundLeaf = Omit<LeafColumn, 'type'> & { type: ValueType | undefined };

/** The one column at the end of a path, or what there is in place of it. */
function leafBelow(path: readonly SchemaNode[], name: string): FoundLeaf | string {
  const whole = [...path];
  let node = whole[whole.length - 1]!;
  while (node.leaf === undefined) {
    const [child] = node.children;
    if (child === undefined) return 'a struct of nothing';
    const isList = isListOf(node, child) || node.element.repetition === REPETITION.repeated;
    if (!isList || node.children.length > 1) return groupName(node, whole);
    whole.push(child);
    node = child;
  }
  const repeated = whole.findIndex(({ element }) => element.repetition === REPETITION.repeated);
  const again = whole.findLastIndex(({ element }) => element.repetition === REPETITION.repeated);
  if (repeated !== again) return `a list of lists of ${typeName(node.element)}`;
  const isOptional = ({ element }: SchemaNode): boolean =>
    element.repetition === REPETITION.optional;
  const above = repeated === -1 ? whole : whole.slice(0, repeated);
  return {
    name,
    leaf: node.leaf,
    element: node.element,
    type: valueType(node.element),
    isList: repeated !== -1,
    optionalAbove: above.filter(isOptional).length,
    optionalBelow: whole.slice(above.length).filter(isOptional).length,
  };
}

/** An annotated list, whatever its writer called what is in it. */
function isListOf({ element, children }: SchemaNode, child: SchemaNode): boolean {
  const isAnnotated = element.converted === 3 || element.logical?.kind === 3;
  return isAnnotated && children.length === 1 && child.element.repetition === REPETITION.repeated;
}

function groupName(node: SchemaNode, path: readonly SchemaNode[]): string {
  const { converted, logical } = node.element;
  if (converted === 1 || converted === 2 || logical?.kind === 2) return 'a map';
  const names = node.children.slice(0, SHOWN_NAMES).map(({ element }) => element.name);
  const struct = `a struct of ${names.join(', ')}`;
  return path.some(({ element }) => element.repetition === REPETITION.repeated)
    ? `a list with ${struct}`
    : struct;
}

const INTEGERS = new Set<number | undefined>([undefined, 15, 16, 17, 18]);
const UNSIGNED = new Set<number | undefined>([11, 12, 13, 14]);
const TEXT_LIKE = new Set<number | undefined>([0, 4, 19]);
const LOGICAL = { string: 1, enumeration: 4, json: 12, uuid: 14, float16: 15, integer: 10 };

/** Undefined of times, dates and others that are neither text nor a number. */
function valueType(element: SchemaElement): ValueType | undefined {
  const { type, converted, logical, length } = element;
  if (isDecimal(element)) return type === PHYSICAL.float ? undefined : 'decimal';
  switch (type) {
    case PHYSICAL.boolean:
      return 'boolean';
    case PHYSICAL.float:
    case PHYSICAL.double:
      return 'float';
    case PHYSICAL.int32:
    case PHYSICAL.int64:
      if (logical?.kind === LOGICAL.integer) return logical.isSigned ? 'integer' : 'unsigned';
      if (UNSIGNED.has(converted)) return 'unsigned';
      return logical === undefined && INTEGERS.has(converted) ? 'integer' : undefined;
    case PHYSICAL.bytes:
      if (TEXT_LIKE.has(converted)) return 'text';
      if (logical?.kind === LOGICAL.string || logical?.kind === LOGICAL.json) return 'text';
      if (logical?.kind === LOGICAL.enumeration) return 'text';
      return converted === undefined ? 'bytes' : undefined;
    case PHYSICAL.fixed:
      if (logical?.kind === LOGICAL.uuid) return length === 16 ? 'uuid' : undefined;
      if (logical?.kind === LOGICAL.float16) return length === 2 ? 'float16' : undefined;
      return converted === undefined ? 'bytes' : undefined;
    default:
      return undefined;
  }
}

const PHYSICAL_NAMES = [
  'boolean',
  'int32',
  'int64',
  'int96 (a time stamp)',
  'float',
  'double',
  'binary',
  'fixed-size binary',
];
const CONVERTED_NAMES: Readonly<Record<number, string>> = {
  6: 'a date',
  7: 'a time',
  8: 'a time',
  9: 'a time stamp',
  10: 'a time stamp',
  20: 'BSON',
  21: 'an interval',
};
const LOGICAL_NAMES: Readonly<Record<number, string>> = {
  6: 'a date',
  7: 'a time',
  8: 'a time stamp',
  11: 'nulls alone',
  13: 'BSON',
  16: 'a variant',
  17: 'a geometry',
  18: 'a geography',
};

/** For messages, in the words of people who write such files. */
function typeName(element: SchemaElement): string {
  const { type, converted, logical, length, precision, scale } = element;
  const known = valueType(element);
  if (known === 'decimal') return `decimal(${precision}, ${scale})`;
  if (known === 'text' || known === 'uuid' || known === 'float16') return known;
  const other = LOGICAL_NAMES[logical?.kind ?? 0] ?? CONVERTED_NAMES[converted ?? -1];
  if (other !== undefined) return other;
  const physical = PHYSICAL_NAMES[type ?? -1] ?? `of the unknown type ${type}`;
  if (known === 'unsigned') return `u${physical}`;
  return type === PHYSICAL.fixed ? `${physical} of ${length} bytes` : physical;
}
