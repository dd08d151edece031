import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe } from 'vitest';
import { openIndex } from '@hashloom/lookup';
import { requireVersion } from '../../activities/versions/current-version.ts';
import { compareAnswers } from '../../cli/index/compare-answers.ts';
import { planRun } from '../../cli/plan/plan-run.ts';
import type { Configuration } from '../../schemas/configuration.ts';
import type { ReindexResult } from '../../schemas/run.ts';
import { readManifest } from '../../store/artifacts.ts';
import { openStore } from '../../store/open-store.ts';
import { compareVersions } from '../../upkeep/compare-versions.ts';
import { it } from './on-temporal.ts';
import { digestsOf } from './set-up/published-parts.ts';
import { addText, type Scratch, smallConfiguration } from './set-up/small-corpus.ts';
import { reindex, type TestTemporal } from './set-up/temporal.ts';

const NAME = 'kept-codes';
/** Beside words that the corpus has, so often that it becomes an item. */
const NEW_WORD = 'glimmerwort';
const ADDED = `The city council said the ${NEW_WORD} bill was before the state senate .\n`;

describe('codes of a corpus that grows', () => {
  let temporal: TestTemporal;
  let scratch: Scratch;

  const configured = (drift = 0.5): Configuration =>
    smallConfiguration(NAME, scratch, {
      training: { method: 'als' },
      codes: { bits: 32, steps: 200, batch: 64, cellItems: 8, drift },
    });
  const store = () => openStore(configured().store);
  const codesOf = async (version: number) => {
    const { lineage } = await requireVersion(store(), NAME, version);
    const codes = lineage.find(({ stage }) => stage === 'two-codes')!;
    return (await readManifest(store(), codes))!;
  };
  const isCached = ({ stages }: ReindexResult) =>
    stages.find(({ name }) => name === 'two-codes')?.cached;
  const compared = async (a: number, b: number) => {
    const uri = `${configured().store}/indexes/${NAME}`;
    const asked = { uri, versions: [a, b], most: 40, shown: 3 } as const;
    return await compareVersions(store(), NAME, a, b, 3, (items) =>
      compareAnswers({ ...asked, items }),
    );
  };

  it.beforeAll(async ({ temporal: shared, scratchOf }) => {
    temporal = shared;
    scratch = await scratchOf(10);
    await reindex(temporal, configured());
    await writeFile(join(scratch.corpus, 'added.txt'), ADDED.repeat(9));
    await reindex(temporal, configured());
  });

  it('stay with the items that were there, and new ones get theirs', async () => {
    const { data, moved, answers } = await compared(1, 2);
    assert.equal(data.added, 1);
    assert.ok(moved.recoded! < 0.1 * moved.common, `${moved.recoded} of ${moved.common}`);
    assert.equal(answers!.asked, 40);
    assert.ok(answers!.meanOverlap > 0.5 && answers!.meanOverlap < 1);
    const { facts, rows } = await codesOf(2);
    assert.ok(Number(facts['drift']) > 0 && Number(facts['drift']) < 0.5);
    assert.equal(facts['kept'], data.itemsA - moved.recoded!);
    assert.equal(rows, 3 * data.itemsB);
    const index = await openIndex(`${configured().store}/indexes/${NAME}`);
    const { matches } = await index.query({ id: NEW_WORD, rank: 'hamming' });
    assert.equal(matches.length, 10);
    await index.close();
  });

  it('are there for a second run, and the same by force', async () => {
    const again = await reindex(temporal, configured());
    assert.deepEqual([isCached(again), again.published, again.version], [true, false, 2]);
    assert.ok((await planRun(configured(), false)).every(({ runs }) => !runs));
    const before = await digestsOf(configured().store);
    await reindex(temporal, configured(), true);
    assert.deepEqual(await digestsOf(configured().store), before);
  });

  it('are learned anew by choice, and stay so', async () => {
    const { version } = await reindex(temporal, configured(), false, true);
    const { facts, parameters } = await codesOf(version);
    assert.equal(facts['kept'], undefined);
    assert.equal(parameters['kept'], undefined);
    const { moved } = await compared(2, version);
    assert.ok(moved.recoded! > 0.9 * moved.common, `${moved.recoded} of ${moved.common}`);
    for (const drift of [0.5, 0]) {
      const again = await reindex(temporal, configured(drift));
      assert.equal(isCached(again), true);
    }
  });

  it('are learned anew where D has drifted further than they may be kept', async () => {
    await addText(scratch, 20);
    const { version } = await reindex(temporal, configured(1e-6));
    assert.equal((await codesOf(version)).parameters['kept'], undefined);
  });

  it('add up how far D has drifted since they were learned', async () => {
    const drifts: number[] = [];
    for (const text of [21, 22]) {
      await addText(scratch, text);
      const { version } = await reindex(temporal, configured(1));
      drifts.push(Number((await codesOf(version)).facts['drift']));
    }
    assert.ok(drifts[0]! > 0 && drifts[1]! > drifts[0]!, drifts.join(', '));
    await addText(scratch, 23);
    const { version } = await reindex(temporal, configured(drifts[1]));
    assert.equal((await codesOf(version)).parameters['kept'], undefined);
  });

  it('are learned anew for other settings', async () => {
    const { codes, ...others } = configured();
    const { version } = await reindex(temporal, { ...others, codes: { ...codes, logQ: 0.5 } });
    assert.equal((await codesOf(version)).parameters['kept'], undefined);
  });
});
