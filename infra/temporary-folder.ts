import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Failure } from '../schemas/failures.ts';

/** What `tmpdir()` of Node looks at, the strongest first. */
const VARIABLES = ['TMPDIR', 'TMP', 'TEMP'] as const;

/**
 * Proves that the folder for temporary files can be written, which stages need after minutes of
 * other work. Throws ConfigurationError with the variable that names it.
 */
export function requireTemporaryFolder(environment: NodeJS.ProcessEnv): void {
  try {
    // Making a folder is the only proof: root passes every look at permissions, even on a read-only
    // disk.
    rmdirSync(mkdtempSync(join(tmpdir(), 'hashloom-probe-')));
  } catch (error) {
    const named = VARIABLES.find((name) => environment[name]);
    const folder = named === undefined ? tmpdir() : `${named}=${environment[named]}`;
    throw new Failure(
      'ConfigurationError',
      [
        `no temporary file can be written in ${folder}: ${(error as Error).message}`,
        `hint: set ${named ?? 'TMPDIR'} to a folder that is there and can be written`,
      ].join('\n'),
      { cause: error },
    );
  }
}
