import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe } from 'vitest';
import { type Filter, openIndex } from '@hashloom/lookup';
import { RandomStream } from '../../kernels/numbers/random.ts';
import type { Configuration } from '../../schemas/configuration.ts';
import { vectorFile } from '../store/vector-file.ts';
import { configureDocuments, smallDocuments } from './set-up/small-documents.ts';
import { appendItems, messagesOf } from './set-up/append-items.ts';
import { it } from './on-temporal.ts';
import { type Scratch, smallConfiguration } from './set-up/small-corpus.ts';
import { reindex, type TestTemporal } from './set-up/temporal.ts';

describe('payloads of typed fields', () => {
  let temporal: TestTemporal;
  let scratch: Scratch;

  it.beforeAll(async ({ temporal: shared, scratchOf }) => {
    temporal = shared;
    scratch = await scratchOf(0);
  });

  const append = (configuration: Configuration, source: string) =>
    appendItems(temporal, configuration, { source });

  it('of vectors come with answers and are filtered by, after an append too', async () => {
    const stream = new RandomStream(1, 93);
    const vectors = Array.from({ length: 200 }, () =>
      Array.from({ length: 16 }, () => stream.uniform() - 0.5),
    );
    const folder = join(scratch.folder, 'vectors');
    await mkdir(folder);
    const partOf = (rows: number[], told: Record<string, (string | bigint | string[] | null)[]>) =>
      vectorFile(
        rows.map((row) => vectors[row]!),
        rows.map(BigInt),
        'fixed',
        'float32',
        told,
      );
    for (const part of [0, 1]) {
      const rows = Array.from({ length: 100 }, (_, i) => 100 * part + i);
      await writeFile(
        join(folder, `${part}.parquet`),
        partOf(rows, {
          year: rows.map((row) => (row % 10 === 0 ? null : BigInt(2000 + (row % 10)))),
          tags: rows.map((row) => [`t${row % 3}`, 'all']),
        }),
      );
    }
    const configuration = smallConfiguration('fields-vectors', scratch, {
      source: { path: pathToFileURL(folder).href, kind: 'vectors' },
      vectors: { method: 'lsh', payload: ['year', 'tags'] },
    });
    const { uri } = await reindex(temporal, configuration);
    const place = fileURLToPath(`${configuration.store}/indexes/fields-vectors`);
    const index = await openIndex(place);
    assert.deepEqual(index.stats().fields, { year: 'number', tags: 'string[]' });
    assert.ok(
      index.manifest.parts.some(({ name }) => name === 'fields.bin'),
      uri,
    );
    const filter: Filter = { year: { $gte: 2005 }, tags: 't1' };
    const passing = vectors.flatMap((_, row) => (row % 10 >= 5 && row % 3 === 1 ? [`${row}`] : []));
    const asked = { vector: vectors[7]!, topK: 100, filter, include: ['payload'] } as const;
    for (const query of [asked, { ...asked, rank: 'hamming' } as const]) {
      const { matches, complete } = await index.query(query);
      assert.deepEqual(new Set(matches.map(({ id }) => id)), new Set(passing));
      assert.equal(complete, false);
      const { id, payload } = matches[0]!;
      assert.deepEqual(payload, { year: 2000 + (Number(id) % 10), tags: ['t1', 'all'] });
      assert.equal((await index.query({ ...query, topK: 10 })).complete, true);
    }

    const today = join(scratch.folder, 'vectors-today');
    await mkdir(today);
    // One that no longer passes, and a new one that does.
    await writeFile(
      join(today, 'a.parquet'),
      partOf([7, 16], { year: [null, null], tags: [['t1'], ['t1']] }),
    );
    await append(configuration, today);
    await writeFile(
      join(today, 'a.parquet'),
      vectorFile([vectors[7]!], [777n], 'fixed', 'float32', { year: [2009n], tags: [['t1']] }),
    );
    await append(configuration, today);
    const changed = await openIndex(place);
    const now = await changed.query({ ...asked, rank: 'hamming' });
    assert.deepEqual(
      new Set(now.matches.map(({ id }) => id)),
      new Set([...passing.filter((id) => id !== '7' && id !== '16'), '777']),
    );
    assert.deepEqual(
      (await changed.fetch(['7', '777'])).map(({ payload }) => payload),
      [{ tags: ['t1'] }, { year: 2009, tags: ['t1'] }],
    );
    // Cells do not have what came later, so they cannot vouch for the nearest.
    assert.equal((await changed.query({ ...asked, topK: 10 })).complete, false);

    await writeFile(
      join(today, 'a.parquet'),
      vectorFile([vectors[7]!], [778n], 'fixed', 'float32', { year: ['2009'], tags: [['t1']] }),
    );
    await assert.rejects(append(configuration, today), (error) =>
      /a\.parquet row 0, field "year" of the payload: a string, but a number in version 3/.test(
        messagesOf(error),
      ),
    );
  });

  it('of documents likewise, and a field of two types names both places', async () => {
    const documents = smallDocuments().map((document, at) => ({
      ...document,
      year: at % 2 === 0 ? 2000 + (at % 7) : null,
      lang: at % 3 === 0 ? 'de' : 'en',
    }));
    const change = {
      hashing: { method: 'lsh' },
      documents: {
        labels: 'labels',
        split: 'split',
        minimumDocuments: 2,
        payload: ['year', 'lang'],
      },
    };
    const configuration = await configureDocuments(scratch, 'fields-docs', documents, change);
    await reindex(temporal, configuration);
    const index = await openIndex(fileURLToPath(`${configuration.store}/indexes/fields-docs`));
    assert.deepEqual(index.manifest.fields, { year: 'number', lang: 'string' });
    const filter: Filter = {
      lang: 'de',
      $or: [{ year: { $lt: 2003 } }, { year: { $exists: false } }],
    };
    const { matches } = await index.query({
      text: documents[0]!.text!,
      topK: 120,
      filter,
      include: ['payload'],
    });
    const passing = documents.filter(
      ({ lang, year }) => lang === 'de' && (year === null || year < 2003),
    );
    assert.deepEqual(new Set(matches.map(({ id }) => id)), new Set(passing.map(({ id }) => id)));

    const files = join(scratch.folder, 'two-types');
    await mkdir(files);
    for (const [at, year] of [2000, '2001'].entries())
      await writeFile(
        join(files, `${at}.jsonl`),
        documents
          .slice(60 * at, 60 * at + 60)
          .map((document) => `${JSON.stringify({ ...document, year })}\n`)
          .join(''),
      );
    await assert.rejects(
      reindex(temporal, {
        ...configuration,
        source: { ...configuration.source, path: pathToFileURL(files).href },
      }),
      (error) =>
        /document 0 of file 1, field "year" of the payload: a string, but a number in document 0 of file 0/.test(
          messagesOf(error),
        ),
    );
    await assert.rejects(
      reindex(temporal, {
        ...configuration,
        documents: { ...configuration.documents, payload: ['yaer'] },
      }),
      (error) => /documents\.payload: no item has a value of "yaer"/.test(messagesOf(error)),
    );
  });
});
