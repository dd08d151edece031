import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Every source file that git knows or would take, relative to the root, in order. */
export function listSources(root: string): string[] {
  const options = ['ls-files', '--cached', '--others', '--exclude-standard'];
  const listed = execFileSync('git', options, { cwd: root, encoding: 'utf8' });
  const names = listed.split('\n').filter((name) => /\.(ts|cts|mts|mjs|js)$/u.test(name));
  return [...new Set(names)].filter((name) => existsSync(join(root, name))).toSorted();
}
