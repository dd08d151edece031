import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe } from 'vitest';
import { openIndex } from '@hashloom/lookup';
import { readIndexState } from '../../activities/versions/current-version.ts';
import { stagesShown } from '../../schemas/stages.ts';
import { openStore } from '../../store/open-store.ts';
import { it } from './on-temporal.ts';
import { digestsOf } from './set-up/published-parts.ts';
import { appendItems } from './set-up/append-items.ts';
import { readText, type Scratch, smallConfiguration } from './set-up/small-corpus.ts';
import { reindex, type TestTemporal } from './set-up/temporal.ts';

const ALS = { training: { method: 'als' } };

describe('codes that are learned from factors', () => {
  let temporal: TestTemporal;
  let scratch: Scratch;

  it.beforeAll(async ({ temporal: shared, scratchOf }) => {
    temporal = shared;
    scratch = await scratchOf(20);
  });

  it('make an index of words without any embedding, and the same bytes again', async () => {
    const configuration = smallConfiguration('coded', scratch, ALS);
    const { stages, metrics, uri } = await reindex(temporal, configuration);
    assert.deepEqual(
      stages.map(({ name }) => name),
      [...stagesShown('coded-words')],
    );
    const { currentVersion } = await readIndexState(openStore(configuration.store), 'coded');
    assert.deepEqual(currentVersion!.roles, ['cell', 'answering', 'asking']);
    assert.deepEqual([currentVersion!.tables, currentVersion!.bits], [3, 32]);
    assert.ok(!currentVersion!.parts.some(({ name }) => name === 'embeddings.arrow'));
    assert.ok(metrics['queryHr10']! > 0);
    const page = await readFile(join(fileURLToPath(uri), 'report.html'), 'utf8');
    assert.match(page, /Of links that it was not told, the first 10 answers find <strong>/);

    const bytesOf = async () =>
      Object.entries(await digestsOf(configuration.store)).filter(([path]) =>
        path.startsWith('two-codes/'),
      );
    const before = await bytesOf();
    assert.equal(before.length > 0, true);
    const again = smallConfiguration('coded', scratch, {
      ...ALS,
      store: `${configuration.store}2`,
    });
    await reindex(temporal, again);
    const digests = Object.values(Object.fromEntries(before)).toSorted();
    const others = Object.entries(await digestsOf(again.store))
      .filter(([path]) => path.startsWith('two-codes/'))
      .map(([, digest]) => digest)
      .toSorted();
    assert.deepEqual(others, digests);
  });

  it('are asked by comparing the asking code of an item with the answering codes of all', async () => {
    const { store } = smallConfiguration('coded', scratch, ALS);
    await using index = await openIndex(fileURLToPath(`${store}/indexes/coded`));
    const loaded = await index.load();
    const own = loaded.keys.find('government');
    assert.ok(own >= 0);
    const asking = loaded.codeOf(own, 2)[0]!;
    const bits = (word: number): number =>
      Array.from({ length: 32 }, (_, k) => (word >>> k) & 1).reduce((sum, bit) => sum + bit, 0);
    const expected = Array.from({ length: loaded.items }, (_, number) => number)
      .filter((number) => number !== own)
      .map((number) => ({
        id: loaded.keys.textOf(number),
        distance: bits((loaded.codeOf(number, 1)[0]! ^ asking) >>> 0),
        number,
      }))
      .toSorted((a, b) => a.distance - b.distance || a.number - b.number)
      .slice(0, 10)
      .map(({ id, distance }) => ({ id, distance }));
    const { matches } = await index.query({ id: 'government', relation: 'near', topK: 10 });
    assert.deepEqual(
      matches.map(({ id, distance }) => ({ id, distance })),
      expected,
    );
    const nearest = await index.nearest('government', 10);
    assert.deepEqual(
      nearest.map(({ item, distance }) => ({ id: item, distance })),
      expected,
    );
    // A lookup gives the cell alone: who else answers the same way.
    const { buckets, items } = await index.lookup('government');
    assert.equal(buckets.length, 1);
    assert.ok(
      items.every(
        (item) => loaded.codeOf(loaded.keys.find(item), 0)[0] === loaded.codeOf(own, 0)[0],
      ),
    );
  });

  it('of words that an append brings are those that their links give them', async () => {
    const configuration = smallConfiguration('coded', scratch, ALS);
    const source = join(scratch.folder, 'renamed');
    await mkdir(source);
    const words = ['president', 'tax', 'school', 'county', 'election', 'league'];
    const some = new RegExp(`\\b(${words.join('|')})\\b`, 'gi');
    for (let at = 0; at < 20; at++)
      await writeFile(
        join(source, `${at}.txt`),
        (await readText(at)).replaceAll(some, (word) => `new${word.toLowerCase()}`),
      );
    await appendItems(temporal, configuration, { source });
    await using index = await openIndex(fileURLToPath(`${configuration.store}/indexes/coded`));
    const loaded = await index.load();
    const bits = (word: number): number => word.toString(2).replaceAll('0', '').length;
    // Their texts are those of the words themselves, so their codes lie near theirs.
    for (const table of [1, 2]) {
      const apart = words.map((word) => {
        const [own, model] = [`new${word}`, word].map(
          (each) => loaded.codeOf(loaded.keys.find(each), table)[0]!,
        );
        return bits((own! ^ model!) >>> 0);
      });
      const mean = apart.reduce((sum, distance) => sum + distance, 0) / apart.length;
      assert.ok(mean < 8, `${apart.join(' ')} of 32 bits`);
    }
    const { items } = await index.lookup('newtax');
    assert.ok(items.length > 0);
  });

  it('of pairs with two sides are one an item, that of its side', async () => {
    const folder = join(scratch.folder, 'pairs');
    await mkdir(folder, { recursive: true });
    const lines = Array.from({ length: 60 }, (_, person) =>
      Array.from({ length: 6 }, (__, k) =>
        JSON.stringify({ left: `p${person}`, right: `b${(person % 6) * 8 + ((person + k) % 8)}` }),
      ).join('\n'),
    );
    await writeFile(join(folder, 'pairs.jsonl'), lines.join('\n'));
    const configuration = smallConfiguration('sides', scratch, {
      ...ALS,
      vocabulary: { minimumCount: 1, common: 0 },
      affinity: { minimumPmi: 0, minimumWeight: 0, top: 50 },
      source: {
        path: pathToFileURL(folder).href,
        kind: 'pairs',
        sides: 'two',
        columns: { weight: '' },
      },
    });
    await reindex(temporal, configuration);
    await using index = await openIndex(fileURLToPath(`${configuration.store}/indexes/sides`));
    const loaded = await index.load();
    for (let number = 0; number < loaded.items; number++)
      assert.deepEqual(loaded.codeOf(number, 1), loaded.codeOf(number, 2));
    const { matches } = await index.query({ id: 'left:p7', relation: 'near', topK: 8 });
    const group = (id: string) => Number(id.slice(id.indexOf(':') + 2));
    const same = matches.filter(({ id }) =>
      id.startsWith('left:') ? group(id) % 6 === 1 : Math.floor(group(id) / 8) === 1,
    );
    assert.ok(same.length >= 6, JSON.stringify(matches));
  });
});
