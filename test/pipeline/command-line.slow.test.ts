import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe } from 'vitest';
import { REJECT_UPDATE } from '../../schemas/gate.ts';
import type { IndexManifest } from '../../schemas/index-manifest.ts';
import { PROGRESS_QUERY, reindexWorkflowId, type RunProgress } from '../../schemas/run.ts';
import { eventually } from '../eventually.ts';
import { hashloomWith, type ProcessOutcome } from '../cli/hashloom-process.ts';
import { it } from './on-temporal.ts';
import { addText, type Scratch } from './set-up/small-corpus.ts';
import type { TestTemporal } from './set-up/temporal.ts';
import { startWorkerProcess, type WorkerProcess } from './set-up/worker-process.ts';
import { inBuild } from '../repository.ts';

const SETTINGS = `store: ./store
source: { path: ./corpus }
vocabulary: { minimumCount: 4, common: 50 }
affinity: { minimumPmi: 0.5, minimumWeight: 0.8, top: 30 }
heldOut: { pairs: 200 }
negatives: { perRow: 16 }
`;
const QUICK = 'training: { method: lse, tables: 2, bits: 16, epochs: 3, batchPositives: 512 }\n';
const SLOW = 'training: { method: lse, tables: 2, bits: 16, epochs: 300, batchPositives: 64 }\n';

describe('the command line on a cluster', () => {
  let temporal: TestTemporal;
  let scratch: Scratch;
  let worker: WorkerProcess | undefined;

  it.beforeAll(async ({ ownTemporal, scratchOf }) => {
    temporal = ownTemporal;
    scratch = await scratchOf(20);
    await writeFile(join(scratch.folder, 'quick.yaml'), `index: quick\n${SETTINGS}${QUICK}`);
    await writeFile(join(scratch.folder, 'slow.yaml'), `index: slow\n${SETTINGS}${SLOW}`);
    await writeFile(
      join(scratch.folder, 'strict.yaml'),
      `index: quick\n${SETTINGS}${QUICK}gate: { minimum: { f1: 0.999 } }\n`,
    );
    await writeFile(
      join(scratch.folder, 'asking.yaml'),
      `index: asked\n${SETTINGS}${QUICK}gate: { minimum: { f1: 0.999 }, onRefusal: wait }\n`,
    );
  });

  afterAll(() => worker?.kill());

  const hashloom = (...words: string[]): Promise<ProcessOutcome> =>
    hashloomWith({ TEMPORAL_ADDRESS: temporal.address }, scratch.folder, ...words);

  it('ends with 5 and names the queues that nobody polls', async () => {
    const { code, stderr } = await hashloom('run', 'quick.yaml');
    assert.equal(code, 5, stderr);
    for (const queue of ['hashloom', 'hashloom-etl', 'hashloom-train', 'hashloom-export'])
      assert.ok(stderr.includes(queue), stderr);
    assert.match(stderr, /hashloom worker/);
  });

  it('runs to the one line of --json, then answers from the index', async () => {
    worker = await startWorkerProcess(temporal.address, { threads: 2 });
    const { code, stdout, stderr } = await hashloom('run', 'quick.yaml', '--json');
    assert.equal(code, 0, stderr);
    const result: Record<string, unknown> & {
      stages: Record<string, unknown>[];
      metrics: Record<string, number>;
    } = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
    assert.deepEqual(Object.keys(result), [
      'index',
      'version',
      'uri',
      'workflowId',
      'runId',
      'stages',
      'metrics',
      'corpus',
    ]);
    assert.deepEqual(
      [result['index'], result['version'], result['workflowId']],
      ['quick', 1, 'reindex/quick'],
    );
    assert.deepEqual(Object.keys(result.stages[0]!), [
      'name',
      'cached',
      'seconds',
      'rows',
      'bytes',
    ]);
    for (const name of ['precision', 'recall', 'f1', 'hr50', 'hr500', 'clusters'])
      assert.equal(typeof result.metrics[name], 'number', name);

    const lookup = await hashloom(
      'lookup',
      'president',
      'no-such-word',
      '--index',
      fileURLToPath(String(result['uri'])),
      '--json',
    );
    assert.equal(lookup.code, 0);
    const [known, unknown] = lookup.stdout
      .trimEnd()
      .split('\n')
      .map(
        (line) =>
          JSON.parse(line) as {
            query: string;
            buckets: { table: number; code: string; items: string[] }[];
            items: string[];
          },
      );
    assert.deepEqual(Object.keys(known!), ['query', 'buckets', 'items']);
    assert.deepEqual(
      known!.buckets.map(({ table, code: bits }) => [table, bits.length]),
      [
        [0, 4],
        [1, 4],
      ],
    );
    assert.deepEqual(unknown, { query: 'no-such-word', buckets: [], items: [] });

    const list = await hashloom('index', 'list', '--store', join(scratch.folder, 'store'));
    assert.match(list.stdout, /quick\s+1/);
    const runs = await hashloom('run', 'list');
    assert.match(runs.stdout, /reindex\/quick|quick/);
  });

  it('ends with 4 when the gate refuses, and the version stays', async () => {
    await addText(scratch, 22);
    const { code, stderr } = await hashloom('run', 'strict.yaml');
    assert.equal(code, 4, stderr);
    assert.match(stderr, /f1 is .* at least 0\.999/);
    assert.match(
      (await hashloom('index', 'list', '--store', join(scratch.folder, 'store'))).stdout,
      /quick\s+1/,
    );
  });

  it('waits at the gate until somebody decides, and takes no decision otherwise', async () => {
    assert.equal((await hashloom('run', 'asking.yaml', '--detach')).code, 0);
    const handle = temporal.client.workflow.getHandle(reindexWorkflowId('asked'));
    const early = await hashloom('approve', 'asked', '--reason', 'too soon');
    assert.equal(early.code, 1);
    assert.match(early.stderr, /does not wait at its gate/);
    const waits = async () => (await handle.query<RunProgress>(PROGRESS_QUERY)).gate;
    const gate = await eventually('the gate that the run waits at', waits);
    assert.match(gate.misses[0]!, /f1 is .* at least 0\.999/);
    await assert.rejects(handle.executeUpdate(REJECT_UPDATE, { args: [{ who: ' ', why: 'x' }] }));
    const rejected = await hashloom(
      'reject',
      'asked',
      '--reason',
      'not good enough',
      '--as',
      'ann',
    );
    assert.equal(rejected.code, 0, rejected.stderr);
    const watched = await hashloom('watch', 'asked');
    assert.equal(watched.code, 4, watched.stderr);
    assert.match(watched.stderr, /rejected by ann: not good enough/);

    assert.equal((await hashloom('run', 'asking.yaml', '--detach')).code, 0);
    await eventually('the gate again', waits);
    assert.equal(
      (await hashloom('approve', 'asked', '--reason', 'we know', '--as', 'bob')).code,
      0,
    );
    await handle.result();
    const header = JSON.parse(
      await readFile(join(scratch.folder, 'store/indexes/asked/versions/1/index.json'), 'utf8'),
    ) as IndexManifest;
    assert.deepEqual([header.approval?.who, header.approval?.why], ['bob', 'we know']);
    const page = await readFile(
      join(scratch.folder, 'store/indexes/asked/versions/1/report.html'),
      'utf8',
    );
    assert.match(page, /at least 0\.999 is asked for/);
    const late = await hashloom('approve', 'asked', '--reason', 'too late');
    assert.equal(late.code, 1);
    assert.match(late.stderr, /no run of asked is at work|does not wait/);
  });

  it('leaves a run going at Ctrl-C, refuses a second one with 6, and cancels', async () => {
    const first = spawn(process.execPath, [inBuild('cli/main.js'), 'run', 'slow.yaml'], {
      cwd: scratch.folder,
      env: { ...process.env, TEMPORAL_ADDRESS: temporal.address, NO_COLOR: '1' },
    });
    let said = '';
    const exited = once(first, 'exit');
    await new Promise<void>((resolve) => {
      const look = (chunk: Buffer) => {
        said += chunk.toString();
        if (said.includes('Train')) resolve();
      };
      first.stdout.on('data', look);
      first.stderr.on('data', look);
      first.once('exit', () => resolve());
    });
    first.kill('SIGINT');
    await exited;
    assert.match(said, /hashloom watch slow/);
    assert.match(said, /hashloom cancel slow/);
    const handle = temporal.client.workflow.getHandle(reindexWorkflowId('slow'));
    assert.equal((await handle.describe()).status.name, 'RUNNING');

    const second = await hashloom('run', 'slow.yaml');
    assert.equal(second.code, 6, second.stderr);
    assert.match(second.stderr, /reindex\/slow/);
    assert.match(second.stderr, /with these very settings/);

    const before = (await handle.describe()).runId;
    await writeFile(
      join(scratch.folder, 'edited.yaml'),
      `index: slow\n${SETTINGS}${SLOW.replace('epochs: 300', 'epochs: 301')}`,
    );
    const edited = await hashloom('run', 'edited.yaml');
    assert.equal(edited.code, 6, edited.stderr);
    assert.match(edited.stderr, /with other settings/);
    assert.match(edited.stderr, /^ {2}configuration\.training\.epochs: 300, here 301$/m);
    for (const way of [
      'hashloom watch slow',
      'hashloom cancel slow',
      'hashloom run edited.yaml --replace',
    ])
      assert.ok(edited.stderr.includes(way), edited.stderr);
    assert.equal((await handle.describe()).runId, before);
    const replacing = await hashloom('run', 'edited.yaml', '--replace', '--detach');
    assert.equal(replacing.code, 0, replacing.stderr);
    assert.equal(
      (await temporal.client.workflow.getHandle(reindexWorkflowId('slow'), before).describe())
        .status.name,
      'CANCELLED',
    );
    assert.notEqual((await handle.describe()).runId, before);

    const cancelled = await hashloom('cancel', 'slow');
    assert.equal(cancelled.code, 0, cancelled.stderr);
    await handle.result().catch(() => undefined);
    assert.equal((await handle.describe()).status.name, 'CANCELLED');
  });

  it('drains a worker at SIGTERM: it ends soon and another one goes on', async () => {
    const started = await hashloom('run', 'slow.yaml', '--detach');
    assert.equal(started.code, 0, started.stderr);
    const train = temporal.client.workflow.getHandle(`${reindexWorkflowId('slow')}/train`);
    const attempts = async () => {
      const { raw } = await train.describe();
      return (
        raw.pendingActivities?.filter(
          ({ activityType, lastHeartbeatTime }) =>
            activityType?.name === 'trainBlock' && lastHeartbeatTime,
        ).length ?? 0
      );
    };
    const isTraining = async () => (await attempts().catch(() => 0)) > 0;
    await eventually('a block in training', isTraining);
    const begun = performance.now();
    assert.equal(await worker!.drain(), 0, worker!.output());
    assert.ok(performance.now() - begun < 15_000);
    const handle = temporal.client.workflow.getHandle(reindexWorkflowId('slow'));
    assert.equal((await handle.describe()).status.name, 'RUNNING');
    worker = await startWorkerProcess(temporal.address, { threads: 2 });
    await eventually('a block in training again', isTraining);
    await hashloom('cancel', 'slow');
    await handle.result().catch(() => undefined);
  });

  it('creates, lists, describes, triggers, pauses and deletes a schedule', async () => {
    const created = await hashloom(
      'schedule',
      'create',
      'quick.yaml',
      '--every',
      '12h',
      '--jitter',
      '5m',
    );
    assert.equal(created.code, 0, created.stderr);
    assert.match((await hashloom('schedule', 'list')).stdout, /quick/);
    assert.equal((await hashloom('schedule', 'pause', 'quick')).code, 0);
    assert.match((await hashloom('schedule', 'describe', 'quick')).stdout, /paused/i);
    assert.equal((await hashloom('schedule', 'unpause', 'quick')).code, 0);
    const before = (await temporal.client.workflow.getHandle(reindexWorkflowId('quick')).describe())
      .runId;
    assert.equal((await hashloom('schedule', 'trigger', 'quick')).code, 0);
    await eventually(
      'the run that the schedule starts',
      async () =>
        (await temporal.client.workflow.getHandle(reindexWorkflowId('quick')).describe()).runId !==
        before,
    );
    const { version } = (await temporal.client.workflow
      .getHandle(reindexWorkflowId('quick'))
      .result()) as { version: number };
    assert.equal(version, 2);
    assert.equal((await hashloom('schedule', 'delete', 'quick')).code, 0);
    assert.doesNotMatch((await hashloom('schedule', 'list')).stdout, /quick/);
  });
});
