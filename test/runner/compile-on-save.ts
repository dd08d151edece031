import { spawn } from 'node:child_process';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vitest/config';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const COMPILER = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
const NOT_COMPILED = ['dist', 'test', 'node_modules'].map((folder) => join(ROOT, folder) + sep);

/**
 * In watch mode, compiles when a source is saved; the built file that changes then starts the tests
 * that import it. Each project of Vitest has a watcher of its own, and one of them is enough.
 */
export function compileOnSave(): Plugin {
  let hasWatcher = false;
  return {
    name: 'hashloom:compile-on-save',
    configureServer(server) {
      if (hasWatcher || server.config.server.watch === null) return;
      hasWatcher = true;
      server.watcher.on('change', (file) => {
        if (file.endsWith('.ts') && !NOT_COMPILED.some((folder) => file.startsWith(folder)))
          compile();
      });
    },
  };
}

let compiling = false;
let isStale = false;

/** Saves during a compilation are compiled by one more. */
function compile(): void {
  if (compiling) {
    isStale = true;
    return;
  }
  compiling = true;
  const compiler = spawn(process.execPath, [COMPILER, '-b'], { cwd: ROOT, stdio: 'inherit' });
  compiler.once('exit', () => {
    compiling = false;
    if (!isStale) return;
    isStale = false;
    compile();
  });
}
