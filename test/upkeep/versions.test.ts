import assert from 'node:assert/strict';
import { mkdtemp, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, it } from 'vitest';
import { collectGarbage } from '../../upkeep/collect-garbage.ts';
import { compareVersions } from '../../upkeep/compare-versions.ts';
import { readIndexState } from '../../activities/versions/current-version.ts';
import { pin, unpin } from '../../upkeep/pins.ts';
import { rollback } from '../../upkeep/rollback.ts';
import { configuration } from '../../schemas/configuration.ts';
import type { Failure } from '../../schemas/failures.ts';
import { openStore } from '../../store/open-store.ts';
import type { Store } from '../../store/store.ts';
import { publishVersion, type SmallVersion } from './published-index.ts';

describe('the versions of an index', () => {
  let folder: string;
  let store: Store;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hashloom-versions-'));
    store = openStore(pathToFileURL(folder).href);
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  const make = (at: number, more: Partial<SmallVersion> = {}) =>
    publishVersion(store, {
      index: 'news',
      codes: { a: 1, b: 1, c: at },
      files: ['a.txt', `${at}.txt`],
      metrics: { f1: at / 10 },
      run: `run${at}`,
      ...more,
    });
  const current = async () => (await readIndexState(store, 'news')).current;
  const failsWith = (type: string, message: RegExp) => (error: Failure) =>
    error.type === type && message.test(error.message);
  const later = {
    keep: 0,
    graceMs: 1000,
    now: Date.now() + 3_600_000,
    dryRun: false,
    scheduled: [],
  };
  const paths = async () => {
    const found: string[] = [];
    for await (const { path } of store.list('')) found.push(path);
    return found;
  };

  describe('rollback', () => {
    it('goes to the version before, or to the one named, and a new run publishes on top', async () => {
      for (const at of [1, 2, 3]) await make(at);
      assert.deepEqual(await rollback(store, 'news', undefined, new Date()), {
        index: 'news',
        from: 3,
        to: 2,
      });
      assert.deepEqual([(await current())?.version, (await current())?.rolledBackFrom], [2, 3]);
      await rollback(store, 'news', 1, new Date());
      assert.equal((await current())?.version, 1);
      assert.equal(await make(4), 4);
    });

    it('names what is not there', async () => {
      await make(1);
      await assert.rejects(
        rollback(store, 'other', undefined, new Date()),
        failsWith('IntegrityError', /nothing is published/),
      );
      await assert.rejects(
        rollback(store, 'news', undefined, new Date()),
        failsWith('ConfigurationError', /no version before the current 1/),
      );
      await assert.rejects(
        rollback(store, 'news', 1, new Date()),
        failsWith('ConfigurationError', /current one already/),
      );
      await assert.rejects(
        rollback(store, 'news', 7, new Date()),
        failsWith('IntegrityError', /version 7 of news was never published/),
      );
    });

    it('does not make a version current that has lost a part', async () => {
      await make(1);
      await make(2);
      await store.delete('indexes/news/versions/1/codes.parquet');
      await assert.rejects(
        rollback(store, 'news', 1, new Date()),
        failsWith('IntegrityError', /codes\.parquet: expected \d+ bytes, found nothing/),
      );
      assert.equal((await current())?.version, 2);
    });

    it('gives way to somebody who publishes meanwhile', async () => {
      await make(1);
      await make(2);
      const racing: Store = {
        ...store,
        head: async (path) => {
          const seen = await store.head(path);
          if (path.endsWith('codes.parquet')) await make(3);
          return seen;
        },
      };
      await assert.rejects(
        rollback(racing, 'news', 1, new Date()),
        failsWith('PublishConflict', /changed meanwhile/),
      );
      assert.equal((await current())?.version, 3);
    });
  });

  describe('compare', () => {
    it('tells settings, data, metrics and items that moved', async () => {
      await make(1, { codes: { a: 1, b: 1, c: 2, d: 2 } });
      await make(2, { codes: { a: 1, b: 1, c: 1, e: 2 }, files: ['a.txt'], change: { seed: 9 } });
      const {
        configuration: settings,
        data,
        metrics,
        moved,
      } = await compareVersions(store, 'news', 1, 2, 5);
      assert.deepEqual(settings, [{ key: 'seed', a: 1, b: 9 }]);
      assert.deepEqual(data, { filesA: 2, filesB: 1, itemsA: 4, itemsB: 4, added: 1, removed: 1 });
      assert.deepEqual(metrics, [{ name: 'f1', a: 0.1, b: 0.2 }]);
      // a: {b} and then {b, c}; c: {} and then {a, b}.
      assert.deepEqual(moved, {
        common: 3,
        recoded: 1,
        moved: 3,
        meanOverlap: 1 / 3,
        most: [
          { item: 'c', overlap: 0 },
          { item: 'a', overlap: 0.5 },
          { item: 'b', overlap: 0.5 },
        ],
      });
    });

    it('finds nothing moved where codes have other names alone', async () => {
      await make(1, { codes: { a: 1, b: 1, c: 2 } });
      await make(2, { codes: { a: 7, b: 7, c: 9 } });
      const { moved } = await compareVersions(store, 'news', 1, 2, 5);
      assert.deepEqual([moved.moved, moved.recoded, moved.meanOverlap], [0, 3, 1]);
    });

    it('names a version that is not there', async () => {
      await make(1);
      await assert.rejects(
        compareVersions(store, 'news', 1, 2, 5),
        failsWith('IntegrityError', /version 2 of news/),
      );
    });
  });

  describe('gc', () => {
    it('says what would go, and removes nothing, on a dry run', async () => {
      for (const at of [1, 2, 3]) await make(at);
      const before = await paths();
      const garbage = await collectGarbage(store, 'news', { ...later, dryRun: true });
      assert.deepEqual(garbage.versions, [1, 2]);
      assert.deepEqual(await paths(), before);
      const removed = await collectGarbage(store, 'news', later);
      assert.deepEqual(removed, garbage);
      assert.equal((await paths()).length, before.length - garbage.objects);
    });

    it('keeps all that the versions which stay were made from, and nothing else', async () => {
      for (const at of [1, 2, 3]) await make(at);
      await publishVersion(store, { index: 'other', codes: { x: 1 }, files: ['1.txt'] });
      await pin(store, 'news', 2, { who: 'ann', why: 'the paper', at: '' });
      const { versions, kept, artifacts } = await collectGarbage(store, 'news', later);
      assert.deepEqual(versions, [1]);
      assert.deepEqual(kept, [
        { version: 2, why: 'pinned by ann: the paper' },
        { version: 3, why: 'current' },
      ]);
      // The file 1.txt is of version 1 alone in this index, but another index rests on its tokens;
      // the counts are of the version's own group.
      assert.deepEqual(artifacts, {
        count: 1,
        export: 1,
        group: 1,
        'hold-out': 1,
        list: 1,
        mine: 1,
        report: 1,
      });
      assert.equal(await unpin(store, 'news', 2), true);
      assert.equal(await unpin(store, 'news', 2), false);
      const second = await collectGarbage(store, 'news', later);
      assert.deepEqual(
        [second.versions, second.artifacts['ingest'], second.artifacts['count']],
        [[2], 1, 1],
      );
      assert.equal((await collectGarbage(store, 'news', later)).objects, 0);
      assert.equal((await current())?.version, 3);
      await assert.rejects(
        rollback(store, 'news', 1, new Date()),
        failsWith(
          'IntegrityError',
          /version 1 of news is gone: gc has removed it.*versions at .*: 3/,
        ),
      );
      assert.equal(await make(4), 4);
    });

    it('keeps what is younger than the grace, and the last few', async () => {
      for (const at of [1, 2, 3, 4]) await make(at);
      assert.equal(
        (await collectGarbage(store, 'news', { ...later, graceMs: 3_600_000, now: Date.now() }))
          .objects,
        0,
      );
      assert.deepEqual((await collectGarbage(store, 'news', { ...later, keep: 2 })).versions, [1]);
    });

    it('gives readers of a version the grace from when another one took its place', async () => {
      const day = 86_400_000;
      for (const at of [1, 2, 3]) await make(at);
      const age = async (version: number, days: number) => {
        const time = new Date(Date.now() - days * day);
        for (const path of await paths())
          if (path.startsWith(`indexes/news/versions/${version}/`))
            await utimes(store.localFile(path)!, time, time);
      };
      // 1 was replaced ten days ago by 2, and 2 now by 3.
      await age(1, 20);
      await age(2, 10);
      const now = { ...later, graceMs: day, now: Date.now() + 1000 };
      assert.deepEqual(
        (await collectGarbage(store, 'news', { ...now, dryRun: true })).versions,
        [1],
      );
      assert.deepEqual(
        (await collectGarbage(store, 'news', { ...now, now: Date.now() + 2 * day, dryRun: true }))
          .versions,
        [1, 2],
      );
      await age(3, 10);
      await rollback(store, 'news', 2, new Date());
      assert.deepEqual(
        (await collectGarbage(store, 'news', { ...now, dryRun: true })).versions,
        [1],
      );
    });

    it('never gives the number of a removed version again', async () => {
      for (const at of [1, 2]) await make(at);
      await rollback(store, 'news', 1, new Date());
      assert.deepEqual((await collectGarbage(store, 'news', later)).versions, [2]);
      assert.equal(await make(5), 3);
    });

    it('keeps what a version needs that was recorded with keys that are gone', async () => {
      await make(1, { formerTraining: { reviveFrom: 0.3, reviveTo: 0 } });
      const { versions, artifacts } = await collectGarbage(store, 'news', later);
      assert.deepEqual([versions, artifacts], [[], {}]);
      await make(2);
      const { configuration: differences } = await compareVersions(store, 'news', 1, 2, 5);
      assert.deepEqual(differences, []);
    });

    it('keeps tokens and counts that a schedule will ask for', async () => {
      await make(1);
      const scheduled = configuration.parse({
        index: 'news',
        store: store.uri,
        source: { path: 'file:///corpus' },
        cooccurrence: { window: 3 },
      });
      await publishVersion(store, {
        index: 'tried',
        codes: { a: 1, b: 1, c: 1 },
        files: ['a.txt', '1.txt'],
        change: { cooccurrence: { window: 3 } },
      });
      for (const path of await paths())
        if (path.startsWith('indexes/tried/')) await store.delete(path);
      const without = await collectGarbage(store, 'news', { ...later, dryRun: true });
      assert.equal(without.artifacts['count'], 1);
      assert.equal(
        (await collectGarbage(store, 'news', { ...later, scheduled: [scheduled] })).artifacts[
          'count'
        ],
        undefined,
      );
    });

    it('removes strays and versions that were never finished', async () => {
      await make(1);
      const [part] = (await paths()).filter((path) => /artifacts\/export\/.*parquet$/.test(path));
      await store.put(part!.replace('.parquet', '-twin.parquet'), Buffer.from('x'));
      await store.put(
        'artifacts/export/0123456789abcdef0123456789abcdef/codes.parquet',
        Buffer.from('x'),
      );
      await store.put('indexes/news/versions/2/codes.parquet', Buffer.from('x'));
      const { strays, versions } = await collectGarbage(store, 'news', later);
      assert.deepEqual([strays, versions], [2, [2]]);
      assert.equal((await collectGarbage(store, 'news', later)).objects, 0);
    });

    it('wants an index that is there', async () => {
      await assert.rejects(
        collectGarbage(store, 'news', later),
        failsWith('IntegrityError', /nothing is published/),
      );
    });
  });
});
