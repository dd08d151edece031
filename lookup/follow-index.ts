import { checkCurrent } from './check-manifest.ts';
import type { HashIndex } from './hash-index.ts';
import { IndexFormatError, IndexReadError } from './index-errors.ts';
import { locate, type OpenOptions, openVersion } from './open-index.ts';
import type { Query, QueryAnswer } from './query/types.ts';

/** A published index whose current version is looked for again and again. */
export interface FollowedIndex {
  /** The latest version that was seen; queries on it stay with it from beginning to end. */
  readonly index: HashIndex;
  /**
   * The answer of the latest version. Where that has been removed meanwhile, `current.json` is read
   * again and the version that it names then is asked.
   */
  query(query: Query): Promise<QueryAnswer>;
  /**
   * Reads `current.json` again, by its ETag where there is one; true when it led to another
   * version, which `index` is from then on.
   */
  refresh(): Promise<boolean>;
}

/**
 * Opens the current version of `…/indexes/NAME` and follows it. A version is taken only when its
 * `index.json` is whole and is the one that `current.json` names; when that fails the old one stays
 * and the error is thrown. Readers of an old version go on until its files are removed.
 */
export async function followIndex(uri: string, options: OpenOptions = {}): Promise<FollowedIndex> {
  const location = await (options.location ?? locate)(uri.replace(/\/+$/, ''));
  let seen = await readCurrent(undefined);
  let index = await openVersion(location, seen.current, options);
  let refreshing: Promise<boolean> | undefined;

  async function readCurrent(
    etag: string | undefined,
  ): Promise<{ current: ReturnType<typeof checkCurrent>; etag: string | undefined }> {
    const found = location.readIfChanged
      ? await location.readIfChanged('current.json', etag)
      : { bytes: await location.readObject('current.json'), etag: undefined };
    if (found === 'unchanged') return seen;
    if (!found?.bytes)
      throw new IndexReadError(
        location.uri,
        'no current.json there: expected the folder of a published index, …/indexes/NAME',
        { missing: true },
      );
    let value: unknown;
    try {
      value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(found.bytes));
    } catch (error) {
      throw new IndexFormatError(
        'current.json',
        undefined,
        'JSON',
        error instanceof Error ? error.message : String(error),
      );
    }
    return { current: checkCurrent(value), etag: found.etag };
  }

  async function refresh(): Promise<boolean> {
    const next = await readCurrent(seen.etag);
    if (next.current.version === seen.current.version && next.current.path === seen.current.path) {
      seen = next;
      return false;
    }
    index = await openVersion(location, next.current, options);
    seen = next;
    return true;
  }

  const refreshOnce = (): Promise<boolean> => {
    refreshing ??= refresh().finally(() => (refreshing = undefined));
    return refreshing;
  };

  async function query(asked: Query): Promise<QueryAnswer> {
    for (;;) {
      const tried = index;
      try {
        return await tried.query(asked);
      } catch (error) {
        if (!(error instanceof IndexReadError) || !error.missing) throw error;
        // Another query may have led to the next version already.
        if (index === tried) await refreshOnce();
        if (index === tried) throw error;
      }
    }
  }

  return {
    get index() {
      return index;
    },
    query,
    refresh: refreshOnce,
  };
}
