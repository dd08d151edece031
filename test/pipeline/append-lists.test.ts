import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe } from 'vitest';
import { type HashIndex, openIndex, type Query } from '@hashloom/lookup';
import type { Configuration } from '../../schemas/configuration.ts';
import { appendItems } from './set-up/append-items.ts';
import { it } from './on-temporal.ts';
import { readText, type Scratch, smallConfiguration } from './set-up/small-corpus.ts';
import { reindex, type TestTemporal } from './set-up/temporal.ts';

const RENAMED = ['president', 'tax', 'school', 'jury', 'county', 'election', 'league', 'season'];

describe('append: ranked lists of what comes', () => {
  let temporal: TestTemporal;
  let scratch: Scratch;

  it.beforeAll(async ({ temporal: shared, scratchOf }) => {
    temporal = shared;
    scratch = await scratchOf(20);
  });
  const folderOf = ({ store, index }: Configuration): string =>
    fileURLToPath(`${store}/indexes/${index}`);

  it('lists new words by their links, in every reader, and where they belong among others', async () => {
    const configuration = smallConfiguration('listed', scratch, {
      vocabulary: { minimumCount: 4, common: 50 },
      training: { tables: 2, bits: 16, epochs: 1, batchPositives: 512, concentration: 8, beta: 4 },
    });
    await reindex(temporal, configuration);
    const source = await renamedTexts('renamed', 'new', RENAMED);
    const first = await appendItems(temporal, configuration, { source, deleted: ['mayor'] });
    assert.equal(first.changes?.withoutLists, 0);

    const cold = await openIndex(folderOf(configuration));
    const warm = await openIndex(folderOf(configuration));
    await warm.warm();
    let shared = 0;
    let among = 0;
    for (const word of RENAMED) {
      for (const relation of ['related', 'is like', 'goes with'] as const)
        await assertSame(cold, warm, { id: `new${word}`, topK: 30, relation });
      await assertSame(cold, warm, { id: word, topK: 60, rank: 'neighbours' });
      await assertSame(cold, warm, { id: `new${word}`, topK: 10, known: false });
      const own = await cold.query({ id: `new${word}`, topK: 10 });
      assert.equal(own.rank, 'neighbours');
      assert.ok(own.complete && own.matches.length === 10);
      assert.ok(!own.matches.some(({ id }) => id === 'mayor' || id === `new${word}`));
      // The texts are the ones of the word itself, so its list is nearly the same.
      const model = await cold.query({ id: word, topK: 20 });
      const there = new Set(model.matches.map(({ id }) => id.replace(/^new/, '')));
      shared += own.matches.filter(({ id }) => there.has(id) || id === word).length;
      const { matches } = await cold.query({ id: word, topK: 60, rank: 'neighbours' });
      if (matches.some(({ id }) => id.startsWith('new'))) among++;
    }
    assert.ok(shared / (10 * RENAMED.length) > 0.5, String(shared / (10 * RENAMED.length)));
    assert.ok(among >= 6, String(among));

    // What came stays listed through a second append, less what has gone since.
    const [gone] = (await cold.query({ id: 'newtax', topK: 1 })).matches;
    const before = await cold.query({ id: 'newtax', topK: 20, rank: 'neighbours' });
    await appendItems(temporal, configuration, { deleted: [gone!.id, 'newjury'] });
    const next = await openIndex(folderOf(configuration));
    const after = await next.query({ id: 'newtax', topK: 20, rank: 'neighbours' });
    assert.deepEqual(
      after.matches.slice(0, 15).map(({ id }) => id),
      before.matches
        .map(({ id }) => id)
        .filter((id) => id !== gone!.id && id !== 'newjury')
        .slice(0, 15),
    );
    assert.equal((await next.query({ id: 'newjury' })).missing?.reason, 'unknown');
  });

  it('folds new ids of pairs into their side', async () => {
    const configuration = await sidedPairs('sided');
    await reindex(temporal, configuration);
    const today = join(scratch.folder, 'sided-today.csv');
    await writeFile(
      today,
      [0, 6, 12, 18]
        .map((item) => `u900,i${item},1`)
        .toSpliced(0, 0, 'user,item,weight')
        .join('\n'),
    );
    const { changes } = await appendItems(temporal, configuration, { source: today });
    assert.deepEqual([changes?.added, changes?.withoutLists], [1, 0]);
    const cold = await openIndex(folderOf(configuration));
    const warm = await openIndex(folderOf(configuration));
    await warm.warm();
    const id = 'user:u900';
    for (const relation of ['goes with', 'is like'] as const)
      await assertSame(cold, warm, { id, topK: 20, relation });
    const { matches } = await cold.query({ id, topK: 4, known: false, relation: 'goes with' });
    // Items of its group that it does not have: numbers that leave no rest by six.
    assert.deepEqual(
      matches.map(({ id: item }) => [item.startsWith('item:i'), Number(item.slice(6)) % 6]),
      matches.map(() => [true, 0]),
    );
    assert.equal(matches.length, 4);
    const back = await cold.query({ id: 'item:i6', topK: 60, relation: 'goes with' });
    assert.equal(back.matches.find((match) => match.id === id)?.known, true);
  });

  it('answers by codes where the store no longer has the factors, and says so', async () => {
    const configuration = await sidedPairs('bare');
    await reindex(temporal, configuration);
    await rm(join(fileURLToPath(configuration.store), 'artifacts', 'factors'), { recursive: true });
    const today = join(scratch.folder, 'bare-today.csv');
    await writeFile(today, 'user,item,weight\nu900,i0,1\nu900,i6,1\n');
    const { changes } = await appendItems(temporal, configuration, { source: today });
    assert.deepEqual([changes?.added, changes?.withoutLists], [1, 1]);
    const index = await openIndex(folderOf(configuration));
    const { matches, rank } = await index.query({ id: 'user:u900' });
    assert.ok(matches.length > 0 && rank !== 'neighbours');
  });

  async function assertSame(cold: HashIndex, warm: HashIndex, query: Query): Promise<void> {
    const [a, b] = await Promise.all([cold.query(query), warm.query(query)]);
    assert.deepEqual([a.matches, a.complete, a.rank], [b.matches, b.complete, b.rank]);
  }

  async function renamedTexts(name: string, prefix: string, words: readonly string[]) {
    const source = join(scratch.folder, name);
    await mkdir(source);
    const pattern = new RegExp(`\\b(${words.join('|')})\\b(?!['’])`, 'gi');
    for (let at = 0; at < 20; at++)
      await writeFile(
        join(source, `${at}.txt`),
        (await readText(at)).replaceAll(pattern, `${prefix}$1`),
      );
    return source;
  }

  /** Users and items of six groups: user k has items of its group alone. */
  async function sidedPairs(name: string): Promise<Configuration> {
    const folder = join(scratch.folder, name);
    await mkdir(folder);
    const lines = Array.from({ length: 120 }, (_, user) =>
      Array.from({ length: 5 }, (_, k) => `u${user},i${(user % 6) + 6 * ((user + k * k) % 10)},1`),
    ).flat();
    await writeFile(join(folder, 'a.csv'), ['user,item,weight', ...lines].join('\n'));
    return smallConfiguration(name, scratch, {
      vocabulary: { minimumCount: 1, common: 0 },
      affinity: { minimumPmi: 0, minimumWeight: 0.5, top: 20 },
      heldOut: { pairs: 10 },
      evaluation: { queries: 20 },
      source: {
        path: pathToFileURL(folder).href,
        kind: 'pairs',
        format: 'delimited',
        delimiter: ',',
        sides: 'two',
        header: true,
        columns: { left: 'user', right: 'item', weight: 'weight' },
      },
    });
  }
});
