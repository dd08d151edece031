import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, inject } from 'vitest';
import { openStore } from '../../store/open-store.ts';
import { digestsOf, readVersion } from './set-up/published-parts.ts';
import { it } from './on-temporal.ts';
import { readText, type Scratch, smallConfiguration } from './set-up/small-corpus.ts';
import { reindex, type TestTemporal } from './set-up/temporal.ts';

describe('a run on object storage', () => {
  let temporal: TestTemporal;
  let scratch: Scratch;

  it.beforeAll(async ({ temporal: shared, scratchOf }) => {
    temporal = shared;
    scratch = await scratchOf(20);
    Object.assign(process.env, inject('s3Environment'));
    const corpus = openStore('s3://corpora/brown');
    for (let at = 0; at < 20; at++)
      await corpus.put(`text-${at}.txt`, Buffer.from(await readText(at)));
  });

  it('reads its corpus from a bucket and publishes to another', async () => {
    const change = { store: 's3://indexes/team', source: { path: 's3://corpora/brown/*.txt' } };
    const result = await reindex(temporal, smallConfiguration('remote', scratch, change));
    assert.equal(result.uri, 's3://indexes/team/indexes/remote/versions/1');
    const version = await readVersion('s3://indexes/team', 'remote', 1);
    assert.ok(version && version.items > 300);
    const again = await reindex(temporal, smallConfiguration('remote', scratch, change));
    assert.deepEqual(
      again.stages.filter(({ cached }) => !cached),
      [],
    );

    await reindex(
      temporal,
      smallConfiguration('local', scratch, { source: { path: 's3://corpora/brown/*.txt' } }),
    );
    const [remote, local] = await Promise.all([
      digestsOf('s3://indexes/team'),
      digestsOf(smallConfiguration('local', scratch).store),
    ]);
    assert.deepEqual(remote, local);
    assert.equal(
      (
        await readFile(join(scratch.folder, 'store', 'indexes', 'local', 'current.json'), 'utf8')
      ).includes('"version": 1'),
      true,
    );
  });
});
