import assert from 'node:assert/strict';
import { rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe } from 'vitest';
import { planRun } from '../../cli/plan/plan-run.ts';
import type { Configuration } from '../../schemas/configuration.ts';
import type { ReindexResult } from '../../schemas/run.ts';
import { openStore } from '../../store/open-store.ts';
import { digestsOf, layCommon, readVersion } from './set-up/published-parts.ts';
import { it } from './on-temporal.ts';
import { addText, type Scratch, smallConfiguration } from './set-up/small-corpus.ts';
import { reindex, type TestTemporal } from './set-up/temporal.ts';

/** About three texts of the corpus. */
const GROUP_TOKENS = 7000;

describe('a corpus that changes', () => {
  let temporal: TestTemporal;
  let scratch: Scratch;

  const storeOf = (name: string) => pathToFileURL(join(scratch.folder, name)).href;
  // The list of common words is that of the first run, as long as half of it is still right.
  const configured = (store: string, commonDrift = 0.5): Configuration =>
    smallConfiguration('news', scratch, {
      store: storeOf(store),
      cooccurrence: { groupTokens: GROUP_TOKENS },
      vocabulary: { minimumCount: 6, common: 50, commonDrift },
      training: { tables: 1, bits: 16, epochs: 1, batchPositives: 512 },
      evaluation: { queries: 20 },
    });

  it.beforeAll(async ({ temporal: shared, scratchOf }) => {
    temporal = shared;
    scratch = await scratchOf(10);
  });
  it(
    'is ingested and counted by what is new alone, and equals a run from nothing with the same ' +
      'common words',
    async () => {
      await reindex(temporal, configured('grown'));
      const first = await made('grown');
      await addText(scratch, 20);
      await addText(scratch, 21);
      const plan = await planRun(configured('grown'), false);
      assert.equal(
        plan.find(({ name }) => name === 'ingest')?.why,
        '2 of 12 files have not been made with these settings',
      );
      const result = await reindex(temporal, configured('grown'));
      const second = await made('grown');
      assert.equal(second.ingest.size - first.ingest.size, 2);
      assert.equal(second.count.size - first.count.size, 1);
      assert.equal(second.common.size, 1);
      assert.equal(rowsOf(result, 'list'), 12);

      await sameFromNothing('grown', 'anew');
    },
  );

  it('is counted anew for the group of a file that is gone, and equals a run from nothing', async () => {
    const first = await made('grown');
    await rm(join(scratch.corpus, 'ca03.txt'));
    await reindex(temporal, configured('grown'));
    const second = await made('grown');
    assert.equal(second.ingest.size, first.ingest.size);
    // The files of its group form one or two groups with each other.
    assert.ok(
      second.count.size > first.count.size && second.count.size - first.count.size <= 2,
      `${second.count.size - first.count.size} groups`,
    );
    await sameFromNothing('grown', 'removed');
  });

  it('reads a file again that was written again, and no other', async () => {
    const first = await made('grown');
    await utimes(join(scratch.corpus, 'ca05.txt'), new Date(), new Date(Date.now() - 3_600_000));
    await reindex(temporal, configured('grown'));
    const second = await made('grown');
    assert.equal(second.ingest.size - first.ingest.size, 1);
  });

  it('gets another list of common words when the old one no longer fits', async () => {
    const first = await made('grown');
    await addText(scratch, 23);
    await reindex(temporal, configured('grown', 0));
    assert.equal((await made('grown')).common.size, first.common.size + 1);
  });

  const rowsOf = (result: ReindexResult, name: string) =>
    result.stages.find((stage) => stage.name === name)?.rows;

  /** The keys of what a store holds, by stage. */
  async function made(store: string): Promise<Record<'ingest' | 'count' | 'common', Set<string>>> {
    const keys = { ingest: new Set<string>(), count: new Set<string>(), common: new Set<string>() };
    for await (const { path } of openStore(storeOf(store)).list('artifacts/')) {
      const [, stage, key, name] = path.split('/');
      if (name === 'manifest.json' && stage !== undefined && stage in keys)
        keys[stage as keyof typeof keys].add(key!);
    }
    return keys;
  }

  /**
   * A run in a fresh store over what the corpus is now, with the list of common words of the grown
   * one.
   */
  async function sameFromNothing(grown: string, fresh: string): Promise<void> {
    await layCommon((await latest(grown))!, storeOf(grown), storeOf(fresh));
    await reindex(temporal, configured(fresh));
    const [mine, theirs] = await Promise.all([latest(grown), latest(fresh)]);
    assert.ok(mine && theirs && theirs.version === 2);
    assert.deepEqual(theirs.common, mine.common);
    // The files are grouped otherwise, a report holds the times of its run; all else is the same,
    // down to the bytes.
    const comparable = <Each extends { stage: string }>(lineage: Each[]) =>
      lineage.filter(({ stage }) => stage !== 'group' && stage !== 'report');
    assert.deepEqual(comparable(theirs.lineage), comparable(mine.lineage));
    const published = (parts: { name: string; sha256: string }[]) =>
      parts.filter(({ name }) => name !== 'report.html').map(({ name, sha256 }) => [name, sha256]);
    assert.deepEqual(published(theirs.parts), published(mine.parts));
    assert.ok(published(theirs.parts).length >= 4);
    const [expected, actual] = await Promise.all([
      digestsOf(storeOf(fresh)),
      digestsOf(storeOf(grown)),
    ]);
    const stages = new Set<string>();
    for (const [part, digest] of Object.entries(expected)) {
      const [stage = ''] = part.split('/');
      if (stage === 'group' || stage === 'count') continue;
      stages.add(stage);
      assert.equal(actual[part], digest, part);
    }
    assert.deepEqual(
      [...stages].filter((stage) =>
        ['ingest', 'dictionary', 'merge', 'filter', 'mine', 'train', 'export'].includes(stage),
      ).length,
      7,
    );
  }

  async function latest(store: string) {
    let found: Awaited<ReturnType<typeof readVersion>>;
    for (let version = 1; ; version++) {
      const next = await readVersion(storeOf(store), 'news', version);
      if (next === undefined) return found;
      found = next;
    }
  }
});
