import { Failure } from '../schemas/failures.ts';
import type { ObjectHead, Store } from '../store/store.ts';
import { type Glob, parseGlob } from './glob.ts';
import { formatSourceUri, parseSourceUri, placeOf, type SourceUri } from './source-uri.ts';

/** A file of a corpus, as it was when it was listed. */
export interface SourceFile {
  uri: string;
  /** Bytes, as they lie there. */
  size: number;
  etag: string;
  modifiedMs: number;
}

type OpenStore = (uri: string) => Store;

/**
 * The files a URI names, sorted by URI in byte order, each once: a file, a folder with all that is
 * below it, or a glob (`*`, `**`, `?`, `{a,b}`), in a file system or in a bucket. A name that is
 * there as it stands is never read as a glob. Files and folders whose names begin with a dot or `_`
 * are passed over, unless a glob begins a name with `_`. What links lead to is read once. A
 * DataError where there is nothing.
 */
export async function listSources(uri: string, openStore: OpenStore): Promise<SourceFile[]> {
  const location = parseSourceUri(uri);
  const file = await findFile(location, openStore);
  if (file) return [file];
  const glob = parseGlob(location.path.replace(/\/+$/u, ''));
  const looked: string[] = [];
  const matches = glob ? await listMatches(location, glob, openStore, looked) : [];
  const found = matches.length > 0 ? matches : await listFolder(location, openStore);
  if (found.length === 0)
    throw new Failure(
      'DataError',
      glob ? nothingMatches(uri, location, glob, looked) : nothingThere(uri),
    );
  const distinct = new Map(eachOnce(found).map((source) => [source.uri, source]));
  return [...distinct.values()].toSorted((a, b) =>
    Buffer.compare(Buffer.from(a.uri), Buffer.from(b.uri)),
  );
}

/** A file with its path below the folder that was looked through. */
interface Found {
  uri: string;
  head: ObjectHead;
}

async function findFile(
  location: SourceUri,
  openStore: OpenStore,
): Promise<SourceFile | undefined> {
  const isBucket = location.bucket !== '';
  if (location.isFolder && (!isBucket || location.path === '')) return undefined;
  const { store, name } = placeOf(location);
  const head = await openStore(store).head(name);
  // Consoles mark a folder of a bucket by an empty object whose name ends with a slash.
  if (head === undefined || (location.isFolder && head.size === 0)) return undefined;
  return sourceOf({ uri: formatSourceUri(location.bucket, location.path), head });
}

async function listMatches(
  { bucket, path }: SourceUri,
  glob: Glob,
  openStore: OpenStore,
  looked: string[],
): Promise<Found[]> {
  const found: Found[] = [];
  const isMeant = /(?:^|[/{,])_/u.test(path.slice(glob.folder.length));
  for await (const each of filesBelow(bucket, glob.folder, glob.prefix, openStore)) {
    const { head } = each;
    looked.push(head.path);
    const isPassedOver = !isMeant && head.path.split('/').some(isOfHadoop);
    if (glob.matches(head.path) && !isPassedOver) found.push(readable(each));
  }
  return found;
}

async function listFolder({ bucket, path }: SourceUri, openStore: OpenStore): Promise<Found[]> {
  const found: Found[] = [];
  for await (const each of filesBelow(bucket, path, '', openStore)) {
    const names = each.head.path.split('/');
    if (!names.some((name) => name.startsWith('.') || isOfHadoop(name))) found.push(readable(each));
  }
  return found;
}

/** Of a bucket keys are taken as they are: `a//b` lies below `a`, under the path `/b`. */
async function* filesBelow(
  bucket: string,
  folder: string,
  prefix: string,
  openStore: OpenStore,
): AsyncGenerator<Found, void, undefined> {
  const above = folder === '' || folder.endsWith('/') ? folder : `${folder}/`;
  const start = bucket === '' ? '' : above;
  const store = openStore(bucket === '' ? formatSourceUri('', folder) : bucket);
  for await (const head of store.list(start + prefix)) {
    const path = head.path.slice(start.length);
    yield { uri: formatSourceUri(bucket, above + path), head: { ...head, path } };
  }
}

/** A name that is no UTF-8 reads as another one, under which nothing can be opened. */
function readable(found: Found): Found {
  const { nameBytes } = found.head;
  if (nameBytes === undefined) return found;
  throw new Failure(
    'DataError',
    `${found.uri}: a name that is no UTF-8, its bytes are $'${nameBytes}'; rename it, or leave ` +
      'it out by a glob that does not match it',
  );
}

/** What links lead to is read once, under its own path where that is listed too. */
function eachOnce(found: readonly Found[]): SourceFile[] {
  const places = new Set(found.flatMap(({ head }) => (head.liesAt ? [] : [head.path])));
  const distinct = found.filter(({ head: { liesAt } }) => {
    if (liesAt === undefined) return true;
    const isNew = !places.has(liesAt);
    places.add(liesAt);
    return isNew;
  });
  return distinct.map(sourceOf);
}

function sourceOf({ uri, head: { size, etag, modifiedMs } }: Found): SourceFile {
  return { uri, size, etag, modifiedMs };
}

/**
 * What Hadoop and Spark write beside data (`_SUCCESS`, `_metadata`, `_temporary`); a folder
 * `_key=value` is one of data.
 */
function isOfHadoop(name: string): boolean {
  return name.startsWith('_') && !name.includes('=');
}

function nothingThere(uri: string): string {
  return (
    `nothing at ${uri}: there is no file of this name, and no file below a folder of this name ` +
    '(names that begin with a dot or `_` are passed over)'
  );
}

function nothingMatches(
  uri: string,
  { bucket }: SourceUri,
  { folder, prefix }: Glob,
  looked: string[],
): string {
  const where =
    'below ' +
    `${formatSourceUri(bucket, folder)}${prefix === '' ? '' : ` whose paths begin with "${prefix}"`}`;
  if (looked.length === 0) return `nothing matches ${uri}: there are no files ${where}`;
  const examples = looked.slice(0, 3).join(', ');
  return (
    `nothing matches ${uri}: looked at ${looked.length} files ${where}, for example ` +
    `${examples}; \`*\` matches within one folder, \`**\` any number of folders`
  );
}
