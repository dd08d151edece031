import { Failure } from '../schemas/failures.ts';
import type { ObjectHead, Store } from '../store/store.ts';
import { type Glob, parseGlob } from './glob.ts';
import { formatSourceUri, parseSourceUri, type SourceUri, splitPath } from './source-uri.ts';

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
 * are passed over, unless a glob begins a name with `_`. A DataError where there is nothing.
 */
export async function listSources(uri: string, openStore: OpenStore): Promise<SourceFile[]> {
  const location = parseSourceUri(uri);
  const file = await findFile(location, openStore);
  if (file) return [file];
  const glob = parseGlob(location.path);
  const looked: string[] = [];
  const matches = glob ? await listMatches(location, glob, openStore, looked) : [];
  const found = matches.length > 0 ? matches : await listFolder(location, openStore);
  if (found.length === 0)
    throw new Failure(
      'DataError',
      glob ? nothingMatches(uri, location, glob, looked) : nothingThere(uri),
    );
  const distinct = new Map(found.map((source) => [source.uri, source]));
  return [...distinct.values()].toSorted((a, b) =>
    Buffer.compare(Buffer.from(a.uri), Buffer.from(b.uri)),
  );
}

async function findFile(
  { bucket, path, isFolder }: SourceUri,
  openStore: OpenStore,
): Promise<SourceFile | undefined> {
  if (isFolder) return undefined;
  const { folder, name } = splitPath(path);
  const head = await openStore(formatSourceUri(bucket, folder)).head(name);
  return head && sourceOf(bucket, folder, head);
}

async function listMatches(
  { bucket, path }: SourceUri,
  glob: Glob,
  openStore: OpenStore,
  looked: string[],
): Promise<SourceFile[]> {
  const found: SourceFile[] = [];
  const isMeant = /(?:^|[/{,])_/u.test(path.slice(glob.folder.length));
  for await (const head of openStore(formatSourceUri(bucket, glob.folder)).list(glob.prefix)) {
    looked.push(head.path);
    const isPassedOver = !isMeant && head.path.split('/').some(isOfHadoop);
    if (glob.matches(head.path) && !isPassedOver) found.push(sourceOf(bucket, glob.folder, head));
  }
  return found;
}

async function listFolder(
  { bucket, path }: SourceUri,
  openStore: OpenStore,
): Promise<SourceFile[]> {
  const found: SourceFile[] = [];
  for await (const head of openStore(formatSourceUri(bucket, path)).list('')) {
    // Consoles mark a folder of a bucket by an empty object whose name ends with a slash.
    const isMarker = head.path.endsWith('/') && head.size === 0;
    if (!isMarker && !head.path.split('/').some((name) => name.startsWith('.') || isOfHadoop(name)))
      found.push(sourceOf(bucket, path, head));
  }
  return found;
}

/**
 * What Hadoop and Spark write beside data (`_SUCCESS`, `_metadata`, `_temporary`); a folder
 * `_key=value` is one of data.
 */
function isOfHadoop(name: string): boolean {
  return name.startsWith('_') && !name.includes('=');
}

function sourceOf(
  bucket: string,
  folder: string,
  { path, size, etag, modifiedMs }: ObjectHead,
): SourceFile {
  const full = folder === '' || folder.endsWith('/') ? folder + path : `${folder}/${path}`;
  return { uri: formatSourceUri(bucket, full), size, etag, modifiedMs };
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
