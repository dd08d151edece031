import type { PayloadColumns } from '../schemas/configuration/payload.ts';
import { Failure } from '../schemas/failures.ts';
import { checkedPayload } from '../schemas/payload.ts';
import type { PayloadFields } from '../schemas/payload-fields.ts';
import { kindOf } from './text/json-lines.ts';

/** What comes along with an item whose values `valueOf` gives; undefined where nothing does. */
export function payloadText(
  valueOf: (name: string) => unknown,
  name: PayloadColumns,
  fields: PayloadFields | undefined,
  where: string,
): string | undefined {
  if (fields) return fields.textOf(valueOf, where);
  if (typeof name !== 'string' || name === '') return undefined;
  const value = valueOf(name);
  const text = value ?? '';
  if (typeof text !== 'string')
    throw new Failure(
      'DataError',
      `${where}: field "${name}" holds ${kindOf(value)}, expected a string`,
    );
  return checkedPayload(text, (message) => {
    throw new Failure('DataError', `${where}, field "${name}": ${message}`);
  });
}
