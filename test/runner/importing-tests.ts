import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/**
 * The test files that reach a file of the build through any number of imports: they run again when
 * it changes.
 */
export function importingTests(built: string): string[] {
  const importers = readImporters();
  const reached = new Set([
    join(ROOT, built.slice(join(ROOT, 'dist').length + 1).replace(/js$/u, 'ts')),
  ]);
  // A set is walked in the order of its growth, so what is added on the way is walked too.
  for (const file of reached) for (const each of importers.get(file) ?? []) reached.add(each);
  return [...reached].filter((file) => file.endsWith('.test.ts'));
}

/** By file, the sources that import it. */
function readImporters(): Map<string, string[]> {
  const importers = new Map<string, string[]>();
  for (const file of sources()) {
    for (const [, specifier] of readFileSync(file, 'utf8').matchAll(/ from '(\.[^']+)'/gu)) {
      const imported = resolve(dirname(file), specifier!);
      importers.set(imported, [...(importers.get(imported) ?? []), file]);
    }
  }
  return importers;
}

function sources(): string[] {
  const folders = readdirSync(ROOT, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && !/^(?:\.|dist$|node_modules$)/u.test(entry.name),
  );
  return folders.flatMap(({ name }) =>
    readdirSync(join(ROOT, name), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => join(ROOT, name, path)),
  );
}
