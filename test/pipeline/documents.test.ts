import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe } from 'vitest';
import { openIndex } from '@hashloom/lookup';
import { encodeTexts, lookupTexts } from '../../cli/index/lookup-text.ts';
import { parseHTML } from 'linkedom';
import { planRun } from '../../cli/plan/plan-run.ts';
import { findTensorflow } from '../../infra/tensorflow/tensorflow.ts';
import { it } from './on-temporal.ts';
import type { Scratch } from './set-up/small-corpus.ts';
import { configureDocuments, smallDocuments } from './set-up/small-documents.ts';
import { reindex, type TestTemporal } from './set-up/temporal.ts';
import { skippedFor } from '../skipped-for.ts';

const staged = await findTensorflow(process.env).then(
  () => true,
  () => false,
);

describe('reindex of documents', () => {
  let temporal: TestTemporal;
  let scratch: Scratch;

  it.beforeAll(async ({ temporal: shared, scratchOf }) => {
    temporal = shared;
    scratch = await scratchOf(0);
  });

  for (const method of ['lsh', 'itq', 'sph', 'sth', 'ksh', 'shttm']) {
    it(`publishes codes by ${method}, with the encoder beside them`, async () => {
      const documents = smallDocuments();
      const configuration = await configureDocuments(scratch, method, documents, {
        hashing: { method },
        training: { bits: 8 },
      });
      const result = await reindex(temporal, configuration);
      assert.deepEqual(
        result.stages.map(({ name }) => name),
        [
          'list',
          'ingest',
          'weigh',
          'relate-documents',
          'hasher',
          'encode-documents',
          'cells',
          'export',
          'answers',
          'report',
          'publish',
        ],
      );
      assert.ok(
        result.metrics['precisionAt100']! > 0.3 && result.metrics['empty'] === 0,
        JSON.stringify(result.metrics),
      );
      const { queryRecall10, popularityRecall10, queryLabels10, exactLabels10 } = result.metrics;
      assert.ok(queryRecall10! > 0.95 && popularityRecall10! < 0.7);
      // The nearest documents are listed, so labels are shared as the exact nearest share them.
      assert.ok(Math.abs(queryLabels10! - exactLabels10!) < 0.02 && exactLabels10! > 0.3);
      const folder = join(fileURLToPath(result.uri), '..', '..');
      const index = await openIndex(folder);
      const texts = documents.slice(0, 30).map(({ text }) => text!);
      const codes = await encodeTexts(folder, texts);
      for (const [at, { code }] of codes.entries())
        assert.equal(
          code,
          (await index.lookup(documents[at]!.id)).buckets[0]!.code,
          documents[at]!.id,
        );
      for (const text of texts.slice(0, 3)) {
        const { matches, complete, rank, usage } = await index.query({ text });
        if (method === 'ksh') {
          assert.ok(complete && rank !== 'cosine');
          continue;
        }
        assert.deepEqual([complete, rank], [true, 'cosine']);
        assert.ok(usage.bytes <= 256 * 1024, JSON.stringify(usage));
        const own = documents.filter((document) => document.text === text);
        const { matches: all } = await index.query({ text, topK: documents.length });
        assert.ok(all.find(({ id }) => id === own[0]!.id)!.score > 0.99);
        assert.deepEqual(matches, all.slice(0, 10));
        const byCodes = await index.query({ text, topK: documents.length, rank: 'hamming' });
        assert.equal(byCodes.matches.find(({ id }) => id === own[0]!.id)!.distance, 0);
      }
      const cold = await openIndex(folder);
      for (const { id } of documents.slice(0, 30)) {
        const { matches, rank, complete } = await cold.query({ id });
        assert.deepEqual(
          [rank, complete, matches.some((match) => match.id === id)],
          ['neighbours', true, false],
        );
        assert.ok(matches.every(({ relation, score }) => relation === 'near' && score > 0));
      }
      assert.ok((await planRun(configuration, false)).every(({ runs }) => !runs));
    });
  }

  it(
    'leaves a report: what a lookup finds by labels and by words, clusters, a map, and the ' +
      'rules of the gate',
    async () => {
      const documents = smallDocuments();
      const gate = { minimum: { precisionAt100: 0.1 } };
      const { uri } = await reindex(
        temporal,
        await configureDocuments(scratch, 'told', documents, { hashing: { method: 'itq' }, gate }),
      );
      const { document } = parseHTML(
        await readFile(join(fileURLToPath(uri), 'report.html'), 'utf8'),
      );
      const text = document.querySelector('body')!.textContent;
      assert.match(
        text,
        inOrder(
          '120 documents, 1 table of 16 bits',
          'Precision@100: of the 100 training documents nearest',
          'passesprecisionAt100 is [\\d.]+, at least 0\\.1',
        ),
      );
      assert.match(
        text,
        inOrder(
          '10 nearest documents by the cosine of their weighed words \\(and of those that ' +
            'share a label\\)',
          'Recall, labels',
          'Map of the documents',
        ),
      );
      assert.equal(document.querySelectorAll('#map circle').length, 120);
      // At radius 0 the candidates are what a lookup gives; of the 39 others of its topic these
      // share the label.
      const index = await openIndex(fileURLToPath(uri));
      let [candidates, mates] = [0, 0];
      for (const { id, labels } of documents) {
        const { items } = await index.lookup(id);
        candidates += items.length / documents.length;
        mates +=
          items.filter((item) => item.startsWith(`${labels[0]!}/`)).length / 39 / documents.length;
      }
      const section = [...document.querySelectorAll('section')].find(
        (each) => each.querySelector('h2')!.textContent === 'What a lookup finds',
      )!;
      const row = [...section.querySelector('tbody tr')!.querySelectorAll('td')].map(
        ({ textContent }) => textContent,
      );
      assert.deepEqual(
        [row[0], row[1], row[2], row[3], row[5]],
        ['1', '16', '0', String(Number(candidates.toPrecision(4))), mates.toFixed(3)],
      );
    },
  );

  it(
    'answers a text with documents of its topic, and one without known words by the code of ' +
      'zeros',
    async () => {
      const configuration = await configureDocuments(scratch, 'answers', smallDocuments(), {
        hashing: { method: 'itq' },
      });
      const { uri } = await reindex(temporal, configuration);
      const [near, none] = await lookupTexts(
        uri,
        ['A diode, a RESISTOR and some solder on a circuit', 'qqqq'],
        { nearest: 5 },
      );
      assert.ok(
        near!.items.filter(({ item }) => item.startsWith('circuits/')).length >= 4,
        JSON.stringify(near),
      );
      assert.deepEqual([near!.words, none!.words, none!.code], [4, 0, '0000']);
    },
  );

  it('gives a document without known words the code of zeros, and counts it', async () => {
    const documents = [
      ...smallDocuments(),
      { id: 'none', split: 'train', labels: ['faith'], text: 'xyzzy' },
    ];
    const { uri, metrics } = await reindex(
      temporal,
      await configureDocuments(scratch, 'empty', documents),
    );
    assert.equal(metrics['empty'], 1);
    assert.equal((await (await openIndex(uri)).lookup('none')).buckets[0]!.code, '0000');
  });

  const refused = async (
    index: string,
    documents: ReturnType<typeof smallDocuments>,
    change: Record<string, unknown>,
    expected: RegExp,
  ) => {
    const configuration = await configureDocuments(scratch, index, documents, change);
    await assert.rejects(reindex(temporal, configuration), (error: Error) => {
      const messages: string[] = [];
      for (let each: unknown = error; each instanceof Error; each = each.cause)
        messages.push(each.message);
      assert.match(messages.join('\n'), expected);
      return true;
    });
  };

  it('leaves bad files out where it may, and says which and why', async () => {
    const folder = join(scratch.folder, 'partly');
    await mkdir(folder);
    await writeFile(join(folder, 'a.jsonl'), '{"id": "a", "text": 7}\n');
    await writeFile(
      join(folder, 'b.jsonl'),
      smallDocuments()
        .map((document) => `${JSON.stringify(document)}\n`)
        .join(''),
    );
    const configuration = await configureDocuments(scratch, 'partly', [], {
      source: { path: pathToFileURL(folder).href, kind: 'documents', badFiles: 'skip' },
      hashing: { method: 'lsh' },
    });
    const { corpus } = await reindex(temporal, configuration);
    assert.equal(corpus.skippedFiles, 1);
    assert.match(corpus.firstSkipped[0]!.reason, /a\.jsonl.*line 1.*"text"/u);
  });

  it('refuses ids that come twice', () =>
    refused(
      'repeated',
      [...smallDocuments(9), smallDocuments(1)[0]!],
      {},
      /document 0 of file 0 and document 9 of file 0 have the same id "baseball\/000"/,
    ));

  it('refuses a null for a text', () =>
    refused(
      'null',
      smallDocuments(9).map((document, at) => (at === 4 ? { ...document, text: null } : document)),
      {},
      /line 5: field "text" holds null, expected a string/,
    ));

  it('refuses more bits than training documents', () =>
    refused(
      'bits',
      smallDocuments(12),
      {
        training: { bits: 16 },
        documents: { labels: 'labels', split: 'split', minimumDocuments: 1 },
      },
      /16 bits and 9 training documents/,
    ));

  it('refuses labels that one part alone has, unless they are to be dropped', async () => {
    const documents = smallDocuments().map((document, at) =>
      at === 0 ? { ...document, labels: ['lonely'] } : document,
    );
    await refused(
      'lonely',
      documents,
      {},
      /1 labels are in one part alone \(lonely\); set documents.labelSets: shared/,
    );
    const configuration = await configureDocuments(scratch, 'shared', documents, {
      documents: { labels: 'labels', split: 'split', minimumDocuments: 2, labelSets: 'shared' },
    });
    assert.equal((await reindex(temporal, configuration)).stages.at(-1)?.rows, 119);
  });

  it('draws the test part by ids, and keeps the frequent labels alone', async () => {
    const documents = [
      ...smallDocuments(),
      ...smallDocuments(9).map((document, at) => ({
        ...document,
        id: `rare/${at}`,
        labels: ['rare'],
      })),
    ];
    const options = {
      documents: {
        labels: 'labels',
        split: 'split',
        minimumDocuments: 2,
        testShare: 0.3,
        frequentLabels: 3,
      },
    };
    const { stages, metrics } = await reindex(
      temporal,
      await configureDocuments(scratch, 'drawn', documents, {
        ...options,
        hashing: { method: 'lsh' },
      }),
    );
    assert.equal(stages.at(-1)?.rows, 120);
    const backwards = await reindex(
      temporal,
      await configureDocuments(scratch, 'drawn-too', documents.toReversed(), {
        ...options,
        hashing: { method: 'lsh' },
      }),
    );
    assert.equal(backwards.metrics['precisionAt100'], metrics['precisionAt100']);
  });

  it('refuses to learn from labels where there are none, or one, or the method takes none', async () => {
    const supervised = { hashing: { method: 'bmsh', supervised: true } };
    const unlabelled = { ...supervised, documents: { split: 'split', minimumDocuments: 2 } };
    await refused(
      'unlabelled',
      smallDocuments(),
      unlabelled,
      /the training documents have no labels; expected two or more/,
    );
    await refused(
      'one-label',
      smallDocuments().map((document) => ({ ...document, labels: ['all'] })),
      supervised,
      /the training documents have one label alone/,
    );
    for (const method of ['ksh', 'shttm']) {
      await refused(
        `unlabelled-${method}`,
        smallDocuments(),
        { hashing: { method }, documents: { split: 'split', minimumDocuments: 2 } },
        new RegExp(`hashing\\.method ${method}: the training documents have no labels`),
      );
      await refused(
        `one-label-${method}`,
        smallDocuments().map((document) => ({ ...document, labels: ['all'] })),
        { hashing: { method } },
        /the training documents have one label alone/,
      );
    }
    await refused(
      'untaught',
      smallDocuments(),
      { hashing: { method: 'itq', supervised: true } },
      /itq learns nothing from labels/,
    );
  });

  for (const hashing of [
    { method: 'bmsh' },
    { method: 'nash-dn', supervised: true },
    { method: 'gmsh' },
    { method: 'vdsh' },
    { method: 'ammi' },
    { method: 's-rbm' },
  ]) {
    it(
      `learns ${hashing.method}${hashing.supervised ? ' from labels' : ''} with tensorflow, ` +
        'the same twice',
      skippedFor(!staged && 'TensorFlow is not set up (hashloom setup tensorflow)'),
      async () => {
        const settings = {
          ...hashing,
          hidden: 32,
          epochs: 12,
          checkEvery: 4,
          batch: 20,
          components: 3,
        };
        const configuration = await configureDocuments(
          scratch,
          `learned-${hashing.method}`,
          smallDocuments(),
          { hashing: settings },
        );
        const { uri, metrics } = await reindex(temporal, configuration);
        const codes = await readFile(join(fileURLToPath(uri), 'codes.parquet'));
        const again = await reindex(temporal, configuration, true);
        assert.deepEqual(await readFile(join(fileURLToPath(again.uri), 'codes.parquet')), codes);
        assert.ok(metrics['precisionAt100']! > 0.3, JSON.stringify(metrics));
      },
    );
  }
});

/** Texts that stand in this order, whatever is between them. */
function inOrder(...patterns: string[]): RegExp {
  return new RegExp(patterns.join('[\\s\\S]*'), 'u');
}
