import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { openStore } from '../../store/open-store.ts';
import { startS3Server } from '../store/s3-server.ts';
import { digestsOf, readVersion } from './published-parts.ts';
import { createScratch, readText, type Scratch, smallConfiguration } from './small-corpus.ts';
import { reindex, startTemporal, type TestTemporal } from './temporal.ts';
import { startWorkerProcess, type WorkerProcess } from './worker-process.ts';

describe('a run on object storage', () => {
  let temporal: TestTemporal;
  let scratch: Scratch;
  let s3: { endpoint: string; close(): Promise<void> };
  let workers: WorkerProcess[] = [];

  before(async () => {
    [temporal, scratch, s3] = await Promise.all([
      startTemporal(),
      createScratch(),
      startS3Server('corpora', 'indexes'),
    ]);
    const corpus = openStore('s3://corpora/brown');
    for (let at = 0; at < 20; at++)
      await corpus.put(`text-${at}.txt`, Buffer.from(await readText(at)));
    // One for orchestration and data, one for training and export: they share Temporal and the
    // bucket, nothing else.
    workers = await Promise.all([
      startWorkerProcess(temporal.address, { roles: ['main', 'etl'] }),
      startWorkerProcess(temporal.address, { roles: ['train', 'export'] }),
    ]);
  });

  after(async () => {
    await Promise.all(workers.map((worker) => worker.kill()));
    await temporal.stop();
    await s3.close();
    await scratch.remove();
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
