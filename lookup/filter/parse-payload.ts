import { IndexFormatError } from '../index-errors.ts';
import type { FieldType, Payload } from '../query/types.ts';

/**
 * The fields of a payload from its text; an empty one has none. Throws IndexFormatError where a
 * value is not of the type that `index.json` says.
 */
export function parsePayload(text: string, fields: Readonly<Record<string, FieldType>>): Payload {
  if (text === '') return {};
  const refuse = (expected: string, actual: string): never => {
    throw new IndexFormatError('a payload', undefined, expected, actual.slice(0, 100));
  };
  let payload: unknown;
  try {
    payload = JSON.parse(text);
  } catch {
    return refuse('fields in JSON', text);
  }
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload))
    return refuse('an object of fields', text);
  for (const [name, value] of Object.entries(payload)) {
    const type = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (!isOfType(value, type)) refuse(`field ${name} to be ${type ?? 'none of these'}`, text);
  }
  return payload as Payload;
}

/** Whether a value of JSON is what a field of this type holds. */
export function isOfType(value: unknown, type: FieldType | undefined): boolean {
  if (type === 'string[]')
    return Array.isArray(value) && value.every((each) => typeof each === 'string');
  return type !== undefined && typeof value === type;
}
