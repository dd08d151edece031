import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { list } from '../../../activities/corpus/list.ts';
import { readListedFiles } from '../../../activities/corpus/listed-files.ts';
import type { StageContext } from '../../../activities/stage/stage.ts';
import { configuration as configurationSchema } from '../../../schemas/configuration.ts';
import { openStore } from '../../../store/open-store.ts';

const context = {
  openStore: (uri: string) => openStore(uri),
  trainThreads: 1,
  onProgress: () => undefined,
  origin: { codeVersion: 'test' },
} as unknown as StageContext;

describe('a corpus that holds its own store and configuration', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hashloom #1 '));
    await writeFile(join(folder, 'a.txt'), 'one text');
    await writeFile(join(folder, 'hashloom.yaml'), 'index: here\n');
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const configured = (path: string) =>
    configurationSchema.parse({
      index: 'here',
      store: pathToFileURL(join(folder, 'hashloom-store')).href,
      source: { path: pathToFileURL(join(folder, path)).href },
    });

  it('is listed without them, at a second run too, and says how many they are', async () => {
    const configuration = configured('.');
    const { store } = configuration;
    const first = await list({ store, force: false, configuration }, context);
    assert.deepEqual([first.files, first.own], [1, 1]);
    const second = await list({ store, force: false, configuration }, context);
    assert.equal(second.files, 1);
    assert.ok(second.own > 1);
    assert.equal(second.artifact.key, first.artifact.key);
    const [file] = await readListedFiles(openStore(store), second.artifact);
    assert.ok(file!.uri.endsWith('/a.txt'));
  });

  it('is refused where nothing else is there', async () => {
    const configuration = configured('hashloom-store');
    await assert.rejects(
      list({ store: configuration.store, force: false, configuration }, context),
      /holds nothing but the store and the configuration/,
    );
  });
});
