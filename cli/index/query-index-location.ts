import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Failure } from '../../schemas/failures.ts';
import { openStore } from '../../store/open-store.ts';
import { CONFIGURATION_FILE } from '../configuration/load-configuration.ts';
import {
  configuredIndex,
  indexLocation,
  storeLocation,
} from '../configuration/published-location.ts';
import { shellWord } from '../terminal/shell-word.ts';
import { indexesNear, indexOption } from './indexes-near.ts';

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
  if (storeOption === undefined && named === undefined) return await indexOfFolder();
  if (isName && storeOption === undefined) await requireConfiguration(named);
  const store = (
    storeOption === undefined
      ? (await configuredIndex('--store')).store
      : await storeLocation(storeOption)
  ).replace(/\/+$/, '');
  return `${store}/indexes/${named ?? (await onlyIndex(store))}`;
}

/** The index of ./hashloom.yaml. */
async function indexOfFolder(): Promise<string> {
  await requireConfiguration(undefined);
  return await indexLocation(undefined);
}

/**
 * Throws ConfigurationError where no ./hashloom.yaml says which store or index is meant, but
 * indexes lie near: those, or that of this name, are told.
 */
async function requireConfiguration(name: string | undefined): Promise<void> {
  const here = process.cwd();
  if (await isFile(join(here, CONFIGURATION_FILE))) return;
  const near = await indexesNear(pathToFileURL(here).href);
  const named = near.filter((uri) => uri.endsWith(`/indexes/${name}`));
  if (near.length === 0) return;
  throw new Failure(
    'ConfigurationError',
    `--index: which one? There is no ${CONFIGURATION_FILE} here that would say it\n` +
      `hint: ${(named.length > 0 ? named : near).map(indexOption).join(', or ')}`,
  );
}

/**
 * Throws ConfigurationError where a word is the folder of an index: that is named by `--index`, and
 * as a word it would be one more item that is not there.
 */
export async function refuseIndexAsWord(words: readonly string[]): Promise<void> {
  for (const word of words) {
    if (!word.includes('/') || !(await isIndexFolder(word))) continue;
    const rest = words.filter((each) => each !== word).map(shellWord);
    const command = ['hashloom query', ...(rest.length > 0 ? rest : ['WORD'])].join(' ');
    throw new Failure(
      'ConfigurationError',
      `${word} is the folder of an index, not a word\nhint: ${command} --index ${shellWord(word)}`,
    );
  }
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
  await isFile(join(path, 'current.json'));

const isFile = async (path: string): Promise<boolean> =>
  await stat(path).then(
    () => true,
    () => false,
  );
