import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { readVersion } from '../../../activities/versions/current-version.ts';
import { indexesTable, listIndexes } from '../../../cli/index/list-indexes.ts';
import { describeVersions, versionsTable } from '../../../cli/index/list-versions.ts';
import { formatTime } from '../../../cli/terminal/format.ts';
import { openTerminal } from '../../../cli/terminal/terminal.ts';
import { openStore } from '../../../store/open-store.ts';
import type { Store } from '../../../store/store.ts';
import { pin } from '../../../upkeep/pins.ts';
import { rollback } from '../../../upkeep/rollback.ts';
import { publishVersion } from '../../upkeep/published-index.ts';
import { fakeStream } from '../terminal/fake-stream.ts';

describe('the versions of an index, listed', () => {
  let folder: string;
  let store: Store;
  const terminal = openTerminal(fakeStream(), {});
  const rolledBackAt = new Date('2031-02-03T04:05:06.000Z');

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hashloom-versions-'));
    store = openStore(pathToFileURL(folder).href);
    for (const at of [1, 2, 3])
      await publishVersion(store, {
        index: 'news',
        codes: { a: 1, b: 1, c: at },
        files: [`${at}.txt`],
        run: `run${at}`,
      });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('says when each was published, by which run, and which is current', async () => {
    const versions = await describeVersions(store, 'news');
    assert.deepEqual(
      versions.map(({ version, runId, current, rolledBackFrom }) => [
        version,
        runId,
        current,
        rolledBackFrom,
      ]),
      [
        [1, 'run1', false, undefined],
        [2, 'run2', false, undefined],
        [3, 'run3', true, undefined],
      ],
    );
    assert.equal(versions[2]?.publishedAt, versions[2]?.currentSince);
  });

  it('keeps the time of the publication apart from that of a rollback', async () => {
    await rollback(store, 'news', 2, rolledBackAt);
    await pin(store, 'news', 1, { who: 'ada', why: 'the paper', at: '2031-01-01T00:00:00.000Z' });
    const made = (await readVersion(store, 'news', 2))?.createdAt;
    const [first, second, third] = await describeVersions(store, 'news');
    assert.deepEqual(
      [second?.publishedAt, second?.currentSince, second?.rolledBackFrom],
      [made, rolledBackAt.toISOString(), 3],
    );
    assert.deepEqual([third?.current, first?.pinned], [false, 'ada: the paper']);
    const table = versionsTable([first!, second!, third!], terminal).join('\n');
    assert.ok(table.includes(formatTime(new Date(made!))), table);
    assert.ok(table.includes(`since ${formatTime(rolledBackAt)}, rolled back from 3`), table);
    const [listed] = await listIndexes(store.uri);
    assert.deepEqual(
      [listed?.publishedAt, listed?.rolledBackAt, listed?.rolledBackFrom],
      [made, rolledBackAt.toISOString(), 3],
    );
    const list = indexesTable([listed!], terminal).join('\n');
    assert.ok(list.includes(`${formatTime(new Date(made!))}, back from 3 since`), list);
  });

  it('names an index that is not there', async () => {
    await assert.rejects(
      describeVersions(store, 'olds'),
      /nothing is published at .*indexes\/olds: expected current\.json there\nhint/,
    );
  });
});
