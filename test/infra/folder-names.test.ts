import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, it } from 'vitest';
import { inRepository } from '../repository.ts';

const ROOT = inRepository('');
const LEFT_OUT = new Set(['node_modules', 'dist', 'hashloom-demo', 'hashloom-experiments']);

/**
 * What breaks in a folder whose name has a space, `#`, `%` or an umlaut, and what to write instead.
 */
const WRONG: readonly { pattern: RegExp; instead: string }[] = [
  { pattern: /import\.meta\.url[^;]*?\)\s*\.pathname/g, instead: 'fileURLToPath(new URL(...))' },
  {
    pattern: /import\.meta\.url\s*\.\s*(?:slice|replace|split|substring)/g,
    instead: 'fileURLToPath',
  },
  { pattern: /['"]file:\/\/['"]\s*\+/g, instead: 'pathToFileURL(path).href' },
  { pattern: /`file:\/\/\$\{/g, instead: 'pathToFileURL(path).href' },
];

describe('places of files', () => {
  it(
    'are never made of URLs by hand, which a clone in a folder with `#` or `%` would not ' +
      'survive',
    () => {
      const found = sourcesBelow(ROOT).flatMap((file) =>
        offences(readFileSync(file, 'utf8'), file),
      );
      assert.deepEqual(found, []);
    },
  );

  it('that are made so are found', () => {
    const samples = [
      "const a = new URL('./x', import.meta.url).pathname;",
      "const a = fileURLToPath(\n  new URL('./x', import.meta.url),\n).pathname;",
      "const b = import.meta.url.slice('file://'.length);",
      "const c = 'file://' + folder;",
      'const d = `file://${folder}/store`;',
    ];
    for (const sample of samples) assert.equal(offences(sample, 'x.ts').length, 1, sample);
    assert.deepEqual(offences("const { pathname } = new URL(request.url!, 'http://x');", 'x'), []);
  });
});

function offences(text: string, file: string): string[] {
  return WRONG.flatMap(({ pattern, instead }) =>
    [...text.matchAll(pattern)].map((match) => {
      const line = text.slice(0, match.index).split('\n').length;
      return `${relative(ROOT, file)}:${line}: use ${instead}`;
    }),
  );
}

/** This file holds the wrong ways as samples. */
function sourcesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.name.startsWith('.') || LEFT_OUT.has(entry.name)) return [];
    if (entry.isDirectory()) return sourcesBelow(path);
    return /\.[cm]?[jt]s$/.test(entry.name) && entry.name !== 'folder-names.test.ts' ? [path] : [];
  });
}
