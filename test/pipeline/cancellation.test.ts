import assert from 'node:assert/strict';
import { describe } from 'vitest';
import { WorkflowFailedError } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import { type ChildProgress, PROGRESS_QUERY, reindexWorkflowId } from '../../schemas/run.ts';
import { eventually } from '../eventually.ts';
import { readVersion, strayObjects } from './set-up/published-parts.ts';
import { it } from './on-temporal.ts';
import { type Scratch, smallConfiguration } from './set-up/small-corpus.ts';
import { reindex, startReindex, type TestTemporal } from './set-up/temporal.ts';

describe('cancellation', () => {
  let temporal: TestTemporal;
  let scratch: Scratch;

  it.beforeAll(async ({ temporal: shared, scratchOf }) => {
    temporal = shared;
    scratch = await scratchOf(20);
  });

  it(
    'takes effect within 5 s, leaves no half-written artifact, publishes nothing, and the next ' +
      'run goes on',
    async () => {
      const long = {
        tables: 2,
        bits: 16,
        epochs: 400,
        epochsPerRound: 100,
        batchPositives: 64,
        concentration: 8,
        beta: 4,
      };
      const configuration = smallConfiguration('cancelled', scratch, { training: long });
      const handle = await startReindex(temporal, configuration);
      const child = temporal.client.workflow.getHandle(`${reindexWorkflowId('cancelled')}/train`);
      await eventually('a block in training', () =>
        child.describe().then(
          ({ raw }) =>
            raw.pendingActivities?.some(
              ({ activityType, lastHeartbeatTime }) =>
                activityType?.name === 'trainBlock' && lastHeartbeatTime,
            ) ?? false,
          () => false,
        ),
      );
      const asked = performance.now();
      await handle.cancel();
      await assert.rejects(
        handle.result(),
        (error) => error instanceof WorkflowFailedError && error.cause instanceof CancelledFailure,
      );
      const seconds = (performance.now() - asked) / 1000;
      assert.ok(seconds < 5, `took ${seconds.toFixed(1)} s`);
      assert.deepEqual(await strayObjects(configuration.store), []);
      assert.equal(await readVersion(configuration.store, 'cancelled', 1), undefined);

      const short = { ...long, epochs: 2, epochsPerRound: 1 };
      const next = await reindex(
        temporal,
        smallConfiguration('cancelled', scratch, { training: short }),
      );
      assert.equal(next.version, 1);
      assert.equal(next.stages.find(({ name }) => name === 'mine')?.cached, true);
      assert.equal((await child.query<ChildProgress>(PROGRESS_QUERY)).done, 2);
    },
  );
});
