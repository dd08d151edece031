import { isAbsolute, posix } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Failure } from '../schemas/failures.ts';

/** A place in a file system or in a bucket, taken apart. */
export interface SourceUri {
  /** `s3://bucket`; empty for files. */
  bucket: string;
  /**
   * Plain, nothing percent-encoded: `/data/books` of a file system; of a bucket a key as it is,
   * `data/books` or `data/books/` (empty: all of it).
   */
  path: string;
  /** It was written with a slash at its end, so it names a folder. */
  isFolder: boolean;
}

/**
 * Reads `file:///...` (percent-encoded or not), an absolute path, or `s3://bucket/...` (never
 * encoded); anything else is a ConfigurationError.
 */
export function parseSourceUri(uri: string): SourceUri {
  const s3 = /^s3:\/\/([^/]+)(?:\/(.*))?$/su.exec(uri);
  if (s3) {
    // A key may begin and end with slashes and have several together, and all of them count.
    const [, bucket = '', key = ''] = s3;
    return { bucket: `s3://${bucket}`, path: key, isFolder: key === '' || key.endsWith('/') };
  }
  const path = uri.startsWith('file:///') ? decoded(uri) : uri;
  if (!isAbsolute(path)) {
    throw new Failure(
      'ConfigurationError',
      `source "${uri}": accepted are file:///path, an absolute path, and s3://bucket/prefix`,
    );
  }
  const normal = posix.normalize(path);
  return {
    bucket: '',
    path: normal === '/' ? '/' : normal.replace(/\/+$/u, ''),
    isFolder: normal.endsWith('/'),
  };
}

/** The URI that opens: percent-encoded for files, as it is for keys. */
export function formatSourceUri(bucket: string, path: string): string {
  if (bucket === '') return pathToFileURL(path).href;
  return path === '' ? bucket : `${bucket}/${path}`;
}

/** The store of a file and its path there: of a bucket the whole key, which no folder parts. */
export function placeOf({ bucket, path }: Pick<SourceUri, 'bucket' | 'path'>): {
  store: string;
  name: string;
} {
  if (bucket !== '') return { store: bucket, name: path };
  const { folder, name } = splitPath(path);
  return { store: formatSourceUri('', folder), name };
}

/** The folder of a path and the name in it. */
function splitPath(path: string): { folder: string; name: string } {
  const slash = path.lastIndexOf('/');
  return {
    folder: slash === 0 ? '/' : path.slice(0, Math.max(slash, 0)),
    name: path.slice(slash + 1),
  };
}

function decoded(uri: string): string {
  try {
    return decodeURIComponent(uri.slice('file://'.length));
  } catch (error) {
    throw new Failure('ConfigurationError', `source "${uri}": a % in a name is written %25`, {
      cause: error,
    });
  }
}
