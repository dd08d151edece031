import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { ingest } from '../../../activities/corpus/ingest.ts';
import { list } from '../../../activities/corpus/list.ts';
import { readListedFiles } from '../../../activities/corpus/listed-files.ts';
import { mergeDictionaries } from '../../../activities/words/merge-dictionaries.ts';
import { ingestArtifact } from '../../../activities/corpus/name-shards.ts';
import type { StageContext } from '../../../activities/stage/stage.ts';
import { outcomeText } from '../../../cli/run/run-outcome.ts';
import { openTerminal } from '../../../cli/terminal/terminal.ts';
import { configuration as configurationSchema } from '../../../schemas/configuration.ts';
import { Failure } from '../../../schemas/failures.ts';
import { SKIPPED } from '../../../schemas/tables.ts';
import { openArtifact } from '../../../store/artifacts.ts';
import { openStore } from '../../../store/open-store.ts';
import { decodeParquet, encodeParquet } from '../../../store/tables/parquet.ts';
import type { Store } from '../../../store/store.ts';

const ZSTD = Buffer.from('KLUv/QRoUQAAZnJhbWUgb25lCoa3phs=', 'base64');
const TEXT = 'some words of a good file, and some more of them\n';

async function badFiles(): Promise<Record<string, [content: Uint8Array | string, reason: RegExp]>> {
  const table = await encodeParquet({ text: 'utf8' }, { text: [TEXT] }, { profile: 'published' });
  const changed = Buffer.from(ZSTD);
  changed.write('ONE', changed.indexOf('one'));
  return {
    'bomb.gz': [
      gzipSync(Buffer.alloc(3_000_000, 'a'), { level: 9 }),
      /decompress to more than \d+, 900 times as many/u,
    ],
    'checksum.zst': [changed, /does not have its checksum/u],
    'cut.gz': [gzipSync(TEXT).subarray(0, 30), /the gzip stream is cut off/u],
    'cut.parquet': [table.subarray(0, table.length - 9), /the Parquet file is cut off/u],
    'cut.zst': [ZSTD.subarray(0, 15), /the zstd stream is cut off/u],
    'field.jsonl': ['{"text":"a"}\n{"body":"b"}\n', /line 2 has no field "text"/u],
    'invalid.txt': [Buffer.from([0x61, 0xff, 0x61]), /invalid UTF-8 at byte 1/u],
    'json.jsonl': ['{"text":"a"}\n{"text":\n', /line 2: not JSON/u],
    'long.jsonl': [`{"text":"${'a'.repeat(5000)}"}\n`, /line 1 is longer than 4000 bytes/u],
    'nul.txt': ['a b\0c', /a NUL byte at byte 3/u],
    'record.wet': [
      'WARC/1.0\r\nWARC-Type: conversion\r\nContent-Length: 900\r\n\r\ntoo short',
      /the file ends within the record/u,
    ],
    'type.parquet': [
      await encodeParquet({ text: 'int32' }, { text: Int32Array.of(7) }, { profile: 'published' }),
      /column "text" is int32, expected text/u,
    ],
  };
}

describe('files that cannot be read', () => {
  let folder: string;
  let bad: Awaited<ReturnType<typeof badFiles>>;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hashloom-bad-test-'));
    bad = await badFiles();
    await mkdir(join(folder, 'corpus'));
    for (const [name, [content]] of Object.entries(bad))
      await writeFile(join(folder, 'corpus', name), content);
    await writeFile(join(folder, 'corpus', 'good.txt'), TEXT);
    await writeFile(join(folder, 'corpus', 'empty.txt'), '');
    await writeFile(join(folder, 'corpus', 'empty.gz'), gzipSync(''));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function ingestFiles(
    store: string,
    source: Record<string, unknown>,
    open: (uri: string) => Store = openStore,
  ) {
    const context: StageContext = {
      openStore: open,
      onProgress: () => undefined,
      trainThreads: 1,
      stageThreads: 1,
      origin: { codeVersion: 'test' },
      openTensorflow: () => Promise.reject(new Error('no stage of this test trains')),
    };
    const uri = pathToFileURL(join(folder, store)).href;
    const limits = { maximumRatio: 900, longestLine: 4000 };
    const configuration = configurationSchema.parse({
      index: 'bad',
      store: uri,
      source: { path: pathToFileURL(join(folder, 'corpus')).href, ...limits, ...source },
    });
    const { source: parsed, tokens, documents } = configuration;
    const listed = await list({ store: uri, force: false, configuration }, context);
    const shards = {
      store: uri,
      force: false,
      files: listed.artifact,
      source: parsed,
      tokens,
      documents,
    };
    const ingested = await ingest({ ...shards, from: 0, to: listed.rows }, context);
    return { context, shards, listed, ingested };
  }

  it('end the run, each with its file, place and reason', async () => {
    for (const [name, [, reason]] of Object.entries(bad)) {
      await assert.rejects(
        ingestFiles(`store-${name}`, { path: pathToFileURL(join(folder, 'corpus', name)).href }),
        (error: unknown) => {
          assert.ok(error instanceof Failure && error.type === 'DataError', String(error));
          assert.match(error.message, reason);
          assert.ok(error.message.includes(`/${name}`), error.message);
          return true;
        },
      );
    }
  });

  it(
    'are left out whole where that is asked for: counted, listed with their reasons, and shown ' +
      'at the end',
    async () => {
      const { context, shards, listed, ingested } = await ingestFiles('skipping', {
        badFiles: 'skip',
      });
      const names = Object.keys(bad);
      assert.equal(listed.rows, names.length + 3);
      assert.equal(ingested.rows, 11, 'the words of the good file, none of empty ones');
      const store = openStore(shards.store);
      for (const file of await readListedFiles(store, listed.artifact)) {
        const { manifest } = await openArtifact(store, ingestArtifact(file, shards).artifact);
        const reason = bad[file.uri.slice(file.uri.lastIndexOf('/') + 1)]?.[1];
        if (reason) assert.match(String(manifest.facts['skipped']), reason);
        else assert.equal(manifest.facts['skipped'], undefined);
      }

      const dictionary = await mergeDictionaries({ ...shards, memoryMiB: 64 }, context);
      assert.equal(dictionary.skipped.files, names.length);
      assert.equal(dictionary.skipped.first.length, 10);
      const artifact = await openArtifact(store, dictionary.artifact);
      assert.equal(artifact.manifest.facts['skipped'], names.length);
      const { uri, reason } = await decodeParquet(
        await artifact.part('skipped.parquet'),
        SKIPPED,
        'skipped.parquet',
      );
      assert.deepEqual(
        uri.map((each) => each.slice(each.lastIndexOf('/') + 1)),
        names,
      );
      for (const [at, name] of names.entries()) assert.match(reason[at]!, bad[name]![1]);

      const corpus = {
        skippedFiles: dictionary.skipped.files,
        firstSkipped: dictionary.skipped.first,
        skippedRows: dictionary.skipped.rows,
        firstSkippedRows: dictionary.skipped.firstRows,
        repeatedFiles: 2,
        ownFiles: 0,
      };
      const result = {
        index: 'bad',
        version: 1,
        uri: 'file:///store',
        published: true,
        workflowId: 'w',
        runId: 'r',
        stages: [],
        metrics: {},
        corpus,
      };
      const shown = outcomeText(result, openTerminal({ write: () => undefined }, {}));
      assert.match(shown, /^2 files were named more than once and read once$/mu);
      assert.match(
        shown,
        /^12 files could not be read and were left out \(source\.badFiles: skip\):$/mu,
      );
      for (const name of names.slice(0, 10))
        assert.match(shown, new RegExp(`^ {2}\\S*/${name.replace('.', '\\.')}\\b.*$`, 'mu'));
      assert.match(
        shown,
        /^ {2}and 2 more: skipped\.parquet among the artifacts lists them all$/mu,
      );
    },
  );

  it('are an error where one changes while it is read, even to the same size', async () => {
    const file = join(folder, 'corpus', 'good.txt');
    const writing = (uri: string): Store => {
      const store = openStore(uri);
      const get: Store['get'] = async (path) => {
        const bytes = await store.get(path);
        if (path.endsWith('good.txt'))
          await writeFile(fileURLToPath(pathToFileURL(file)), TEXT.replace('good', 'GOOD'));
        return bytes;
      };
      return new Proxy(store, {
        get: (target, name) =>
          name === 'get'
            ? get
            : ((
                (target as unknown as Record<string | symbol, unknown>)[name] as
                  | (() => void)
                  | undefined
              )?.bind?.(target) ?? target.uri),
      });
    };
    await assert.rejects(
      ingestFiles('changing', { path: pathToFileURL(file).href }, writing),
      (error: unknown) => {
        assert.ok(error instanceof Failure && error.type === 'DataError', String(error));
        assert.match(
          error.message,
          /good\.txt changed while it was read: 49 bytes when it was listed, 49 now/u,
        );
        return true;
      },
    );
  });
});
