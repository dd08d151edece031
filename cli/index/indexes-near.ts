import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openStore } from '../../store/open-store.ts';
import { shellWord } from '../terminal/shell-word.ts';

/** Where `hashloom demo` and `hashloom init` put a store beside whoever calls them. */
const USUAL_STORES = ['', '/store', '/hashloom-demo/store'];

/**
 * The published indexes of the stores that a URI may be meant to be in: it may be a store, a folder
 * with one, the folder of its indexes, or something within. None of a web server, which lists
 * nothing, and of what cannot be read.
 */
export async function indexesNear(uri: string): Promise<string[]> {
  const place = uri.replace(/\/+$/, '');
  if (!/^(file|s3):/.test(place)) return [];
  const within = /^(.+)\/indexes(\/.*)?$/.exec(place)?.[1];
  const usual = place.startsWith('file:') ? USUAL_STORES : [''];
  const stores = within === undefined ? usual.map((path) => place + path) : [within];
  return (await Promise.all(stores.map(indexesOf))).flat();
}

/** As a person would name it on a command line: a path from here on where it lies below. */
export function indexOption(uri: string): string {
  if (!uri.startsWith('file:')) return `--index ${shellWord(uri)}`;
  const path = fileURLToPath(uri);
  const below = relative(process.cwd(), path);
  return `--index ${shellWord(below === '' || below.startsWith('..') ? path : `./${below}`)}`;
}

async function indexesOf(store: string): Promise<string[]> {
  const found: string[] = [];
  try {
    for await (const { path } of openStore(store).list('indexes/'))
      if (/^indexes\/[^/]+\/current\.json$/.test(path))
        found.push(`${store}/${path.slice(0, -'/current.json'.length)}`);
  } catch {
    // It only looks for what may be meant: that the place cannot be read has been told already.
  }
  return found;
}
