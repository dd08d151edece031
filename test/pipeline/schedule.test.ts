import assert from 'node:assert/strict';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';
import {
  ScheduleOverlapPolicy,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowFailedError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { scheduledConfigurations } from '../../cli/index/scheduled-configurations.ts';
import { QUEUES } from '../../schemas/queues.ts';
import {
  type ReindexInput,
  reindexWorkflowId,
  scheduledWorkflowId,
  scheduleId,
  WORKFLOW,
} from '../../schemas/run.ts';
import type { ScheduledResult } from '../../workflows/scheduled.ts';
import { eventually } from '../eventually.ts';
import { hashloomWith } from '../cli/hashloom-process.ts';
import { it } from './on-temporal.ts';
import { addText, type Scratch, smallConfiguration } from './set-up/small-corpus.ts';
import { readVersion } from './set-up/published-parts.ts';
import { reindex, startReindex, type TestTemporal } from './set-up/temporal.ts';

describe('a schedule', () => {
  let temporal: TestTemporal;
  let scratch: Scratch;

  it.beforeAll(async ({ temporal: shared, scratchOf }) => {
    temporal = shared;
    scratch = await scratchOf(20);
  });

  const configured = () => smallConfiguration('nightly', scratch);
  const inputOf = (): ReindexInput => ({
    configuration: configured(),
    force: false,
    searchAttributes: true,
  });

  it('fires by itself and publishes version 2 of a corpus that has grown', async () => {
    await reindex(temporal, configured());
    await addText(scratch, 21);
    const { client } = temporal;
    const schedule = await client.schedule.create({
      scheduleId: scheduleId('nightly'),
      spec: { intervals: [{ every: '2 seconds' }] },
      policies: { overlap: ScheduleOverlapPolicy.SKIP, pauseOnFailure: true },
      action: {
        type: 'startWorkflow',
        workflowType: WORKFLOW.scheduled,
        workflowId: scheduledWorkflowId('nightly'),
        taskQueue: QUEUES.main,
        args: [inputOf()],
      },
    });
    const published = await eventually('version 2', () =>
      readVersion(configured().store, 'nightly', 2),
    );
    await schedule.delete();
    assert.equal(published.version, 2);
    assert.equal(published.workflowId, reindexWorkflowId('nightly'));
  });

  it('steps aside while a manual run is under way, and a manual run does while the schedule is', async () => {
    const { client } = temporal;
    // What earlier firings have started comes to its end first.
    await client.workflow.getHandle(reindexWorkflowId('nightly')).result();
    const slow = smallConfiguration('nightly', scratch, {
      training: { tables: 2, bits: 16, epochs: 40, batchPositives: 64 },
    });
    const manual = await startReindex(temporal, slow);
    const fired = await client.workflow.execute<(input: ReindexInput) => Promise<ScheduledResult>>(
      WORKFLOW.scheduled,
      {
        workflowId: `${scheduledWorkflowId('nightly')}-by-hand`,
        taskQueue: QUEUES.main,
        args: [inputOf()],
      },
    );
    assert.deepEqual(fired, { skipped: `${reindexWorkflowId('nightly')} is already running` });
    await assert.rejects(
      startReindex(temporal, configured()),
      WorkflowExecutionAlreadyStartedError,
    );
    await assert.rejects(
      scheduledConfigurations(temporal, configured().store),
      /reindex\/nightly is at work on file:.*; gc waits for its end/,
    );
    await manual.cancel();
    await manual.result().catch(() => undefined);
  });

  it('keeps the version when the corpus gets worse, says why, and is not paused over it', async () => {
    const { client } = temporal;
    const gate = { regression: { items: 20 } };
    const nightly = (change = {}) => smallConfiguration('worse', scratch, { gate, ...change });
    const first = await reindex(temporal, nightly());
    const texts = await readdir(scratch.corpus);
    await Promise.all(
      texts.slice(0, texts.length - 8).map((name) => rm(join(scratch.corpus, name))),
    );
    const schedule = await client.schedule.create({
      scheduleId: scheduleId('worse'),
      spec: {},
      policies: { pauseOnFailure: true },
      action: {
        type: 'startWorkflow',
        workflowType: WORKFLOW.scheduled,
        workflowId: scheduledWorkflowId('worse'),
        taskQueue: QUEUES.main,
        args: [{ configuration: nightly(), force: false, searchAttributes: true }],
      },
    });
    const known = async () =>
      (await scheduledConfigurations(temporal, nightly().store)).map(({ index }) => index);
    await eventually('the new schedule in the list', async () => (await known()).includes('worse'));
    assert.deepEqual(await scheduledConfigurations(temporal, 'file:///elsewhere'), []);
    await schedule.trigger();
    const started = await eventually(
      'what the schedule has started',
      async () => (await schedule.describe()).info.recentActions[0],
    );
    const result = (await client.workflow
      .getHandle(started.action.workflow.workflowId)
      .result()) as ScheduledResult;
    assert.ok('refused' in result, JSON.stringify(result));
    assert.match(
      result.refused,
      new RegExp(
        'items is \\d+, version 1 has \\d+ and it may be worse by 20; ' +
          'the published version stays as it is; report: file:.*\\.html',
        'u',
      ),
    );
    assert.equal((await schedule.describe()).state.paused, false);
    await schedule.delete();
    assert.equal((await readVersion(nightly().store, 'worse', 1))?.version, first.version);
    assert.equal(await readVersion(nightly().store, 'worse', 2), undefined);
    const page = await readFile(new URL(/report: (\S+)/.exec(result.refused)![1]!), 'utf8');
    assert.match(page, /class="down">misses/);
    assert.match(page, /items is \d+, version 1 has \d+ and it may be worse by 20/);

    // Why, in Temporal's UI: the run's failure, its stage among the search attributes, and its
    // details.
    const run = client.workflow.getHandle(reindexWorkflowId('worse'));
    const { status, searchAttributes } = await run.describe();
    assert.deepEqual(
      [
        status.name,
        searchAttributes['HashloomIndex'],
        searchAttributes['HashloomStage'],
        searchAttributes['HashloomVersion'],
      ],
      ['FAILED', ['worse'], ['gate'], undefined],
    );
    await assert.rejects(
      run.result(),
      (error: WorkflowFailedError) =>
        error.cause instanceof ApplicationFailure &&
        error.cause.type === 'GateRefused' &&
        error.cause.message === result.refused,
    );
    const { currentDetails } = await run.query<{ currentDetails: string }>(
      '__temporal_workflow_metadata',
    );
    assert.match(
      currentDetails,
      new RegExp(
        '^\\*\\*Refused by the gate\\*\\*; the published version stays\\n\\n' +
          '- items is \\d+, version 1 has \\d+ and it may be worse by 20\\n\\n' +
          'Report: `file:.*\\.html`',
        'u',
      ),
    );

    // And in the exit code of whoever follows it.
    const watched = await hashloomWith(
      { TEMPORAL_ADDRESS: temporal.address },
      scratch.folder,
      'watch',
      'worse',
    );
    assert.equal(watched.code, 4, watched.stderr);
    assert.ok(watched.stderr.includes(result.refused), watched.stderr);
    const listed = await hashloomWith(
      {},
      scratch.folder,
      'index',
      'list',
      '--store',
      fileURLToPath(nightly().store),
      '--json',
    );
    assert.deepEqual(
      listed.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { index: string; version: number })
        .filter(({ index }) => index === 'worse')
        .map(({ version }) => version),
      [1],
    );
  });
});
