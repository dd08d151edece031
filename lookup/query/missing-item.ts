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
  const common = await reader.wholePart('common.txt', meter);
  const isCommon = common !== undefined && isLine(common, id);
  const items = parts.find(({ name }) => name === 'items.pages');
  const mayLoad = !isCommon && (items?.bytes ?? Infinity) <= MAX_LOADED_BYTES;
  const index = reader.loaded ?? (mayLoad ? await reader.load(meter) : undefined);
  steps.push(`no item ${JSON.stringify(id)}${isCommon ? ': a common word, left out' : ''}`);
  const spellings =
    index && index.keys.kind === 'utf8' && !isCommon
      ? nearSpellings(index.keys, index.items, id, SPELLINGS).map(({ key }) => key)
      : [];
  const sided = await withSides(context, id);
  return {
    id,
    ...(isCommon ? { reason: 'common' } : reasonOf(context, id)),
    spellings: [...sided, ...spellings.filter((key) => !sided.includes(key))],
  };
}

/** Items of two sides have the name of theirs before the id: `user:17`. */
async function withSides({ reader, meter }: QueryContext, id: string): Promise<string[]> {
  const keys = reader.manifest.sides?.map((side) => `${side}:${id}`) ?? [];
  const items = await Promise.all(keys.map((key) => reader.findItem(key, meter)));
  return keys.filter((_, at) => items[at] !== undefined);
}

const isLine = (lines: Uint8Array, line: string): boolean =>
  new TextDecoder().decode(lines).split('\n').includes(line) && line !== '';

/** Why an item that is not common is not there. */
function reasonOf({ reader }: QueryContext, id: string): Omit<MissingItem, 'id' | 'spellings'> {
  const { manifest } = reader;
  const { minimumCount, lengths, numbers } = manifest.leftOut ?? {};
  const letters = Array.from(id.slice(0, 1000)).length;
  if (lengths && (letters < lengths[0] || letters > lengths[1]))
    return { reason: 'length', lengths };
  if (numbers && /^\p{N}/u.test(id)) return { reason: 'number' };
  const takesTexts = manifest.parts.some(({ name }) => name === 'encoder.json');
  return {
    reason: 'unknown',
    ...(minimumCount !== undefined && minimumCount > 1 && { minimumCount }),
    ...(takesTexts && !/^-?\d+$/.test(id) && { askBy: 'text' }),
  };
}
