import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';
import { openIndex } from '@hashloom/lookup';
import { collectGarbage } from '../../upkeep/collect-garbage.ts';
import { STAGE_NAMES } from '../../schemas/stages.ts';
import type { IndexManifest } from '../../schemas/index-manifest.ts';
import { QUEUES } from '../../schemas/queues.ts';
import { type ReindexInput, type ReindexResult, WORKFLOW } from '../../schemas/run.ts';
import { openStore } from '../../store/open-store.ts';
import { it } from './on-temporal.ts';
import { addText, type Scratch, smallConfiguration } from './set-up/small-corpus.ts';
import { reindex, type TestTemporal } from './set-up/temporal.ts';

describe('reindex', () => {
  let temporal: TestTemporal;
  let scratch: Scratch;
  let first: ReindexResult;

  it.beforeAll(async ({ temporal: shared, scratchOf }) => {
    temporal = shared;
    scratch = await scratchOf(20);
    first = await reindex(temporal, smallConfiguration('words', scratch));
  });

  const stageOf = (result: ReindexResult, name: string) =>
    result.stages.find((stage) => stage.name === name)!;

  it('runs every stage and publishes version 1', () => {
    assert.equal(first.version, 1);
    assert.equal(first.published, true);
    assert.deepEqual(
      first.stages.map(({ name }) => name),
      [...STAGE_NAMES],
    );
    for (const stage of first.stages) {
      assert.equal(stage.cached, false, stage.name);
      assert.ok(stage.rows > 0, `${stage.name} has rows`);
      assert.ok(stage.bytes > 0, `${stage.name} has bytes`);
    }
    assert.equal(stageOf(first, 'list').rows, 20);
    assert.ok(first.metrics['f1']! > 0 && first.metrics['f1']! <= 1);
    assert.ok(first.metrics['clusters']! > 0);
  });

  it('shows itself in Temporal: search attributes, and a table of its stages', async () => {
    const handle = temporal.client.workflow.getHandle(first.workflowId);
    const { searchAttributes } = await handle.describe();
    assert.deepEqual(
      [
        searchAttributes['HashloomIndex'],
        searchAttributes['HashloomStage'],
        searchAttributes['HashloomVersion'],
      ],
      [['words'], ['publish'], ['1']],
    );
    const { currentDetails } = await handle.query<{ currentDetails: string }>(
      '__temporal_workflow_metadata',
    );
    assert.match(currentDetails, /\| Ingest files to tokens \| .run \| /u);
  });

  it('runs where nobody knows the search attributes', async () => {
    const { client } = temporal;
    const input: ReindexInput = {
      configuration: smallConfiguration('plain', scratch),
      force: false,
      searchAttributes: false,
    };
    const handle = await client.workflow.start(WORKFLOW.reindex, {
      workflowId: 'reindex/plain',
      taskQueue: QUEUES.main,
      args: [input],
    });
    assert.equal(((await handle.result()) as ReindexResult).version, 1);
    assert.equal((await handle.describe()).searchAttributes['HashloomIndex'], undefined);
  });

  it('answers words from the published folder', async () => {
    const index = await openIndex(join(fileURLToPath(first.uri), '..', '..'));
    const table = JSON.parse(
      await readFile(join(fileURLToPath(first.uri), 'index.json'), 'utf8'),
    ) as { items: number };
    assert.ok(table.items > 300);
    const answer = await index.lookup('president');
    assert.equal(answer.found, true);
    assert.equal(answer.buckets.length, 2);
    assert.equal((await index.lookup('no-such-word')).found, false);
    const { matches, complete, rank, usage } = await index.query({ id: 'president' });
    assert.deepEqual({ complete, rank }, { complete: true, rank: 'neighbours' });
    assert.ok(matches.every(({ relation }) => relation === 'related') && usage.rounds <= 2);
    assert.equal((await index.query({ id: 'the' })).missing?.reason, 'common');
    assert.equal((await index.query({ id: 'no-such-word' })).missing?.reason, 'unknown');
  });

  it('takes every stage from its artifacts the second time and keeps the version', async () => {
    const again = await reindex(temporal, smallConfiguration('words', scratch));
    for (const stage of again.stages) assert.equal(stage.cached, true, stage.name);
    assert.equal(again.version, 1);
    assert.equal(again.published, false);
    assert.deepEqual(again.metrics, first.metrics);
  });

  it('makes only what a changed parameter reaches', async () => {
    const changed = await reindex(
      temporal,
      smallConfiguration('other', scratch, {
        affinity: { minimumPmi: 0.6, minimumWeight: 0.8, top: 30 },
      }),
    );
    const cached = changed.stages.filter((stage) => stage.cached).map(({ name }) => name);
    assert.deepEqual(cached, ['list', 'ingest', 'dictionary', 'vocabulary', 'count', 'merge']);
  });

  it('ingests and counts an added file alone, and publishes version 2', async () => {
    const tokens = join(scratch.folder, 'store', 'artifacts', 'ingest');
    const before = await readdir(tokens);
    await addText(scratch, 20);
    const grown = await reindex(temporal, smallConfiguration('words', scratch));
    assert.equal((await readdir(tokens)).length, before.length + 1);
    assert.equal(grown.version, 2);
    const current = JSON.parse(
      await readFile(join(scratch.folder, 'store', 'indexes', 'words', 'current.json'), 'utf8'),
    ) as { version: number };
    assert.equal(current.version, 2);
    const folder = join(scratch.folder, 'store', 'indexes', 'words');
    const listed = (await (await openIndex(folder)).list({ limit: 1 }).next()).value;
    // What was published tells the headers, so a reader goes to the page of lists at once.
    const { usage } = await (await openIndex(folder)).query({ id: listed!.ids[0]!, topK: 1 });
    assert.equal(usage.rounds, 1);
    assert.equal(stageOf(grown, 'list').rows, 21);
  });

  it('runs everything when forced, to the same bytes', async () => {
    const forced = await reindex(temporal, smallConfiguration('words', scratch), true);
    assert.deepEqual(
      forced.stages.filter((stage) => stage.cached),
      [],
    );
    assert.equal(forced.version, 3);
    const parts = async (version: number) =>
      (
        JSON.parse(
          await readFile(
            join(
              scratch.folder,
              'store',
              'indexes',
              'words',
              'versions',
              String(version),
              'index.json',
            ),
            'utf8',
          ),
        ) as IndexManifest
      ).parts.filter(({ name }) => name !== 'report.html');
    assert.deepEqual(await parts(3), await parts(2));
  });

  it('needs nothing of what gc removes', async () => {
    const store = openStore(smallConfiguration('words', scratch).store);
    const { versions, objects } = await collectGarbage(store, 'words', {
      keep: 0,
      graceMs: 0,
      now: Date.now() + 60_000,
      dryRun: false,
      scheduled: [],
    });
    assert.deepEqual(versions, [1, 2]);
    assert.ok(objects > 0);
    const again = await reindex(temporal, smallConfiguration('words', scratch));
    assert.deepEqual(
      again.stages.filter((stage) => !stage.cached),
      [],
    );
    assert.equal(again.version, 3);
  });
});
