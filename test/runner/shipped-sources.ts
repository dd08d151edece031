import { existsSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vitest/config';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const TESTS = join(ROOT, 'test') + sep;

/**
 * Gives a test that imports a source the file that the build made of it. Node loads that file as it
 * does where the package is installed, so threads, child processes and tests run the same code.
 */
export function shippedSources(): Plugin {
  return {
    name: 'hashloom:shipped-sources',
    enforce: 'pre',
    resolveId(specifier, importer) {
      if (importer === undefined || !/^\.\.?\/.*\.ts$/u.test(specifier)) return undefined;
      const source = resolve(dirname(importer), specifier);
      if (!source.startsWith(ROOT) || source.startsWith(TESTS)) return undefined;
      const built = join(ROOT, 'dist', source.slice(ROOT.length).replace(/\.ts$/u, '.js'));
      if (!existsSync(built)) throw new Error(`${built} is not there: run npm run build first`);
      return { id: built, external: false };
    },
  };
}
