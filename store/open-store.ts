import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Failure } from '../schemas/failures.ts';
import { openFileStore } from './file-store.ts';
import { openS3Store } from './s3-store.ts';
import type { Store } from './store.ts';

const ACCEPTED = 'accepted are file:///folder, an absolute path, and s3://bucket/prefix';

/**
 * Opens the store at a URI without touching it yet; a URI that names no store is a
 * ConfigurationError.
 */
export function openStore(uri: string): Store {
  if (uri.startsWith('file:')) return openFileStore(folderOf(uri));
  if (isAbsolute(uri)) return openFileStore(resolve(uri));
  if (uri.startsWith('s3://')) return openS3(uri);
  throw new Failure('ConfigurationError', `store "${uri}": ${ACCEPTED}`);
}

/** Whether S3, or a server like it, could have a bucket of this name. */
export function isBucketName(name: string): boolean {
  return /^[a-zA-Z0-9][a-zA-Z0-9._-]{1,62}$/.test(name);
}

function folderOf(uri: string): string {
  try {
    const url = new URL(uri);
    if (url.search !== '' || url.hash !== '')
      throw new Error('a ? or # in a folder name is written %3F or %23');
    // Without trailing slashes, but `/` itself stays.
    return resolve(fileURLToPath(url));
  } catch (error) {
    throw new Failure(
      'ConfigurationError',
      `store "${uri}" (${(error as Error).message}): ${ACCEPTED}`,
      { cause: error },
    );
  }
}

function openS3(uri: string): Store {
  const [bucket = '', ...folders] = uri.slice('s3://'.length).replace(/\/+$/, '').split('/');
  if (!isBucketName(bucket)) {
    throw new Failure(
      'ConfigurationError',
      `store "${uri}": "${bucket}" is no bucket name; ${ACCEPTED}`,
    );
  }
  if (folders.some((folder) => folder === '' || folder === '.' || folder === '..')) {
    throw new Failure(
      'ConfigurationError',
      `store "${uri}": the prefix has an empty segment, "." or ".."; ${ACCEPTED}`,
    );
  }
  return openS3Store(bucket, folders.join('/'));
}
