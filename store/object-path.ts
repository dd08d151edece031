import { Failure } from '../schemas/failures.ts';

/** Names a store keeps for itself: temporary files, locks and probes. They are never listed. */
export const TEMPORARY_PREFIX = '.hashloom-tmp-';
export const LOCK_PREFIX = '.hashloom-lock-';
export const PROBE_FOLDER = '.hashloom-probe';

/**
 * Returns the path of an object when it is one: relative, `/` between folders, no `.` or `..`, no
 * reserved name; else a StoreError.
 */
export function checkedPath(path: string): string {
  const reason = path === '' ? 'it is empty' : refusal(path.split('/'), path);
  if (reason !== undefined)
    throw new Failure(
      'StoreError',
      `"${path}" is no path of an object: ${reason}; expected for example ` +
        'artifacts/count/manifest.json',
    );
  return path;
}

/** The same for the prefix of a listing, which may be empty or end anywhere. */
export function checkedPrefix(prefix: string): string {
  const folders = prefix.split('/').slice(0, -1);
  const reason = refusal(folders, prefix);
  if (reason !== undefined)
    throw new Failure('StoreError', `"${prefix}" is no prefix of objects: ${reason}`);
  return prefix;
}

/**
 * The key of an object in a bucket that others have filled: any but the empty one, as it was
 * listed.
 */
export function checkedKey(key: string): string {
  if (key === '') throw new Failure('StoreError', 'an object in a bucket has a key, this is empty');
  return key;
}

export function isReservedName(name: string): boolean {
  return name.startsWith(TEMPORARY_PREFIX) || name.startsWith(LOCK_PREFIX) || name === PROBE_FOLDER;
}

function refusal(segments: string[], whole: string): string | undefined {
  if (whole.includes('\0')) return 'it holds a zero byte';
  for (const segment of segments) {
    if (segment === '') return 'it has an empty segment (a slash at an end, or two together)';
    if (segment === '.' || segment === '..')
      return `the segment "${segment}" could leave the store`;
    if (isReservedName(segment)) return `"${segment}" is reserved`;
  }
  return undefined;
}
