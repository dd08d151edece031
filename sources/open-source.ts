import type { Readable } from 'node:stream';
import { Failure } from '../schemas/failures.ts';
import type { Store } from '../store/store.ts';
import { formatSourceUri, parseSourceUri, splitPath } from './source-uri.ts';

/** The bytes of a listed file; a DataError where it is no longer there. */
export async function openSource(uri: string, openStore: (uri: string) => Store): Promise<Readable> {
  const { bucket, path } = parseSourceUri(uri);
  const { folder, name } = splitPath(path);
  const stream = await openStore(formatSourceUri(bucket, folder)).stream(name);
  if (stream === undefined) throw new Failure('DataError', `${uri} is gone: it was there when the corpus was listed; run again to list it anew`);
  return stream;
}
