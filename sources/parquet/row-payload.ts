import type { PayloadColumns } from '../../schemas/configuration/payload.ts';
import type { WantedColumn } from './column-types.ts';

/** Asks for the columns of payloads too; where each of them stands among those wanted. */
export function payloadColumns(
  payload: PayloadColumns,
  key: string,
  wanted: WantedColumn[],
): Map<string, number> {
  const places = new Map<string, number>();
  if (payload === '') return places;
  const isText = typeof payload === 'string';
  for (const name of isText ? [payload] : payload)
    places.set(name, wanted.push({ name, kind: isText ? 'text' : 'field', key }) - 1);
  return places;
}
