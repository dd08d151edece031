import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { stringify } from 'yaml';
import { openStore } from '../../store/open-store.ts';
import { digestsOf, layCommon, readVersion } from '../pipeline/set-up/published-parts.ts';
import {
  addText,
  createScratch,
  type Scratch,
  smallConfiguration,
} from '../pipeline/set-up/small-corpus.ts';
import { hashloom } from './hashloom-process.ts';

describe('hashloom run over a folder that changes', () => {
  let scratch: Scratch;

  beforeAll(async () => {
    scratch = await createScratch(6);
    const change = {
      vocabulary: { minimumCount: 6, common: 50, commonDrift: 0.5 },
      cooccurrence: { groupTokens: 7000 },
      training: { method: 'lse', tables: 1, bits: 16, epochs: 1, batchPositives: 512 },
      evaluation: { queries: 20 },
    };
    const settings = {
      ...smallConfiguration('news', scratch, change),
      source: { path: './corpus' },
    };
    for (const store of ['grown', 'added', 'removed'])
      await writeFile(
        join(scratch.folder, `${store}.yaml`),
        stringify({ ...settings, store: `./${store}` }),
      );
  });
  afterAll(() => scratch.remove());

  const storeOf = (name: string) => pathToFileURL(join(scratch.folder, name)).href;

  async function run(store: string) {
    const { code, stdout, stderr } = await hashloom(
      scratch.folder,
      'run',
      '--local',
      '--json',
      `${store}.yaml`,
    );
    assert.equal(code, 0, stderr);
    const { version, stages } = JSON.parse(stdout) as {
      version: number;
      stages: { name: string; cached: boolean; rows: number }[];
    };
    return { version, rows: (name: string) => stages.find((stage) => stage.name === name)?.rows };
  }

  /** Shards and groups of files that are in a store. */
  async function made(store: string): Promise<{ ingest: Set<string>; count: Set<string> }> {
    const keys = { ingest: new Set<string>(), count: new Set<string>() };
    for await (const { path } of openStore(storeOf(store)).list('artifacts/')) {
      const [, stage, key, name] = path.split('/');
      if (name === 'manifest.json' && (stage === 'ingest' || stage === 'count'))
        keys[stage].add(key!);
    }
    return keys;
  }

  /**
   * A run in a fresh store that has the list of common words of the grown one and nothing else; all
   * but reports, which name their runs, has to be the same.
   */
  async function sameAsFromNothing(version: number, fresh: string): Promise<void> {
    const grown = await readVersion(storeOf('grown'), 'news', version);
    assert.ok(grown);
    await layCommon(grown, storeOf('grown'), storeOf(fresh));
    assert.equal((await run(fresh)).version, 2);
    const anew = await readVersion(storeOf(fresh), 'news', 2);
    const published = (parts: { name: string; sha256: string }[]) =>
      parts.filter(({ name }) => name !== 'report.html').map(({ name, sha256 }) => [name, sha256]);
    assert.deepEqual(published(anew!.parts), published(grown.parts));
    assert.ok(grown.items > 50 && published(grown.parts).length >= 5);
    const [expected, actual] = await Promise.all([
      digestsOf(storeOf(fresh)),
      digestsOf(storeOf('grown')),
    ]);
    // Files are grouped otherwise.
    for (const [part, digest] of Object.entries(expected))
      if (!/^(group|count)\//u.test(part)) assert.equal(actual[part], digest, part);
  }

  it('ingests and counts an added file alone, and publishes what a run from nothing publishes', async () => {
    await run('grown');
    const first = await made('grown');
    await addText(scratch, 20);
    const plan = await hashloom(scratch.folder, 'plan', 'grown.yaml');
    assert.match(plan.stdout, /1 of 7 files have not been made with these settings/);
    const { version, rows } = await run('grown');
    assert.equal(version, 2);
    assert.equal(rows('list'), 7);
    const second = await made('grown');
    assert.equal(second.ingest.size - first.ingest.size, 1);
    assert.equal(second.count.size - first.count.size, 1);
    await sameAsFromNothing(2, 'added');
  });

  it(
    'ingests nothing when a file is gone, counts its group anew, and publishes what a run from ' +
      'nothing publishes',
    async () => {
      const first = await made('grown');
      await rm(join(scratch.corpus, 'ca03.txt'));
      assert.equal((await run('grown')).version, 3);
      const second = await made('grown');
      assert.equal(second.ingest.size, first.ingest.size);
      assert.ok(
        second.count.size > first.count.size && second.count.size - first.count.size <= 2,
        `${second.count.size - first.count.size} groups`,
      );
      await sameAsFromNothing(3, 'removed');
      assert.match(
        await readFile(join(scratch.folder, 'grown', 'indexes', 'news', 'current.json'), 'utf8'),
        /"version": ?3/,
      );
    },
  );
});
