import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Rollup } from 'vite';
import { BROWSER_PROGRAM } from './consumer-programs.ts';

/**
 * Bundles a page's program as Vite does by default: nothing of Node may be in it, and it answers.
 */
export async function bundleForBrowser(folder: string, uri: string): Promise<void> {
  await writeFile(join(folder, 'page.js'), BROWSER_PROGRAM);
  const warnings: string[] = [];
  await build({
    root: folder,
    configFile: false,
    logLevel: 'silent',
    build: {
      outDir: 'bundle',
      lib: { entry: 'page.js', formats: ['es'], fileName: 'page' },
      rollupOptions: {
        onwarn: (warning: Rollup.RollupLog) => void warnings.push(warning.message),
      },
    },
  });
  assert.deepEqual(warnings, []);
  const bundle = join(folder, 'bundle');
  const files = (await readdir(bundle)).filter((name) => /\.m?js$/u.test(name));
  for (const name of files) {
    const text = await readFile(join(bundle, name), 'utf8');
    assert.doesNotMatch(text, /node:|__vite-browser-external|client-s3|\brequire\(/u, name);
  }
  const { ask, isRefused } = (await import(pathToFileURL(join(bundle, 'page.js')).href)) as {
    ask: (uri: string) => Promise<string[]>;
    isRefused: (uri: string) => Promise<boolean>;
  };
  assert.deepEqual(await ask(uri), ['salt']);
  assert.ok((await isRefused('./indexes/news')) && (await isRefused('s3://bucket/indexes/news')));
}
