import assert from 'node:assert/strict';
import { type Dirent, existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { chooseVocabulary } from '../../../activities/words/choose-vocabulary.ts';
import { count } from '../../../activities/affinity/count.ts';
import {
  groupFiles,
  mostGroupTokens,
  planGroups,
} from '../../../activities/affinity/group-files.ts';
import { ingest } from '../../../activities/corpus/ingest.ts';
import { list } from '../../../activities/corpus/list.ts';
import { merge } from '../../../activities/affinity/merge.ts';
import { mergeDictionaries } from '../../../activities/words/merge-dictionaries.ts';
import { MAX_MERGED } from '../../../activities/affinity/merge-pieces.ts';
import { countArtifact, mergeArtifact } from '../../../activities/affinity/name-counts.ts';
import type { StageContext } from '../../../activities/stage/stage.ts';
import { RandomStream } from '../../../kernels/numbers/random.ts';
import { configuration as configurationSchema } from '../../../schemas/configuration.ts';
import { openArtifact } from '../../../store/artifacts.ts';
import { openStore } from '../../../store/open-store.ts';
import { readGroups } from '../../../activities/affinity/read-groups.ts';

/**
 * The most runs that one merge reads, as docs/decisions/0006 has it: 256 groups, 32 small ones, and
 * one that is not full.
 */
const MAX_RUNS = 256 + 32 + 1;
/** Of the same size, each is a group of its own. */
const FILES = 250;
const OPEN_FILES = '/proc/self/fd';

describe('many files', () => {
  let folder: string;
  let temporary: string | undefined;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hashloom-runs-test-'));
    temporary = process.env['TMPDIR'];
    process.env['TMPDIR'] = join(folder, 'tmp');
    for (const name of ['tmp', 'texts', 'pairs', 'pair']) await mkdir(join(folder, name));
    const lines: string[] = [];
    for (let at = 0; at < FILES; at++) {
      const stream = new RandomStream(at, 1);
      const word = () => `w${String.fromCodePoint(97 + stream.below(20), 97 + stream.below(3))}`;
      await writeFile(
        join(folder, 'texts', `${at}.txt`),
        Array.from({ length: 40 }, word).join(' '),
      );
      const own = Array.from({ length: 12 }, () => `${word()} ${word()} ${1 + stream.below(9)}`);
      lines.push(...own);
      await writeFile(join(folder, 'pairs', `${at}.txt`), own.join('\n'));
    }
    await writeFile(join(folder, 'pair', 'all.txt'), lines.join('\n'));
  });

  afterAll(async () => {
    if (temporary === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = temporary;
    await rm(folder, { recursive: true, force: true });
  });

  /**
   * Counts and merges a folder; the parts of the rows, how many runs were merged, and the most
   * local files that lay there and files that were open meanwhile.
   */
  async function countAndMerge(
    corpus: string,
    store: string,
    kind: 'text' | 'pairs',
    groupTokens: number,
  ) {
    const uri = pathToFileURL(join(folder, store)).href;
    const context: StageContext = {
      openStore,
      onProgress: () => undefined,
      trainThreads: 1,
      stageThreads: 1,
      origin: { codeVersion: 'test' },
      openTensorflow: () => Promise.reject(new Error('no stage of this test trains')),
    };
    const configuration = configurationSchema.parse({
      index: 'runs',
      store: uri,
      source: { path: pathToFileURL(join(folder, corpus)).href, kind },
      vocabulary: { minimumCount: 1, common: 0 },
      cooccurrence: { window: 3, groupTokens },
    });
    const { index, source, tokens, documents, vocabulary, cooccurrence } = configuration;
    const base = { store: uri, force: false };
    const listed = await list({ ...base, configuration }, context);
    const shards = { ...base, files: listed.artifact, source, tokens, documents };
    await ingest({ ...shards, from: 0, to: listed.rows }, context);
    const dictionary = await mergeDictionaries(
      { ...shards, memoryMiB: vocabulary.memoryMiB },
      context,
    );
    const words = await chooseVocabulary(
      { ...base, dictionary: dictionary.artifact, index, ...vocabulary },
      context,
    );
    const counting = { ...shards, index, common: words.common, ...cooccurrence };
    const grouped = await groupFiles(counting, context);

    const seen = { local: 0, open: 0 };
    const before = openFiles();
    const range = { from: 0, to: words.rows };
    const merging = { ...counting, groups: grouped.artifact, vocabulary: words.artifact };
    const looking = setInterval(() => {
      seen.local = Math.max(seen.local, filesBelow(join(folder, 'tmp')));
      seen.open = Math.max(seen.open, openFiles() - before);
    }, 4);
    try {
      await count({ ...counting, groups: grouped.artifact, from: 0, to: grouped.rows }, context);
      await merge({ ...merging, ...range }, context);
    } finally {
      clearInterval(looking);
    }
    assert.deepEqual(readdirSync(join(folder, 'tmp')), []);
    const opened = openStore(uri);
    const [first] = await readGroups(opened, grouped.artifact);
    const runs = await openArtifact(opened, countArtifact(first!, counting).artifact);
    const rows = await openArtifact(opened, mergeArtifact(merging, range).artifact);
    return { parts: rows.manifest.parts, run: runs.manifest.parts, groups: grouped.rows, ...seen };
  }

  it('are grouped to so many runs at most, whatever was grouped before', () => {
    for (let seed = 0; seed < 60; seed++) {
      const stream = new RandomStream(seed, 1);
      const largest = [4, 1000, 1_000_000][seed % 3]!;
      const files = Array.from({ length: 300 + stream.below(2000) }, (_, at) => ({
        key: String(at),
        tokens: stream.below(10) === 0 ? stream.below(100 * largest) : stream.below(largest),
      }));
      // Groups of earlier runs: of one file to four, some of which are gone.
      const earlier: string[][] = [];
      for (let at = 0; at < stream.below(files.length); at++)
        earlier.push(
          Array.from({ length: 1 + stream.below(4) }, () =>
            String(at++ + (stream.below(9) === 0 ? 9000 : 0)),
          ),
        );
      const all = files.reduce((sum, { tokens }) => sum + tokens, 0);
      const groups = planGroups(files, earlier, mostGroupTokens(all, 1 + stream.below(10_000)));
      assert.ok(groups.length <= MAX_RUNS, `${groups.length} groups`);
      assert.equal(groups.flat().length, files.length);
    }
  });

  it('give the same rows from 250 runs as from one, with few files open', async () => {
    const one = await countAndMerge('texts', 'one', 'text', 2 ** 22);
    const many = await countAndMerge('texts', 'many', 'text', 1);
    assert.equal(one.groups, 1);
    assert.equal(many.groups, FILES);
    assert.deepEqual(many.parts, one.parts);
    assert.ok(many.open < 32, `${many.open} files were open`);
  });

  it('give the same run from 250 pieces as from one, merged in rounds, with few local files', async () => {
    assert.ok(FILES > 3 * MAX_MERGED);
    const one = await countAndMerge('pair', 'pair-one', 'pairs', 2 ** 22);
    const many = await countAndMerge('pairs', 'pair-many', 'pairs', 2 ** 22);
    assert.equal(many.groups, 1);
    assert.deepEqual(many.run, one.run);
    assert.deepEqual(many.parts, one.parts);
    assert.ok(
      many.local > MAX_MERGED / 2 && many.local < 2 * MAX_MERGED,
      `${many.local} local files`,
    );
    assert.ok(many.open < 32, `${many.open} files were open`);
  });
});

/**
 * Names below a folder that a stage fills and empties meanwhile: what goes away between two looks
 * is not there.
 */
function filesBelow(folder: string): number {
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
  return entries.reduce(
    (sum, entry) => sum + 1 + (entry.isDirectory() ? filesBelow(join(folder, entry.name)) : 0),
    0,
  );
}

function openFiles(): number {
  return existsSync(OPEN_FILES) ? readdirSync(OPEN_FILES).length : 0;
}
