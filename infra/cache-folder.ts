import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where this machine keeps what Hashloom fetched: `hashloom` in XDG_CACHE_HOME or ~/.cache. */
export function cacheFolder(environment: NodeJS.ProcessEnv): string {
  return join(
    environment.XDG_CACHE_HOME || join(environment.HOME || homedir(), '.cache'),
    'hashloom',
  );
}
