import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { chooseVocabulary } from '../../../activities/words/choose-vocabulary.ts';
import { count, tokensOfPiece } from '../../../activities/affinity/count.ts';
import { groupFiles } from '../../../activities/affinity/group-files.ts';
import { ingest } from '../../../activities/corpus/ingest.ts';
import { list } from '../../../activities/corpus/list.ts';
import { mergeDictionaries } from '../../../activities/words/merge-dictionaries.ts';
import { countArtifact } from '../../../activities/affinity/name-counts.ts';
import type { StageContext } from '../../../activities/stage/stage.ts';
import { RandomStream } from '../../../kernels/numbers/random.ts';
import { configuration as configurationSchema } from '../../../schemas/configuration.ts';
import { RUN, WORDS } from '../../../schemas/tables.ts';
import { openArtifact } from '../../../store/artifacts.ts';
import { openStore } from '../../../store/open-store.ts';
import { decodeParquet } from '../../../store/tables/parquet.ts';
import { countByPairs } from '../../reference/count-by-pairs.ts';
import { readGroups } from '../../../activities/affinity/read-groups.ts';

const WORDS_OF_TEXT = 60;
const WINDOW = 4;

/** Words of a skewed distribution, as letters. */
function text(seed: number, tokens: number): string[] {
  const stream = new RandomStream(seed, 1);
  return Array.from(
    { length: tokens },
    () =>
      'w' +
      String.fromCodePoint(
        97 + Math.min(stream.below(26), stream.below(26)),
        97 + stream.below(Math.ceil(WORDS_OF_TEXT / 26)),
      ),
  );
}

describe('count', () => {
  let folder: string;
  const files = [text(1, 150_000), text(2, 70_000), text(3, 10_000), text(4, 90_000)];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hashloom-count-test-'));
    await mkdir(join(folder, 'corpus'));
    for (const [at, words] of files.entries())
      await writeFile(join(folder, 'corpus', `${at}.txt`), words.join(' '));
  });

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  async function countWith(name: string, memoryMiB: number, stageThreads: number) {
    const uri = pathToFileURL(join(folder, name)).href;
    const store = openStore(uri);
    const context: StageContext = {
      openStore,
      onProgress: () => undefined,
      trainThreads: 1,
      stageThreads,
      openTensorflow: () => Promise.reject(new Error('no stage of this test trains')),
      origin: { codeVersion: 'test' },
    };
    const configuration = configurationSchema.parse({
      index: 'count',
      store: uri,
      source: { path: pathToFileURL(join(folder, 'corpus')).href },
      vocabulary: { minimumCount: 1, common: 2 },
      cooccurrence: { window: WINDOW },
    });
    const { index, source, tokens, documents, vocabulary, cooccurrence } = configuration;
    const base = { store: uri, force: false };
    const corpus = await list({ ...base, configuration }, context);
    const shards = { ...base, files: corpus.artifact, source, tokens, documents };
    await ingest({ ...shards, from: 0, to: files.length }, context);
    const dictionary = await mergeDictionaries(
      { ...shards, memoryMiB: vocabulary.memoryMiB },
      context,
    );
    const words = await chooseVocabulary(
      { ...base, dictionary: dictionary.artifact, index, ...vocabulary },
      context,
    );
    const counting = { ...shards, index, common: words.common, ...cooccurrence, memoryMiB };
    const grouped = await groupFiles(counting, context);
    await count({ ...counting, groups: grouped.artifact, from: 0, to: grouped.rows }, context);
    const [group] = await readGroups(store, grouped.artifact);
    return await openArtifact(store, countArtifact(group!, counting).artifact);
  }

  it(
    'gives the same bytes in one piece and in pieces that fit in less memory, documents longer ' +
      'than a piece among them, and every pair once',
    async () => {
      assert.ok(
        tokensOfPiece(64, WORDS_OF_TEXT) < 70_000 && tokensOfPiece(2048, WORDS_OF_TEXT) > 320_000,
        'the pieces are what this test takes them for',
      );
      const whole = await countWith('whole', 2048, 1);
      const pieces = await countWith('pieces', 128, 2);
      assert.deepEqual(pieces.manifest.parts, whole.manifest.parts);
      const { word } = await decodeParquet(await whole.part('words.parquet'), WORDS);
      const run = await decodeParquet(await whole.part('run.parquet'), RUN);
      const expected = countByPairs(
        files.map((words) => words.map((each) => word.indexOf(each))),
        [],
        WINDOW,
      );
      assert.equal(run.row.length, expected.size);
      for (let at = 0; at < run.row.length; at++)
        assert.equal(
          run.sum[at],
          expected.get(`${run.row[at]},${run.column[at]}`),
          `${word[run.row[at]!]}, ${word[run.column[at]!]}`,
        );
    },
  );
});
