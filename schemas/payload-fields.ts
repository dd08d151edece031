import type { PayloadColumns } from './configuration/payload.ts';
import { Failure } from './failures.ts';
import { type FieldType, type FieldTypes, fieldTypeOf } from './field-types.ts';
import { checkedPayload } from './payload.ts';

/** Where a field got its type: a line, a row, a version. */
interface SeenType {
  type: FieldType;
  where: string;
}

/** The fields of payloads as items come: their text, and what type each field turns out to have. */
export interface PayloadFields {
  readonly names: readonly string[];
  /**
   * The fields of an item as JSON, in the order of the configuration; null and undefined are left
   * out. DataError on a value that is none, and on one of another type than before.
   */
  textOf(valueOf: (name: string) => unknown, where: string): string;
  /**
   * Takes the fields that another reading found; DataError where one of them has another type.
   */
  add(name: string, seen: SeenType): void;
  /** Those of which there is a value. */
  seen(): [string, SeenType][];
  /** The types of all; DataError, for `section`, where a field has no value at all. */
  finish(section: string): FieldTypes;
}

/** Of a list of columns; undefined of a single one, whose payloads are its texts. */
export function payloadFields(columns: PayloadColumns): PayloadFields | undefined {
  if (typeof columns === 'string') return undefined;
  const types = new Map<string, SeenType>();

  function take(name: string, type: FieldType, where: string): void {
    const before = types.get(name);
    if (!before) types.set(name, { type, where });
    else if (before.type !== type)
      throw new Failure(
        'DataError',
        `${where}, field "${name}" of the payload: ${NAMES[type]}, but ${NAMES[before.type]} in ` +
          `${before.where}; a field has values of one type`,
      );
  }

  return {
    names: columns,
    textOf(valueOf, where) {
      const fields: [string, unknown][] = [];
      for (const name of columns) {
        const given = valueOf(name);
        if (given === null || given === undefined) continue;
        const refuse = (message: string): never => {
          throw new Failure('DataError', `${where}, field "${name}" of the payload: ${message}`);
        };
        const value = plainValue(given, refuse);
        take(name, fieldTypeOf(value) ?? refuse(`${show(given)}; expected ${EXPECTED}`), where);
        fields.push([name, value]);
      }
      return checkedPayload(JSON.stringify(Object.fromEntries(fields)), (message) => {
        throw new Failure('DataError', `${where}, fields ${columns.join(', ')}: ${message}`);
      });
    },
    add: (name, { type, where }) => take(name, type, where),
    seen: () => [...types],
    finish(section) {
      const missing = columns.find((name) => !types.has(name));
      if (missing !== undefined)
        throw new Failure(
          'DataError',
          `${section}.payload: no item has a value of "${missing}"; mend its name or leave it out`,
        );
      return Object.fromEntries(columns.map((name) => [name, types.get(name)!.type]));
    },
  };
}

const NAMES: Record<FieldType, string> = {
  string: 'a string',
  number: 'a number',
  boolean: 'true or false',
  'string[]': 'a list of strings',
};

const EXPECTED = 'a string, a finite number, true, false or a list of strings';

/** As JSON has it: what readers of columns give, as numbers and lists. */
function plainValue(value: unknown, refuse: (message: string) => never): unknown {
  if (typeof value === 'bigint') {
    const number = Number(value);
    return BigInt(number) === value
      ? number
      : refuse(`${value}, which a double cannot hold; give it as a text`);
  }
  for (const text of Array.isArray(value) ? value : [value]) {
    if (typeof text === 'string' && /\p{Surrogate}/u.test(text))
      refuse('half a character, which UTF-8 cannot hold');
  }
  return value;
}

function show(value: unknown): string {
  if (typeof value === 'number') return String(value);
  if (value instanceof Date) return `the date ${value.toISOString()}`;
  if (Array.isArray(value)) return 'a list of other values';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
