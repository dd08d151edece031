import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../schemas/failures.ts';
import { openStore } from '../../store/open-store.ts';
import {
  configuredIndex,
  indexLocation,
  storeLocation,
} from '../configuration/published-location.ts';

/**
 * URI of the index that a question is put to: a path or URI, a name within a store, the only index
 * of a store, or that of ./hashloom.yaml. Throws ConfigurationError where it cannot be told.
 */
export async function queryIndexLocation(
  named: string | undefined,
  storeOption: string | undefined,
): Promise<string> {
  const isName = named !== undefined && /^[a-z0-9][a-z0-9._-]{0,63}$/.test(named);
  if (named !== undefined && !isName) return await indexLocation(named);
  if (isName && storeOption === undefined && (await isIndexFolder(named)))
    return await indexLocation(named);
  if (storeOption === undefined && named === undefined) return await indexLocation(undefined);
  const store = (
    storeOption === undefined
      ? (await configuredIndex('--store')).store
      : await storeLocation(storeOption)
  ).replace(/\/+$/, '');
  return `${store}/indexes/${named ?? (await onlyIndex(store))}`;
}

async function onlyIndex(store: string): Promise<string> {
  const names: string[] = [];
  for await (const { path } of openStore(store).list('indexes/')) {
    const name = /^indexes\/([^/]+)\/current\.json$/.exec(path)?.[1];
    if (name !== undefined) names.push(name);
  }
  if (names.length === 1) return names[0]!;
  throw new Failure(
    'ConfigurationError',
    names.length === 0
      ? `--store: nothing is published in ${store} yet`
      : `--index: expected one of ${names.join(', ')}, the indexes of ${store}`,
  );
}

const isIndexFolder = async (path: string): Promise<boolean> =>
  await stat(join(path, 'current.json')).then(
    () => true,
    () => false,
  );
