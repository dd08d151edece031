import { nearSpellings } from '../near-spellings.ts';
import type { QueryContext } from './query-context.ts';
import type { MissingItem } from './types.ts';

/** Larger indexes are not loaded for spellings alone. */
const MAX_LOADED_BYTES = 4 * 1024 * 1024;
const SPELLINGS = 5;

/** Why an item is not there, as far as the files of the index can tell. */
export async function missingItem(context: QueryContext, id: string): Promise<MissingItem> {
  const { reader, meter, steps } = context;
  const { parts } = reader.manifest;
  const items = parts.find(({ name }) => name === 'items.pages');
  const [common, index] = await Promise.all([
    reader.wholePart('common.txt', meter),
    reader.loaded ?? ((items?.bytes ?? Infinity) <= MAX_LOADED_BYTES && reader.load(meter)),
  ]);
  const isCommon = common && new TextDecoder().decode(common).split('\n').includes(id);
  steps.push(`no item ${JSON.stringify(id)}${isCommon ? ': a common word, left out' : ''}`);
  const spellings =
    index && index.keys.kind === 'utf8' && !isCommon
      ? nearSpellings(index.keys, index.items, id, SPELLINGS).map(({ key }) => key)
      : [];
  return { id, reason: isCommon ? 'common' : 'unknown', spellings };
}
