import assert from 'node:assert/strict';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe } from 'vitest';
import { type ChildProgress, PROGRESS_QUERY, reindexWorkflowId } from '../../schemas/run.ts';
import type { StageName } from '../../schemas/activities.ts';
import { eventually } from '../eventually.ts';
import { digestsOf } from './set-up/published-parts.ts';
import { it } from './on-temporal.ts';
import { type Scratch, smallConfiguration } from './set-up/small-corpus.ts';
import { reindex, startReindex, type TestTemporal } from './set-up/temporal.ts';
import { startWorkerProcess, type WorkerProcess } from './set-up/worker-process.ts';

describe('the bytes of a run', () => {
  let temporal: TestTemporal;
  let scratch: Scratch;
  let expected: Record<string, string>;
  const workers: WorkerProcess[] = [];

  const storeOf = (name: string) => pathToFileURL(join(scratch.folder, name)).href;
  const TRAINING = {
    tables: 2,
    bits: 16,
    epochs: 4,
    batchPositives: 512,
    concentration: 8,
    beta: 4,
    partitions: 4,
    bucketPerPositive: 0.5,
    bucketFrom: 0.2,
  };
  const configured = (name: string) =>
    smallConfiguration(name, scratch, { store: storeOf(name), training: TRAINING });
  const addWorker = async (threads: number) => {
    const worker = await startWorkerProcess(temporal.address, { threads });
    workers.push(worker);
    return worker;
  };

  it.beforeAll(async ({ ownTemporal, scratchOf }) => {
    temporal = ownTemporal;
    scratch = await scratchOf(20);
    await addWorker(1);
    await reindex(temporal, configured('one'));
    expected = await digestsOf(storeOf('one'));
  });

  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.kill()));
  });

  it('do not depend on the number of workers and threads', async () => {
    await addWorker(2);
    await addWorker(2);
    await reindex(temporal, configured('three'));
    assert.deepEqual(await digestsOf(storeOf('three')), expected);
  });

  for (const stage of ['count', 'train'] as const satisfies StageName[]) {
    it(`do not depend on a worker that is killed while it ${stage}s`, async () => {
      const name = `killed-${stage}`;
      const handle = await startReindex(temporal, configured(name));
      await underway(name, stage);
      // All that are alive die at once, so whatever was at work is lost.
      await Promise.all(workers.splice(0).map((worker) => worker.kill()));
      await addWorker(2);
      await handle.result();
      assert.deepEqual(await digestsOf(storeOf(name)), expected);
    });
  }

  /** Resolves when the child of a stage has begun and is not yet done. */
  async function underway(index: string, stage: StageName): Promise<void> {
    const child = temporal.client.workflow.getHandle(`${reindexWorkflowId(index)}/${stage}`);
    await eventually(
      `${stage} of ${index} at work`,
      async () => {
        const pending = await child.describe().then(
          ({ raw }) =>
            raw.pendingActivities?.some(({ lastHeartbeatTime }) => lastHeartbeatTime) ?? false,
          () => false,
        );
        const progress = pending ? await child.query<ChildProgress>(PROGRESS_QUERY) : undefined;
        return progress !== undefined && (stage !== 'train' || progress.done > 0);
      },
      { everyMs: 10 },
    );
  }
});
