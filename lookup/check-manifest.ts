import { CODE_ROLES } from '../format/code-roles.ts';
import { MAXIMUM_ITEMS } from '../format/page-header.ts';
import { IndexFormatError } from './index-errors.ts';
import type { FieldType } from './query/types.ts';

/** What lookup takes from `index.json`. */
export interface VersionManifest {
  index: string;
  version: number;
  kind: 'word' | 'id';
  items: number;
  tables: number;
  bits: number;
  /**
   * Whether the tables are cell, answering and asking: only the first has buckets of several items,
   * and an item is asked for by comparing its third code with the second ones.
   */
  hasRoles: boolean;
  /** Whether items have payloads. */
  payloads: boolean;
  /** Where payloads have fields: what the values of each are. */
  fields?: Readonly<Record<string, FieldType>>;
  parts: { name: string; path: string; bytes: number; head?: Uint8Array }[];
  /** Buckets of more items are answered with their size alone. */
  maximumBucket?: number;
  /** The key of the export artifact, which every part carries: 32 hexadecimal digits. */
  identity: string;
  /** Of a version with cells of vectors: the key of their artifact. */
  cells?: string;
  /** Of words and sequences, where the configuration says it: what got no place. */
  leftOut?: LeftOut;
  /** Of pairs of two sides: their names, which stand before the ids of items. */
  sides?: readonly [left: string, right: string];
  /** Of a version with a delta: what changed since its pages were made. */
  delta?: DeltaFacts & { /** The key of the append artifact. */ identity: string };
}

/** Which words or ids of a corpus are no items. */
export interface LeftOut {
  /** Those that occur fewer times. */
  minimumCount?: number;
  /** Words of fewer letters, and of more. */
  lengths?: readonly [least: number, most: number];
  /** Whether what begins with a digit is left out. */
  numbers?: true;
}

export interface DeltaFacts {
  /** Items that the pages have. */
  base: number;
  added: number;
  removed: number;
  /** Items that the lists of the delta speak of, where it has lists. */
  listed?: number;
}

/**
 * Checks `index.json` by hand, for the fields that lookup needs. Throws IndexFormatError with the
 * path of the field.
 */
export function checkManifest(value: unknown): VersionManifest {
  const fields = new Fields('index.json', value);
  const format = fields.value('format') === 2 ? 2 : fields.literal('format', 1);
  const bits = fields.integer('bits', 8, 256);
  if (bits % 8 !== 0) fields.refuse('bits', 'a multiple of 8', bits);
  return {
    index: fields.text('index', INDEX_NAME),
    version: fields.integer('version', 1, Number.MAX_SAFE_INTEGER),
    kind: fields.value('kind') === 'id' ? 'id' : fields.literal('kind', 'word'),
    items: fields.integer('items', 0, MAXIMUM_ITEMS),
    tables: fields.integer('tables', 1, 8),
    bits,
    hasRoles: hasRoles(fields),
    payloads: fields.value('payloads') !== undefined && fields.flag('payloads'),
    ...(fields.value('fields') !== undefined && { fields: fieldTypes(fields.child('fields')) }),
    parts: fields.list('parts').map((part) => ({
      name: part.text('name', /./),
      path: part.text('path', SAFE_PATH),
      bytes: part.integer('bytes', 0, Number.MAX_SAFE_INTEGER),
      ...(part.value('head') !== undefined && { head: part.base64('head', MAX_HEAD_BYTES) }),
    })),
    ...(fields.value('maximumBucket') !== undefined && {
      maximumBucket: fields.integer('maximumBucket', 1, Number.MAX_SAFE_INTEGER),
    }),
    identity: keyOf(fields, 'export'),
    ...(fields.list('parts').some((part) => part.value('name') === 'cells.map') && {
      cells: keyOf(fields, 'cells'),
    }),
    ...toldBy(fields),
    ...(format === 2 && {
      delta: { ...deltaFacts(fields.child('delta')), identity: keyOf(fields, 'append') },
    }),
  };
}

function fieldTypes(fields: Fields): Record<string, FieldType> {
  const entries = fields.names().map((name): [string, FieldType] => {
    const type = FIELD_TYPES.find((each) => each === fields.value(name));
    return [name, type ?? fields.refuse(name, FIELD_TYPES.join(' or '), fields.value(name))];
  });
  return Object.fromEntries(entries);
}

/** Codes that are for different things are those of `CODE_ROLES`, in this order. */
function hasRoles(fields: Fields): boolean {
  const roles = fields.value('roles');
  if (roles === undefined) return false;
  if (!Array.isArray(roles) || roles.join() !== CODE_ROLES.join())
    return fields.refuse('roles', CODE_ROLES.join(', '), roles);
  if (fields.value('tables') !== CODE_ROLES.length)
    return fields.refuse(
      'tables',
      `${CODE_ROLES.length}, as many as roles`,
      fields.value('tables'),
    );
  return true;
}

/**
 * From the configuration that made the version, which only tells more of what is missing: an index
 * without it, or with another, is as good.
 */
function toldBy(fields: Fields): Pick<VersionManifest, 'leftOut' | 'sides'> {
  const at = (...path: string[]): unknown =>
    path.reduce<unknown>(
      (value, name) =>
        typeof value === 'object' && value !== null && Object.hasOwn(value, name)
          ? (value as Record<string, unknown>)[name]
          : undefined,
      fields.value('configuration'),
    );
  const whole = (...path: string[]): number | undefined => {
    const value = at(...path);
    return typeof value === 'number' && Number.isSafeInteger(value) && value > 0
      ? value
      : undefined;
  };
  const kind = at('source', 'kind');
  const [left, right] = [at('source', 'columns', 'left'), at('source', 'columns', 'right')];
  const hasSides = kind === 'pairs' && at('source', 'sides') === 'two';
  if (hasSides && typeof left === 'string' && typeof right === 'string')
    return { sides: [left, right] };
  if (kind !== 'text' && kind !== 'sequences') return {};
  const minimumCount = whole('vocabulary', 'minimumCount');
  // Of a vocabulary that is full, words of that count and more may be left out.
  const isFull = Number(fields.value('items')) >= (whole('vocabulary', 'maximumSize') ?? Infinity);
  const least = whole('tokens', 'minimumLength');
  const most = whole('tokens', 'maximumLength');
  return {
    leftOut: {
      ...(minimumCount !== undefined && !isFull && { minimumCount }),
      ...(kind === 'text' && at('tokens', 'numbers') === false && { numbers: true }),
      ...(kind === 'text' &&
        least !== undefined &&
        most !== undefined && { lengths: [least, most] }),
    },
  };
}

function deltaFacts(fields: Fields): DeltaFacts {
  return {
    base: fields.integer('base', 0, MAXIMUM_ITEMS),
    added: fields.integer('added', 0, MAXIMUM_ITEMS),
    removed: fields.integer('removed', 0, MAXIMUM_ITEMS),
    ...(fields.value('listed') !== undefined && {
      listed: fields.integer('listed', 1, MAXIMUM_ITEMS),
    }),
  };
}

export interface Current {
  index: string;
  version: number;
  /** Of the version's folder, relative to the index's. */
  path: string;
  /** What `index.json` of the version would say, where it was published with it. */
  manifest?: unknown;
}

/** Checks `current.json`. Throws IndexFormatError with the path of the field. */
export function checkCurrent(value: unknown): Current {
  const fields = new Fields('current.json', value);
  fields.literal('format', 1);
  return {
    index: fields.text('index', INDEX_NAME),
    version: fields.integer('version', 1, Number.MAX_SAFE_INTEGER),
    path: fields.text('path', SAFE_PATH),
    ...(fields.value('manifest') !== undefined && { manifest: fields.value('manifest') }),
  };
}

const FIELD_TYPES = ['string', 'number', 'boolean', 'string[]'] as const;
/** Of what `index.json` may hold of the start of a part. */
const MAX_HEAD_BYTES = 65_536;

/** As schemas/configuration.ts has it: no way out of the folder of indexes. */
const INDEX_NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;
/** Relative, with plain names alone: neither `..` nor an empty name, no scheme, no query. */
const SAFE_PATH = /^(?!\.{1,2}(\/|$))[\w.-]+(\/(?!\.{1,2}(\/|$))[\w.-]+)*\/?$/;

function keyOf(fields: Fields, stage: 'export' | 'append' | 'cells'): string {
  const made = fields.list('lineage').find((reference) => reference.value('stage') === stage);
  return made
    ? made.text('key', /^[0-9a-f]{32}$/)
    : fields.refuse('lineage', `an artifact of stage ${stage}`, 'none');
}

class Fields {
  readonly #file: string;
  readonly #path: string;
  readonly #fields: Record<string, unknown>;

  constructor(file: string, value: unknown, path = '') {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new IndexFormatError(
        file,
        undefined,
        `${path || 'the file'} to be a JSON object`,
        show(value),
      );
    this.#file = file;
    this.#path = path;
    this.#fields = value as Record<string, unknown>;
  }

  value(name: string): unknown {
    return Object.hasOwn(this.#fields, name) ? this.#fields[name] : undefined;
  }

  names(): string[] {
    return Object.keys(this.#fields);
  }

  flag(name: string): boolean {
    const value = this.value(name);
    return typeof value === 'boolean' ? value : this.refuse(name, 'true or false', value);
  }

  literal<T extends string | number>(name: string, expected: T): T {
    return this.value(name) === expected
      ? expected
      : this.refuse(name, JSON.stringify(expected), this.value(name));
  }

  integer(name: string, least: number, most: number): number {
    const value = this.value(name);
    return typeof value === 'number' &&
      Number.isSafeInteger(value) &&
      value >= least &&
      value <= most
      ? value
      : this.refuse(name, `a whole number from ${least} to ${most}`, value);
  }

  text(name: string, pattern: RegExp): string {
    const value = this.value(name);
    return typeof value === 'string' && pattern.test(value)
      ? value
      : this.refuse(name, `text like ${pattern}`, value);
  }

  base64(name: string, most: number): Uint8Array {
    const text = this.text(name, /^[A-Za-z0-9+/]*={0,2}$/);
    if (text.length % 4 !== 0 || text.length > (4 * most) / 3)
      this.refuse(name, `base64 of at most ${most} bytes`, text);
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  }

  child(name: string): Fields {
    return new Fields(this.#file, this.value(name), `${this.#path}${name}.`);
  }

  list(name: string): Fields[] {
    const value = this.value(name);
    if (!Array.isArray(value)) return this.refuse(name, 'a list', value);
    return value.map(
      (element, i) => new Fields(this.#file, element, `${this.#path}${name}[${i}].`),
    );
  }

  refuse(name: string, expected: string, actual: unknown): never {
    throw new IndexFormatError(
      this.#file,
      undefined,
      `${this.#path}${name} to be ${expected}`,
      show(actual),
    );
  }
}

function show(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 100);
}
