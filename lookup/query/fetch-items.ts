import { parsePayload } from '../filter/parse-payload.ts';
import { hex } from '../pages/page-header.ts';
import type { ReadMeter } from '../ranges/read-meter.ts';
import type { VersionReader } from '../version-reader.ts';
import { codesByTable } from './asked-codes.ts';
import type { QueryContext } from './query-context.ts';
import type { FetchedItem, Match, Payload } from './types.ts';

/** The item with this id, where there is one. */
export async function fetchItem(
  reader: VersionReader,
  id: string,
  meter?: ReadMeter,
): Promise<FetchedItem | undefined> {
  const item = reader.loaded ? loadedItem(reader, id) : await reader.findItem(id, meter);
  if (!item) return undefined;
  return {
    id,
    code: codesByTable(item.codes, reader.codeBytes).map(hex),
    ...(item.payload !== undefined && { payload: payloadOf(reader, item.payload) }),
  };
}

function payloadOf({ manifest: { fields } }: VersionReader, text: string): Payload | string {
  return fields ? parsePayload(text, fields) : text;
}

/** Of an index in memory, without a read. */
function loadedItem({ loaded, codeBytes }: VersionReader, id: string) {
  const index = loaded!;
  const { keys, tables } = index;
  const number = keys.find(id);
  if (number < 0) return undefined;
  const codes = new Uint8Array(tables * codeBytes);
  for (let table = 0; table < tables; table++) {
    const words = index.codeOf(number, table);
    for (let k = 0; k < codeBytes; k++)
      codes[table * codeBytes + k] = words[k >>> 2]! >>> (8 * (k & 3));
  }
  const payload = index.payloadOf(number);
  return { codes, ...(payload !== undefined && { payload }) };
}

/** The matches with what was asked to come along. */
export async function withIncluded(
  { reader, query, meter, steps }: QueryContext,
  matches: Match[],
): Promise<Match[]> {
  const { payload, code } = query.include;
  const hasPayload = payload && reader.manifest.payloads;
  if (!hasPayload && !code) return matches;
  steps.push(`${matches.length} items fetched for what comes along`);
  return await Promise.all(
    matches.map(async (match) => {
      const item = await fetchItem(reader, match.id, meter);
      return {
        ...match,
        ...(hasPayload && item?.payload !== undefined && { payload: item.payload }),
        ...(code && item && { code: item.code }),
      };
    }),
  );
}
