import type { RangeReader } from '@hashloom/lookup';
import {
  checkManifest,
  type Delta,
  DELTA_LISTS_PART,
  type LoadedItems,
  loadItems,
  openDelta,
  openPart,
} from '@hashloom/lookup/internal';
import { Failure } from '../../schemas/failures.ts';
import type { IndexManifest } from '../../schemas/index-manifest.ts';
import type { Store } from '../../store/store.ts';
import { type DeltaLists, readDeltaLists } from './delta-lists.ts';
import { indexFolder } from '../versions/current-version.ts';

/** The items of a version in memory: those of its pages, and what has changed since. */
export interface FrozenIndex {
  base: LoadedItems;
  delta: Delta | undefined;
  /** The lists of the delta, where it has them. */
  laterLists(): Promise<DeltaLists>;
}

/**
 * Reads and proves `items.pages` and the delta of a version. Throws IntegrityError where they are
 * not whole.
 */
export async function loadFrozen(store: Store, manifest: IndexManifest): Promise<FrozenIndex> {
  const checked = checkManifest(manifest);
  const folder = `${indexFolder(manifest.index)}/versions/${manifest.version}`;
  const openReader = (name: string): RangeReader => {
    const { path } = checked.parts.find((part) => part.name === name)!;
    return {
      async read(start, end) {
        const bytes = await store.getRange(`${folder}/${path}`, start, end);
        if (bytes) return bytes;
        throw new Failure(
          'IntegrityError',
          `${store.uri}/${folder}/${path} is missing, though version ${manifest.version} names it`,
        );
      },
    };
  };
  try {
    const file = await openPart(checked, { part: 'items', table: 0, openReader, keep: 1 });
    return {
      base: await loadItems(file),
      delta: await openDelta(checked, openReader),
      async laterLists() {
        if (!checked.parts.some(({ name }) => name === DELTA_LISTS_PART)) return new Map();
        const wanted = {
          part: 'neighbours',
          table: 0,
          openReader,
          keep: 1,
          ofDelta: true,
        } as const;
        return await readDeltaLists(await openPart(checked, wanted));
      },
    };
  } catch (error) {
    const { name, message } = error as Error;
    const isTooLarge = error instanceof RangeError;
    if (name !== 'IndexFormatError' && !isTooLarge) throw error;
    const type = isTooLarge ? 'DataError' : 'IntegrityError';
    throw new Failure(type, `${store.uri}/${folder}: ${message}`, { cause: error });
  }
}
