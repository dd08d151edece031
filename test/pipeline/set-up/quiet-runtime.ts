import { installRuntime } from '../../../workers/run-workers.ts';

const INSTALLED = Symbol.for('hashloom.test.runtime');

/**
 * For files with workers of their own. Temporal takes one runtime a process, and files share
 * processes.
 */
export function installQuietRuntime(): void {
  const mark = globalThis as { [INSTALLED]?: boolean };
  if (mark[INSTALLED]) return;
  mark[INSTALLED] = true;
  installRuntime('ERROR');
}
