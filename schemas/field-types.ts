/** What the values of a payload's field are; a list has strings. */
export const FIELD_TYPES = ['string', 'number', 'boolean', 'string[]'] as const;

export type FieldType = (typeof FIELD_TYPES)[number];

/** The fields of payloads by their names, in the order of the configuration. */
export type FieldTypes = Record<string, FieldType>;

/** The type of a value, undefined of one that no field may hold. */
export function fieldTypeOf(value: unknown): FieldType | undefined {
  if (typeof value === 'string' || typeof value === 'boolean') return typeof value as FieldType;
  if (typeof value === 'number' && Number.isFinite(value)) return 'number';
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return 'string[]';
  return undefined;
}

/** What an artifact tells of the fields of its items, among its other facts. */
export function factsOfFields(fields: Readonly<FieldTypes> | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields ?? {}).map(([name, type]) => [PREFIX + name, type]),
  );
}

/** The fields of an artifact's items; undefined where they have none. */
export function fieldsOfFacts(facts: Readonly<Record<string, unknown>>): FieldTypes | undefined {
  const fields = Object.entries(facts).filter(([name]) => name.startsWith(PREFIX));
  if (fields.length === 0) return undefined;
  return Object.fromEntries(
    fields.map(([name, type]) => [name.slice(PREFIX.length), type as FieldType]),
  );
}

const PREFIX = 'field.';
