import { mkdir, mkdtemp, rmdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Failure } from '../schemas/failures.ts';

/**
 * Where this machine keeps what Hashloom fetched: HASHLOOM_CACHE, or `hashloom` in XDG_CACHE_HOME
 * or ~/.cache.
 */
export function cacheFolder(environment: NodeJS.ProcessEnv): string {
  if (environment.HASHLOOM_CACHE) return environment.HASHLOOM_CACHE;
  const caches = environment.XDG_CACHE_HOME || join(environment.HOME || homedir(), '.cache');
  return join(caches, 'hashloom');
}

/**
 * Makes a folder of the cache and proves that it can be written, before anything is fetched for it.
 * Throws ConfigurationError with what to set instead; `hint` names a way without a cache.
 */
export async function requireCacheFolder(folder: string, hint: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    // Making a folder is the only proof: root passes every look at permissions, even on a read-only
    // disk.
    await rmdir(await mkdtemp(join(folder, '.probe-')));
  } catch (error) {
    throw new Failure(
      'ConfigurationError',
      [
        `the cache folder ${folder} cannot be written: ${(error as Error).message}`,
        `hint: set HASHLOOM_CACHE to a folder that can be written, or ${hint}`,
      ].join('\n'),
      { cause: error },
    );
  }
}
