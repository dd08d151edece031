import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe } from 'vitest';
import { followIndex, openIndex } from '@hashloom/lookup';
import { compareVersions } from '../../upkeep/compare-versions.ts';
import { answerLine } from '../../cli/index/lookup-words.ts';
import { lookupTexts } from '../../cli/index/lookup-text.ts';
import { listIndexes } from '../../cli/index/list-indexes.ts';
import { RandomStream } from '../../kernels/numbers/random.ts';
import type { Configuration } from '../../schemas/configuration.ts';
import { indexManifest } from '../../schemas/index-manifest.ts';
import { openStore } from '../../store/open-store.ts';
import { distanceByBits } from '../reference/hamming-by-bits.ts';
import { vectorFile } from '../store/vector-file.ts';
import { configureDocuments, smallDocuments } from './set-up/small-documents.ts';
import { appendItems, messagesOf } from './set-up/append-items.ts';
import { it } from './on-temporal.ts';
import { readText, type Scratch, smallConfiguration } from './set-up/small-corpus.ts';
import { reindex, type TestTemporal } from './set-up/temporal.ts';

describe('append: items that come and go between two reindexes', () => {
  let temporal: TestTemporal;
  let scratch: Scratch;

  it.beforeAll(async ({ temporal: shared, scratchOf }) => {
    temporal = shared;
    scratch = await scratchOf(20);
  });
  const append = (configuration: Configuration, request: Parameters<typeof appendItems>[2]) =>
    appendItems(temporal, configuration, request);

  const points = (() => {
    const stream = new RandomStream(1, 92);
    return Array.from({ length: 10 }, () =>
      Array.from({ length: 24 }, () => stream.uniform() - 0.5),
    );
  })();

  async function writeVectors(
    name: string,
    rows: { id: bigint | string; point: number }[],
  ): Promise<string> {
    const folder = join(scratch.folder, name);
    await mkdir(folder);
    await writeFile(
      join(folder, 'part.parquet'),
      vectorFile(
        rows.map(({ point }) => points[point]!),
        rows.map(({ id }) => id),
      ),
    );
    return folder;
  }

  for (const method of ['lsh', 'itq']) {
    it(`encodes new vectors with the hyperplanes of the index, replaces and deletes (${method})`, async () => {
      const source = await writeVectors(
        `first-${method}`,
        Array.from({ length: 100 }, (_, id) => ({ id: BigInt(10 * id), point: id % 10 })),
      );
      const configuration = smallConfiguration(`vectors-${method}`, scratch, {
        source: { path: pathToFileURL(source).href, kind: 'vectors' },
        vectors: { method },
      });
      await reindex(temporal, configuration);
      const folder = fileURLToPath(`${configuration.store}/indexes/${configuration.index}`);
      const followed = await followIndex(folder);
      assert.ok((await followed.index.lookup('30')).items.includes('130'));

      // A new id at point 3, an old one that moves from point 0 to 3, one that stays, one that
      // goes.
      const today = await writeVectors(`today-${method}`, [
        { id: 35n, point: 3 },
        { id: 100n, point: 3 },
        { id: 200n, point: 0 },
      ]);
      const result = await append(configuration, { source: today, deleted: ['130', '131'] });
      assert.deepEqual(result.changes, {
        added: 1,
        replaced: 1,
        same: 1,
        deleted: 1,
        unknown: 1,
        withoutNeighbours: 0,
        withoutLists: 0,
      });
      assert.deepEqual(
        [result.version, result.published, result.stages.map(({ name }) => name)],
        [2, true, ['list', 'append', 'publish']],
      );
      assert.equal(await followed.refresh(), true);
      const { items, buckets } = await followed.index.lookup('35');
      const third = ['30', '100', '230', '330', '430', '530', '630', '730', '830', '930'];
      assert.deepEqual(
        buckets[0]!.items.filter((id) => third.includes(id)),
        third,
      );
      assert.ok(!items.includes('130'));
      assert.equal((await followed.index.lookup('130')).found, false);
      assert.ok(
        !(await followed.index.lookup('0')).buckets.some(
          (bucket) => bucket.items.includes('100') && !bucket.items.includes('30'),
        ),
      );
      // What came and what moved is among the answers to a vector, what went is not.
      for (const warm of [false, true]) {
        if (warm) await followed.index.warm();
        const { matches, rank } = await followed.index.query({ vector: points[3]!, topK: 11 });
        assert.equal(rank, 'cosine');
        assert.deepEqual(
          matches.map(({ id }) => id).toSorted((a, b) => Number(a) - Number(b)),
          ['30', '35', '100', ...third.slice(2)],
        );
        assert.ok(matches.every(({ score }) => score > 0.99));
      }
      const [listed] = (await listIndexes(configuration.store)).filter(
        ({ index }) => index === configuration.index,
      );
      assert.deepEqual([listed?.version, listed?.versions, listed?.items], [2, 2, 100]);
      const compared = await compareVersions(
        openStore(configuration.store),
        configuration.index,
        1,
        2,
        5,
      );
      assert.deepEqual(
        [compared.data.added, compared.data.removed, compared.data.itemsB],
        [1, 1, 100],
      );

      const again = await append(configuration, { source: today, deleted: ['130'] });
      assert.deepEqual([again.version, again.published, again.changes?.same], [2, false, 3]);
      const back = await append(configuration, { source: source });
      assert.deepEqual([back.version, back.changes?.added, back.changes?.replaced], [3, 1, 1]);
      const manifest = indexManifest.parse(
        JSON.parse(await readFile(join(folder, 'versions', '3', 'index.json'), 'utf8')),
      );
      assert.deepEqual([manifest.format, manifest.delta], [2, { base: 100, added: 1, removed: 0 }]);
      assert.deepEqual(
        manifest.lineage.map(({ stage }) => stage),
        ['append', 'export', 'answers', 'cells', 'encode', 'list'],
      );
      // A reindex of the configured source compacts: no delta is left.
      assert.equal((await reindex(temporal, configuration)).version, 4);
      assert.equal((await openIndex(folder)).manifest.delta, undefined);
    });
  }

  it('brings payloads along, through a reindex and an append', async () => {
    const source = join(scratch.folder, 'told');
    await mkdir(source);
    const rows = (ids: number[]) =>
      [ids.map((id) => points[id % 10]!), ids.map(BigInt), 'fixed', 'float32'] as const;
    const first = Array.from({ length: 40 }, (_, id) => id);
    await writeFile(
      join(source, 'a.parquet'),
      vectorFile(...rows(first), { title: first.map((id) => (id === 7 ? null : `title ${id}`)) }),
    );
    const configuration = smallConfiguration('append-told', scratch, {
      source: { path: pathToFileURL(source).href, kind: 'vectors' },
      vectors: { method: 'lsh', payload: 'title' },
    });
    await reindex(temporal, configuration);
    const folder = fileURLToPath(`${configuration.store}/indexes/append-told`);
    const before = await (await openIndex(folder)).lookup('7');
    assert.deepEqual(
      [before.payload, before.payloads?.[before.items.indexOf('17')]],
      ['', 'title 17'],
    );
    assert.match(answerLine({ ...before, near: [] }), /"payloads":\[/);

    const today = join(scratch.folder, 'told-today');
    await mkdir(today);
    await writeFile(
      join(today, 'b.parquet'),
      vectorFile(...rows([17, 27, 47]), { title: ['title 17', 'another', 'fresh'] }),
    );
    const { changes } = await append(configuration, { source: today });
    assert.deepEqual([changes?.added, changes?.replaced, changes?.same], [1, 1, 1]);
    const index = await openIndex(folder);
    const { items, payloads } = await index.lookup('7');
    assert.deepEqual(
      ['17', '27', '37', '47'].map((id) => payloads![items.indexOf(id)]),
      ['title 17', 'another', 'title 37', 'fresh'],
    );
    assert.deepEqual((await index.load()).lookup('7'), await index.lookup('7'));
    await writeFile(
      join(source, 'long.parquet'),
      vectorFile([points[0]!], [99n], 'fixed', 'float32', { title: ['é'.repeat(2400)] }),
    );
    await assert.rejects(reindex(temporal, configuration), (error) =>
      /row 0, field "title": a payload of 4800 bytes; expected at most 4096/.test(
        messagesOf(error),
      ),
    );
    await assert.rejects(
      reindex(temporal, {
        ...configuration,
        vectors: { ...configuration.vectors, payload: 'nothing' },
      }),
      (error) => /no column "nothing", only/.test(messagesOf(error)),
    );
  });

  it('encodes new documents with the encoder beside the index, and brings their payloads', async () => {
    const documents = smallDocuments().map((document) => ({
      ...document,
      url: `https://example.com/${document.id}`,
    }));
    const base = await configureDocuments(scratch, 'documents', documents, {
      hashing: { method: 'lsh' },
      documents: { labels: 'labels', split: 'split', minimumDocuments: 2, payload: 'url' },
    });
    await reindex(temporal, base);
    const folder = fileURLToPath(`${base.store}/indexes/documents`);
    const [moved, same] = documents;
    const today = join(scratch.folder, 'documents-today.jsonl');
    const lines = [
      { ...moved!, text: documents[1]!.text },
      same!,
      { ...documents[4]!, id: 'new/1' },
      { ...documents[4]!, id: 'new/2', url: null },
      { ...documents[4]!, id: 'out', split: 'other' },
    ];
    await writeFile(today, lines.map((line) => JSON.stringify(line)).join('\n'));
    const result = await append(base, { source: today, deleted: [documents[5]!.id] });
    assert.deepEqual(
      result.stages.map(({ name }) => name),
      ['list', 'append', 'publish'],
    );
    assert.deepEqual(
      [
        result.changes?.added,
        result.changes?.replaced,
        result.changes?.same,
        result.changes?.deleted,
      ],
      [2, 1, 1, 1],
    );
    const index = await openIndex(folder);
    const codeOf = async (id: string) => (await index.lookup(id)).buckets[0]!.code;
    assert.equal(await codeOf(moved!.id), await codeOf(documents[1]!.id));
    assert.equal(await codeOf('new/1'), await codeOf(documents[4]!.id));
    const { items, payloads } = await index.lookup(documents[4]!.id);
    assert.deepEqual(
      [payloads![items.indexOf('new/1')], payloads![items.indexOf('new/2')]],
      [documents[4]!.url, ''],
    );
    assert.deepEqual(
      [(await index.lookup('out')).found, (await index.lookup(documents[5]!.id)).found],
      [false, false],
    );
    const { matches } = await index.query({ text: documents[4]!.text!, topK: 20 });
    assert.ok(matches.some(({ id }) => id === 'new/1'));
    assert.ok(!matches.some(({ id }) => id === documents[5]!.id));
    const [answer] = await lookupTexts(folder, [documents[4]!.text!], { nearest: 200 });
    assert.equal(answer!.items.find(({ item }) => item === 'new/1')?.payload, documents[4]!.url);
    await writeFile(today, `${JSON.stringify(lines[2])}\n${JSON.stringify(lines[2])}\n`);
    await assert.rejects(append(base, { source: today }), (error) =>
      /line 2: the id "new\/1" comes twice in what is appended/.test(messagesOf(error)),
    );
  });

  it(
    'gives words that it has never seen the vote of their neighbours, and leaves common words ' +
      'out',
    async () => {
      const configuration = smallConfiguration('appended', scratch, {
        vocabulary: { minimumCount: 4, common: 50 },
        training: {
          tables: 2,
          bits: 16,
          epochs: 4,
          batchPositives: 512,
          concentration: 8,
          beta: 4,
        },
      });
      await reindex(temporal, configuration);
      const folder = fileURLToPath(`${configuration.store}/indexes/appended`);
      const before = await openIndex(folder);
      // Known words under new names, in the texts that the model has learned from.
      const source = join(scratch.folder, 'renamed');
      await mkdir(source);
      const renamed = [
        'president',
        'tax',
        'school',
        'jury',
        'county',
        'election',
        'league',
        'season',
      ];
      for (let at = 0; at < 20; at++)
        await writeFile(
          join(source, `${at}.txt`),
          (await readText(at)).replaceAll(
            new RegExp(`\\b(${renamed.join('|')})\\b(?!['’])`, 'gi'),
            'new$1',
          ),
        );
      const result = await append(configuration, { source, deleted: ['mayor'] });
      assert.deepEqual(
        result.stages.map(({ name }) => name),
        ['list', 'ingest', 'dictionary', 'append', 'publish'],
      );
      assert.deepEqual(
        [result.version, result.changes?.replaced, result.changes?.deleted],
        [2, 0, 1],
      );
      const index = await openIndex(folder);
      assert.equal(index.manifest.items, before.manifest.items + result.changes!.added - 1);
      assert.equal(result.metrics['items'], index.manifest.items);
      assert.equal(typeof result.metrics['f1'], 'number');
      for (const gone of ['mayor', 'the', 'of'])
        assert.equal((await index.lookup(gone)).found, false, gone);
      let apart = 0;
      for (const word of renamed) {
        const [voted, learned] = await index.lookupBatch([`new${word}`, word]);
        assert.ok(voted!.found && learned!.found, word);
        for (const [table, { code }] of voted!.buckets.entries())
          apart += distanceByBits(
            Buffer.from(code, 'hex'),
            Buffer.from(learned!.buckets[table]!.code, 'hex'),
          );
      }
      // Of 16 bits chance would miss 8.
      assert.ok(apart / (2 * renamed.length) < 6.5, String(apart / (2 * renamed.length)));
      const items = (await index.load()).items;
      assert.equal(items, index.manifest.items);
    },
  );

  it('takes ids of pairs, deletes alone, and stops at the gate', async () => {
    const pairs = join(scratch.folder, 'pairs');
    await mkdir(pairs);
    const lines = Array.from({ length: 600 }, (_, k) => `u${k % 40},u${(k + 1 + (k % 3)) % 40},1`);
    await writeFile(join(pairs, 'a.csv'), lines.join('\n'));
    const few = {
      vocabulary: { minimumCount: 1, common: 0 },
      affinity: { minimumPmi: 0, minimumWeight: 0.5, top: 20 },
      heldOut: { pairs: 10 },
      evaluation: { queries: 20 },
    };
    const configuration = smallConfiguration('pairs', scratch, {
      ...few,
      source: {
        path: pathToFileURL(pairs).href,
        kind: 'pairs',
        format: 'delimited',
        delimiter: ',',
      },
      gate: { minimum: { f1: 0, items: 38 }, regression: {} },
    });
    await reindex(temporal, configuration);
    const today = join(scratch.folder, 'today.csv');
    await writeFile(today, 'new,u3,5\nnew,u4,5\nlonely,nobody,1\n');
    const added = await append(configuration, { source: today });
    assert.deepEqual(added.changes, {
      added: 1,
      replaced: 0,
      same: 0,
      deleted: 0,
      unknown: 0,
      withoutNeighbours: 2,
      withoutLists: 0,
    });
    const deletions = await append(configuration, { deleted: ['u1', 'u2'] });
    assert.deepEqual(
      [deletions.version, deletions.stages.map(({ name }) => name)],
      [3, ['append', 'publish']],
    );
    const index = await openIndex(fileURLToPath(`${configuration.store}/indexes/pairs`));
    assert.deepEqual(
      [index.manifest.items, (await index.lookup('new')).found, (await index.lookup('u2')).found],
      [39, true, false],
    );
    await assert.rejects(append(configuration, { deleted: ['u3', 'u4'] }), (error) =>
      /the gate refuses this run: items is 37, at least 38 is asked for/.test(messagesOf(error)),
    );
  });

  it('says what is wrong with a source or a request', async () => {
    const configuration = smallConfiguration('vectors-lsh', scratch);
    const wrong = await writeVectors('strings', [{ id: 'a', point: 1 }]);
    await assert.rejects(append(configuration, { source: wrong }), (error) =>
      /column id: expected integer ids as the index has them/.test(messagesOf(error)),
    );
    await mkdir(join(scratch.folder, 'short'));
    await writeFile(join(scratch.folder, 'short', 'a.parquet'), vectorFile([[1, 2]], [1n]));
    await assert.rejects(
      append(configuration, { source: join(scratch.folder, 'short') }),
      (error) =>
        /row 0: expected 24 dimensions as version 4 has them, got 2/.test(messagesOf(error)),
    );
    await assert.rejects(
      append(configuration, {}),
      /nothing to append: give a source, or ids with --delete/,
    );
    await assert.rejects(
      append(smallConfiguration('never', scratch), { deleted: ['a'] }),
      /nothing is published at .*indexes\/never/,
    );
    await assert.rejects(
      append(configuration, { deleted: ['@/no/such/file'] }),
      /--delete @\/no\/such\/file: cannot be read/,
    );
  });
});
