import { IndexReadError } from '../index-errors.ts';
import type { IndexLocation } from './range-reader.ts';

/**
 * Stands in for folders in a bundle for browsers (`browser` in package.json). Throws
 * IndexReadError.
 */
export function fileLocation(uri: string): IndexLocation {
  throw new IndexReadError(uri, 'a browser reads no folders: expected http:// or https://');
}

/**
 * Stands in for buckets in a bundle for browsers (`browser` in package.json). Throws
 * IndexReadError.
 */
export function s3Location(uri: string): IndexLocation {
  throw new IndexReadError(
    uri,
    'a browser reads no s3://: expected the http:// or https:// address of the bucket',
  );
}
