import { decodeKey, textRecord } from '@hashloom/lookup/internal';
import type { IndexManifest } from '../../schemas/index-manifest.ts';
import type { Store } from '../../store/store.ts';
import type { StageContext } from '../stage/stage.ts';
import type { ChangedItems } from './change-items.ts';
import { presentItems } from './change-items.ts';
import { type DeltaLists, mergeDeltaLists } from './delta-lists.ts';
import type { FrozenIndex } from './frozen-index.ts';
import { listNewItems } from './list-new-items.ts';
import type { NewLinks } from './new-links.ts';

/** The lists of the next delta. */
export interface ListedChange {
  lists: DeltaLists;
  /** New items that get none, for what the index was made from is no longer there. */
  withoutLists: number;
}

interface Change {
  changed: ChangedItems;
  /** Of new words and ids. */
  links: NewLinks | undefined;
  frozen: FrozenIndex;
  manifest: IndexManifest;
}

/** Lists of new items, and those of earlier deltas as far as they still hold. */
export async function listChanged(
  { changed, links, frozen, manifest }: Change,
  store: Store,
  context: StageContext,
): Promise<ListedChange> {
  if (!manifest.parts.some(({ name }) => name === 'neighbours.pages'))
    return { lists: new Map(), withoutLists: 0 };
  const { base } = frozen;
  const { kind } = base.keys;
  const gone = new Set(changed.removed.map(({ number }) => number));
  const come = new Set(changed.added.map(({ key }) => decodeKey(kind, key)!));
  const known = presentItems(base, undefined);
  const keyOf = (number: number): string | undefined =>
    gone.has(number) ? undefined : decodeKey(kind, textRecord(base.keys, number))!;
  const isThere = (key: string): boolean => {
    if (come.has(key)) return true;
    const number = known.find(key);
    return number >= 0 && !gone.has(number);
  };
  const later =
    links && links.keys.length > 0
      ? await listNewItems(links, manifest, keyOf, store, context)
      : new Map();
  const earlier = await frozen.laterLists();
  return {
    lists: mergeDeltaLists(earlier, later ?? new Map(), {
      isThere,
      hasCome: (key) => come.has(key),
    }),
    withoutLists: later ? 0 : links!.keys.length,
  };
}
