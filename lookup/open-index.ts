import { checkCurrent, type Current } from './check-manifest.ts';
import { type HashIndex, openParts } from './hash-index.ts';
import { httpLocation } from './ranges/http-range-reader.ts';
import { IndexFormatError, IndexReadError } from './index-errors.ts';
import type { IndexLocation } from './ranges/range-reader.ts';
import { readerOfVersion } from './ranges/reader-of-version.ts';

export interface OpenOptions {
  /** Reader of a folder by its URI, for other schemes than file, s3, http and https. */
  location?: (uri: string) => IndexLocation | Promise<IndexLocation>;
  /** Reads of pages kept a part for later queries; 256 when absent. */
  keep?: number;
  /**
   * Buckets of more items are answered with their size alone; what the version says when absent,
   * Infinity for all.
   */
  maximumBucket?: number;
}

/**
 * Opens a published index: `…/indexes/NAME` (its current version) or `…/indexes/NAME/versions/V`; a
 * path, file://, s3://, http:// or https://. The version stays the one that was current at the
 * opening. Throws IndexReadError where there is none, IndexFormatError where it is damaged.
 */
export async function openIndex(uri: string, options: OpenOptions = {}): Promise<HashIndex> {
  const location = await (options.location ?? locate)(uri.replace(/\/+$/, ''));
  const current = /\/versions\/[^/]+\/*$/.test(uri) ? undefined : await readCurrent(location);
  return await openVersion(location, current, options);
}

/** Opens the version that `current` names, or the one that lies at the location itself. */
export async function openVersion(
  location: IndexLocation,
  current: Current | undefined,
  options: OpenOptions,
): Promise<HashIndex> {
  const folder = current ? `${current.path.replace(/\/$/, '')}/` : '';
  const manifest = current?.manifest ?? (await readJson(location, `${folder}index.json`));
  if (manifest === undefined)
    throw new IndexReadError(
      location.uri,
      `no ${folder}index.json there: expected a finished version of an index`,
      { missing: true },
    );
  const index = openParts({
    manifest,
    fetchPart: (name) =>
      readerOfVersion(
        location.openRange(folder + index.manifest.parts.find((part) => part.name === name)!.path),
        index.manifest,
      ),
    ...(options.keep !== undefined && { keep: options.keep }),
    ...(options.maximumBucket !== undefined && { maximumBucket: options.maximumBucket }),
  });
  const { index: name, version } = index.manifest;
  if (current && (current.index !== name || current.version !== version)) {
    throw new IndexFormatError(
      `${folder}index.json`,
      undefined,
      `version ${current.version} of ${current.index} as current.json says`,
      `version ${version} of ${name}`,
    );
  }
  return index;
}

export async function locate(uri: string): Promise<IndexLocation> {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(uri)?.[1]?.toLowerCase();
  if (scheme === 'http' || scheme === 'https') return httpLocation(uri);
  if (scheme !== undefined && scheme !== 'file' && scheme !== 's3')
    throw new IndexReadError(
      uri,
      `expected a path, file://, s3://, http:// or https://, got ${scheme}: (others need the ` +
        'option location)',
    );
  // Loaded here alone, so that a browser never asks for node: modules.
  if (scheme === 's3') return (await import('./ranges/s3-range-reader.ts')).s3Location(uri);
  const { fileLocation } = await import('./ranges/file-range-reader.ts');
  return fileLocation(uri);
}

async function readCurrent(location: IndexLocation): Promise<Current> {
  const current = await readJson(location, 'current.json');
  if (current === undefined)
    throw new IndexReadError(
      location.uri,
      'no current.json there: expected the folder of a published index, …/indexes/NAME',
      { missing: true },
    );
  return checkCurrent(current);
}

async function readJson(location: IndexLocation, path: string): Promise<unknown> {
  const bytes = await location.readObject(path);
  if (!bytes) return undefined;
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new IndexFormatError(
      path,
      undefined,
      'JSON',
      error instanceof Error ? error.message : String(error),
    );
  }
}
