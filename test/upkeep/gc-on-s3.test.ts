import assert from 'node:assert/strict';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { collectGarbage } from '../../upkeep/collect-garbage.ts';
import { listVersions, readIndexState } from '../../activities/versions/current-version.ts';
import { rollback } from '../../upkeep/rollback.ts';
import { artifactComplete } from '../../store/artifacts.ts';
import { openStore } from '../../store/open-store.ts';
import { type S3Server, startS3Server } from '../store/s3-server.ts';
import { publishVersion } from './published-index.ts';

describe('gc in a bucket', () => {
  let server: S3Server;

  beforeAll(async () => {
    server = await startS3Server('indexes');
  });

  afterAll(() => server.close());

  it('removes what nothing refers to, and leaves the rest whole', async () => {
    const store = openStore('s3://indexes/team');
    for (const at of [1, 2, 3])
      await publishVersion(store, {
        index: 'news',
        codes: { a: 1, b: at },
        files: ['a.txt', `${at}.txt`],
        metrics: { f1: at / 10 },
        run: `run${at}`,
      });
    const later = { keep: 0, graceMs: 3_600_000, dryRun: false, scheduled: [] };
    assert.equal((await collectGarbage(store, 'news', { ...later, now: Date.now() })).objects, 0);
    const now = Date.now() + 7_200_000;
    const planned = await collectGarbage(store, 'news', { ...later, now, dryRun: true });
    const removed = await collectGarbage(store, 'news', { ...later, now });
    assert.deepEqual(removed, planned);
    assert.deepEqual(removed.versions, [1, 2]);
    assert.deepEqual(
      (await listVersions(store, 'news')).map(({ version }) => version),
      [3],
    );
    const { currentVersion } = await readIndexState(store, 'news');
    for (const each of currentVersion!.lineage)
      assert.ok(await artifactComplete(store, each), each.stage);
    assert.equal((await collectGarbage(store, 'news', { ...later, now })).objects, 0);
    await assert.rejects(
      rollback(store, 'news', 1, new Date()),
      /version 1 of news is gone: gc has removed it/,
    );
  });
});
