import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, it } from 'vitest';
import * as fc from 'fast-check';
import { chooseVocabulary } from '../../../activities/words/choose-vocabulary.ts';
import { budgetOf, mergeInBudget, regrouped } from '../../../activities/words/dictionary-runs.ts';
import { ingest } from '../../../activities/corpus/ingest.ts';
import { list } from '../../../activities/corpus/list.ts';
import { mergeDictionaries as mergeStage } from '../../../activities/words/merge-dictionaries.ts';
import type { StageContext } from '../../../activities/stage/stage.ts';
import type { Utf8Dictionary } from '../../../kernels/words/build-dictionary.ts';
import { compareCodePoints } from '../../../kernels/words/code-point-order.ts';
import { sumDictionaries } from '../../../kernels/words/sum-dictionaries.ts';
import { configuration as configurationSchema } from '../../../schemas/configuration.ts';
import { openArtifact } from '../../../store/artifacts.ts';
import { openStore } from '../../../store/open-store.ts';
import { decodeUtf8, encodeUtf8 } from '../../../store/tables/utf8-column.ts';
import { readDictionaryParts } from '../../../activities/words/read-dictionary.ts';

const word = fc.string({
  unit: fc.constantFrom('a', 'b', '\uffff', '\u{10000}'),
  minLength: 1,
  maxLength: 4,
});
const dictionaryOf = (entries: Record<string, number>): Utf8Dictionary => {
  const words = Object.keys(entries).sort(compareCodePoints);
  return {
    words: encodeUtf8(words, 'word'),
    counts: Float64Array.from(words, (each) => entries[each]!),
    documents: new Float64Array(words.length).fill(1),
  };
};
const dictionary = fc
  .dictionary(word, fc.integer({ min: 1, max: 9 }), { maxKeys: 40 })
  .map(dictionaryOf);
const wordsOf = ({ words }: Utf8Dictionary) => decodeUtf8(words, 'word');

async function* each<Value>(values: readonly Value[]): AsyncGenerator<Value, void, undefined> {
  for (const value of values) yield await Promise.resolve(value);
}

async function collect<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const collected: Value[] = [];
  for await (const value of values) collected.push(value);
  return collected;
}

const scratchFolders = async () =>
  (await readdir(tmpdir())).filter((name) => name.startsWith('hashloom-dictionary-')).length;

describe('dictionaries larger than memory', () => {
  it('are summed as a map would, whatever fits at once', async () => {
    let most = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(dictionary, { maxLength: 12 }),
        fc.integer({ min: 4, max: 200 }),
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 9 }),
        async (parts, words, pieceWords, regroup) => {
          const merging = mergeInBudget(each(parts), { words, pieceWords });
          const pieces = await collect(regrouped(merging.pieces, regroup));
          most = Math.max(most, merging.spilled());
          for (const piece of pieces.slice(0, -1)) assert.equal(piece.counts.length, regroup);
          const sums = new Map<string, [number, number]>();
          for (const part of parts)
            for (const [at, text] of wordsOf(part).entries())
              sums.set(text, [
                (sums.get(text)?.[0] ?? 0) + part.counts[at]!,
                (sums.get(text)?.[1] ?? 0) + 1,
              ]);
          const expected = [...sums.keys()].sort(compareCodePoints);
          assert.deepEqual(pieces.flatMap(wordsOf), expected);
          assert.deepEqual(
            pieces.flatMap((piece) =>
              [...piece.counts].map((count, at) => [count, piece.documents[at]]),
            ),
            expected.map((text) => sums.get(text)),
          );
        },
      ),
      { numRuns: 30 },
    );
    assert.ok(most >= 6, `at most ${most} runs were written: several passes were never needed`);
  });

  it('leave nothing on disk, not even when the reader stops', async () => {
    const before = await scratchFolders();
    const parts = Array.from({ length: 20 }, (_, k) =>
      dictionaryOf({ [`a${k}`]: 1, [`b${k}`]: 1 }),
    );
    const { pieces } = mergeInBudget(each(parts), { words: 8, pieceWords: 1 });
    await pieces.next();
    assert.equal(await scratchFolders(), before + 1);
    await pieces.return();
    assert.equal(await scratchFolders(), before);
    const sum = sumDictionaries();
    for (const part of parts) sum.add(part);
    const whole = mergeInBudget(each(parts), { words: 1000, pieceWords: 10 });
    assert.deepEqual((await collect(whole.pieces)).flatMap(wordsOf), wordsOf(sum.finish()));
    assert.equal(whole.spilled(), 0);
  });

  describe('as stages', () => {
    let folder: string;
    beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'hashloom-test-'))));
    afterAll(() => rm(folder, { recursive: true, force: true }));

    it('give the same bytes with a budget that makes them spill', async () => {
      const corpus = join(folder, 'corpus');
      await mkdir(corpus);
      // 16 MiB are 131,072 words, a quarter of them at once: four files of 30,000 words, a third of
      // which they share.
      for (let file = 0; file < 4; file++) {
        const words = Array.from({ length: 30_000 }, (_, k) =>
          k % 3 === 0 ? `shared${k}` : `word${file}x${k}`,
        );
        await writeFile(join(corpus, `${file}.txt`), words.join(' '));
      }
      const digests: string[][] = [];
      const chosen: string[][] = [];
      for (const memoryMiB of [16, 512]) {
        const store = pathToFileURL(join(folder, `store-${memoryMiB}`)).href;
        const configuration = configurationSchema.parse({
          index: 'x',
          store,
          source: { path: pathToFileURL(corpus).href },
          tokens: { numbers: true },
          vocabulary: { minimumCount: 2, common: 5, maximumSize: 700, memoryMiB },
        });
        const context = {
          openStore: (uri: string) => openStore(uri),
          trainThreads: 1,
          onProgress: () => undefined,
          origin: { codeVersion: 'test' },
        } as unknown as StageContext;
        const base = { store, force: false };
        const files = await list({ ...base, configuration }, context);
        const input = {
          ...base,
          files: files.artifact,
          source: configuration.source,
          tokens: configuration.tokens,
          documents: configuration.documents,
        };
        await ingest({ ...input, from: 0, to: 4 }, context);
        const merged = await mergeStage({ ...input, memoryMiB }, context);
        assert.equal(merged.rows, 10_000 + 4 * 20_000);
        assert.equal(budgetOf(memoryMiB).words / 4 < merged.rows, memoryMiB === 16);
        const artifact = await openArtifact(openStore(store), merged.artifact);
        digests.push(artifact.manifest.parts.map(({ name, sha256 }) => `${name} ${sha256}`));
        assert.deepEqual(
          (await collect(readDictionaryParts(artifact))).map(({ words }) => words.length),
          [65_536, 24_464],
        );
        const words = await chooseVocabulary(
          { ...base, dictionary: merged.artifact, index: 'x', ...configuration.vocabulary },
          context,
        );
        assert.equal(words.rows, 700);
        chosen.push(
          (await openArtifact(openStore(store), words.artifact)).manifest.parts.map(
            ({ sha256 }) => sha256,
          ),
        );
      }
      assert.deepEqual(digests[0], digests[1]);
      assert.deepEqual(chosen[0], chosen[1]);
    });
  });
});
