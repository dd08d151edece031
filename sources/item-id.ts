import { Failure } from '../schemas/failures.ts';
import { kindOf } from './text/json-lines.ts';

/**
 * An id as an index holds it: a string as it is, an integer in decimal. A DataError where it is
 * neither.
 */
export function itemId(value: unknown, where: string): string {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number') {
    if (Number.isSafeInteger(value)) return value.toString();
    throw new Failure(
      'DataError',
      `${where}: the id ${value} is no integer below 2^53; write larger ids and others as strings`,
    );
  }
  if (typeof value !== 'string')
    throw new Failure(
      'DataError',
      `${where}: an id is ${kindOf(value)}, expected a string or an integer`,
    );
  if (value === '') throw new Failure('DataError', `${where}: an empty id`);
  if (/\p{Surrogate}/u.test(value))
    throw new Failure(
      'DataError',
      `${where}: the id ${JSON.stringify(value)} holds half a surrogate pair; it has no UTF-8`,
    );
  return value;
}
