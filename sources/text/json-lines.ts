import { Failure } from '../../schemas/failures.ts';

/**
 * The text in a line of JSON: `field` may go down through objects (`a.b`). A DataError names the
 * line.
 */
export function textOfLine(text: string, field: string, where: string): string {
  const value = fieldOf(parseLine(text, where), field, where);
  if (typeof value !== 'string')
    throw new Failure(
      'DataError',
      `${where}: field "${field}" holds ${kindOf(value)}, expected a string`,
    );
  return value;
}

export function parseLine(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Failure(
      'DataError',
      `${where}: not JSON (${(error as Error).message}); ` +
        (/^\s*\[/u.test(text)
          ? "is it a JSON array? One object a line is expected (`jq -c '.[]'` writes it so)"
          : 'expected one object a line, or set source.format: text'),
      { cause: error },
    );
  }
}

/**
 * What a field of an object holds; `field` may go down through objects (`a.b`). `key` says where in
 * the configuration the field is named.
 */
export function fieldOf(
  object: unknown,
  field: string,
  where: string,
  key = 'source.field',
): unknown {
  let value = object;
  let above = '';
  for (const name of field.split('.')) {
    const place = above === '' ? where : `${where}: "${above}"`;
    if (kindOf(value) !== 'an object')
      throw new Failure(
        'DataError',
        `${place}: expected an object with "${name}", found ${kindOf(value)}`,
      );
    const fields = value as Record<string, unknown>;
    if (!Object.hasOwn(fields, name)) {
      const names = Object.keys(fields).slice(0, 10).join(', ');
      throw new Failure(
        'DataError',
        `${place} has no field "${name}", only ${names === '' ? 'an empty object' : names}; ` +
          `set ${key}`,
      );
    }
    value = fields[name];
    above = above === '' ? name : `${above}.${name}`;
  }
  return value;
}

/** The same, undefined where there is none; `a.b` is a name before it is a way down. */
export function fieldIn(object: unknown, field: string): unknown {
  const own = valueIn(object, field);
  if (own !== undefined || !field.includes('.')) return own;
  return field.split('.').reduce(valueIn, object);
}

function valueIn(object: unknown, name: string): unknown {
  const isObject = typeof object === 'object' && object !== null && !Array.isArray(object);
  return isObject && Object.hasOwn(object, name)
    ? (object as Record<string, unknown>)[name]
    : undefined;
}

export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
