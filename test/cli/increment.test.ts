import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { stringify } from 'yaml';
import { openStore } from '../../store/open-store.ts';
import { digestsOf, readVersion } from '../pipeline/published-parts.ts';
import { addText, createScratch, type Scratch, smallConfiguration } from '../pipeline/small-corpus.ts';
import { hashloom } from './hashloom-process.ts';

/** The heaviest words of English: the same whatever texts are there, so a run from nothing chooses the list that the first run chose. */
const COMMON = 3;

describe('hashloom run over a folder that changes', () => {
  let scratch: Scratch;

  before(async () => {
    scratch = await createScratch(8);
    const change = { vocabulary: { minimumCount: 6, common: COMMON }, cooccurrence: { groupTokens: 7000 }, training: { tables: 1, bits: 16, epochs: 2, batchPositives: 512 } };
    const settings = { ...smallConfiguration('news', scratch, change), source: { path: './corpus' } };
    for (const store of ['grown', 'added', 'removed']) await writeFile(join(scratch.folder, `${store}.yaml`), stringify({ ...settings, store: `./${store}` }));
  });
  after(() => scratch.remove());

  const storeOf = (name: string) => pathToFileURL(join(scratch.folder, name)).href;

  async function run(store: string) {
    const { code, stdout, stderr } = await hashloom(scratch.folder, 'run', '--local', '--json', `${store}.yaml`);
    assert.equal(code, 0, stderr);
    const { version, stages } = JSON.parse(stdout) as { version: number; stages: { name: string; cached: boolean; rows: number }[] };
    return { version, rows: (name: string) => stages.find((stage) => stage.name === name)?.rows };
  }

  /** Shards and groups of files that are in a store. */
  async function made(store: string): Promise<{ ingest: Set<string>; count: Set<string> }> {
    const keys = { ingest: new Set<string>(), count: new Set<string>() };
    for await (const { path } of openStore(storeOf(store)).list('artifacts/')) {
      const [, stage, key, name] = path.split('/');
      if (name === 'manifest.json' && (stage === 'ingest' || stage === 'count')) keys[stage].add(key!);
    }
    return keys;
  }

  /** What a version has besides its header and its report, which name the run. */
  async function publishedBytes(store: string, version: number) {
    const header = await readVersion(storeOf(store), 'news', version);
    assert.ok(header);
    const parts = header.parts.filter(({ name }) => name !== 'report.html').map(({ name, sha256 }) => [name, sha256]);
    assert.ok(parts.length >= 5);
    const common = await digestsOf(storeOf(store));
    return { parts, items: header.items, common: new Set(Object.entries(common).flatMap(([part, digest]) => (part.startsWith('common/') ? [digest] : []))) };
  }

  async function sameAsFromNothing(version: number, fresh: string): Promise<void> {
    assert.equal((await run(fresh)).version, 1);
    const [grown, anew] = await Promise.all([publishedBytes('grown', version), publishedBytes(fresh, 1)]);
    assert.deepEqual(anew.common, grown.common, 'this test needs the same list of common words');
    assert.deepEqual(anew.parts, grown.parts);
    assert.ok(grown.items > 50);
  }

  it('ingests and counts an added file alone, and publishes what a run from nothing publishes', async () => {
    await run('grown');
    const first = await made('grown');
    await addText(scratch, 20);
    const plan = await hashloom(scratch.folder, 'plan', 'grown.yaml');
    assert.match(plan.stdout, /1 of 9 files have not been made with these settings/);
    const { version, rows } = await run('grown');
    assert.equal(version, 2);
    assert.equal(rows('list'), 9);
    const second = await made('grown');
    assert.equal(second.ingest.size - first.ingest.size, 1);
    assert.equal(second.count.size - first.count.size, 1);
    await sameAsFromNothing(2, 'added');
  });

  it('ingests nothing when a file is gone, counts its group anew, and publishes what a run from nothing publishes', async () => {
    const first = await made('grown');
    await rm(join(scratch.corpus, 'ca03.txt'));
    assert.equal((await run('grown')).version, 3);
    const second = await made('grown');
    assert.equal(second.ingest.size, first.ingest.size);
    assert.ok(second.count.size > first.count.size && second.count.size - first.count.size <= 2, `${second.count.size - first.count.size} groups`);
    await sameAsFromNothing(3, 'removed');
    assert.match(await readFile(join(scratch.folder, 'grown', 'indexes', 'news', 'current.json'), 'utf8'), /"version": ?3/);
  });
});
