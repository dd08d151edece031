import { Failure } from '../schemas/failures.ts';

/**
 * JSON with sorted keys and no spaces. Throws a ConfigurationError, with the place, at what JSON
 * would change in silence: NaN, undefined, dates and the like.
 */
export function canonicalJson(value: unknown, place = '$'): string {
  if (value === null || typeof value === 'string' || typeof value === 'boolean')
    return JSON.stringify(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value))
    return `[${Array.from(value, (item, i) => canonicalJson(item, `${place}[${i}]`)).join(',')}]`;
  if (
    typeof value === 'object' &&
    (Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null)
  ) {
    const record = value as Record<string, unknown>;
    const members = Object.keys(record)
      .toSorted()
      .map((key) => `${JSON.stringify(key)}:${canonicalJson(record[key], `${place}.${key}`)}`);
    return `{${members.join(',')}}`;
  }
  const found =
    typeof value === 'number' || value === undefined
      ? String(value)
      : Object.prototype.toString.call(value);
  throw new Failure(
    'ConfigurationError',
    `${place} is ${found}: JSON holds finite numbers, strings, booleans, null, arrays and ` +
      'plain objects',
  );
}
