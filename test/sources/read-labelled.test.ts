import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { describe, it } from 'vitest';
import {
  Field,
  Float32,
  Int32,
  List,
  RecordBatchStreamWriter,
  Table,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import type * as Parquet from 'parquet-wasm';
import { configuration } from '../../schemas/configuration.ts';
import { payloadFields } from '../../schemas/payload-fields.ts';
import type { LabelledDocument } from '../../sources/labelled-document.ts';
import { readLabelled } from '../../sources/read-labelled.ts';
import { rowKeeper } from '../../sources/row-keeper.ts';

const parquet = createRequire(import.meta.url)('parquet-wasm') as typeof Parquet;

async function read(
  uri: string,
  bytes: Uint8Array,
  documents: Record<string, unknown>,
  source: Record<string, unknown> = {},
): Promise<LabelledDocument[]> {
  const parsed = configuration.parse({
    index: 'a',
    store: '/a',
    source: { path: '/a', kind: 'documents', ...source },
    documents,
  });
  async function* stream() {
    yield bytes;
  }
  const found: LabelledDocument[] = [];
  const range = (from: number, to: number) => Promise.resolve(bytes.subarray(from, to));
  for await (const document of readLabelled(
    { uri, size: bytes.length },
    stream(),
    {
      ...parsed.source,
      documents: parsed.documents,
      fields: payloadFields(parsed.documents.payload),
    },
    rowKeeper(parsed.source),
    range,
  ))
    found.push(document);
  return found;
}

const lines = (...objects: unknown[]) =>
  Buffer.from(objects.map((object) => JSON.stringify(object)).join('\n'));

function vectors(terms: number[][], weights: number[][]): Uint8Array {
  const table = new Table({
    id: vectorFromArray(
      terms.map((_, at) => at),
      new Int32(),
    ),
    terms: vectorFromArray(terms, new List(new Field('element', new Int32()))),
    weights: vectorFromArray(weights, new List(new Field('element', new Float32()))),
    labels: vectorFromArray(
      terms.map(() => ['x', 'y']),
      new List(new Field('element', new Utf8())),
    ),
  });
  const writer = new RecordBatchStreamWriter();
  for (const batch of table.batches) writer.write(batch);
  writer.finish();
  return parquet.writeParquet(parquet.Table.fromIPCStream(writer.toUint8Array(true)));
}

describe('readLabelled', () => {
  it('reads JSON Lines: title before text, a label or a list, numbers as ids', async () => {
    const found = await read(
      '/a.jsonl',
      lines(
        { n: 7, t: 'T', text: 'x', l: 'one', s: 'train' },
        { n: 'b', t: '', text: '', l: ['two', 'two', 'three'], s: 'dev' },
      ),
      { id: 'n', title: 't', labels: 'l', split: 's' },
    );
    assert.deepEqual(
      found.map(({ id, split, labels, text }) => [id, split, labels, text]),
      [
        ['7', 'train', ['one'], 'T\nx'],
        ['b', 'dev', ['two', 'three'], '\n'],
      ],
    );
  });

  it(
    'names a file of a folder by its last two parts, its label by the folder, its part by one ' +
      'above',
    async () => {
      const [document] = await read(
        'file:///data/20news-bydate-test/sci.space/60151',
        Buffer.from('Orbit\n'),
        { labels: 'folder', split: 'folder' },
      );
      assert.deepEqual(
        [document!.id, document!.labels, document!.split, document!.text],
        ['sci.space/60151', ['sci.space'], 'test', 'Orbit\n'],
      );
      const [plain] = await read('file:///data/notes/a.txt', Buffer.from('x'), {});
      assert.deepEqual([plain!.id, plain!.labels, plain!.split], ['notes/a', [], '']);
    },
  );

  it('reads ready-made vectors by ascending term, zeros left out', async () => {
    const [document] = await read('/a.parquet', vectors([[5, 2, 9]], [[1, 0.5, 0]]), {
      terms: 'terms',
      labels: 'labels',
    });
    assert.deepEqual(
      [document!.terms, document!.weights, document!.labels],
      [
        [2, 5],
        [0.5, 1],
        ['x', 'y'],
      ],
    );
  });

  it('brings the fields of payloads along, from lines and from columns', async () => {
    const payload = ['year', 'meta.lang', 'tags'];
    const found = await read(
      '/a.jsonl',
      lines(
        { id: 1, text: 'x', year: 2020, meta: { lang: 'en' }, tags: ['a'] },
        { id: 2, text: 'y', year: null, 'meta.lang': 'de' },
      ),
      { payload },
    );
    assert.deepEqual(
      found.map((each) => each.payload),
      ['{"year":2020,"meta.lang":"en","tags":["a"]}', '{"meta.lang":"de"}'],
    );
    await assert.rejects(
      read('/a.jsonl', lines({ id: 1, text: '', year: 1 }, { id: 2, text: '', year: '1' }), {
        payload,
      }),
      /a\.jsonl line 2, field "year" of the payload: a string, but a number in .*a\.jsonl line 1/,
    );
    const bytes = vectors([[5], [6]], [[1], [1]]);
    const [first] = await read('/a.parquet', bytes, { terms: 'terms', payload: ['labels', 'id'] });
    assert.equal(first!.payload, '{"labels":["x","y"],"id":0}');
    await assert.rejects(
      read('/a.parquet', bytes, { terms: 'terms', payload: ['weights'] }),
      /column "weights" is a list of float, expected text, a number, a boolean or a list of text/,
    );
    await assert.rejects(
      read('/a.parquet', bytes, { terms: 'terms', payload: ['absent'] }),
      /no column "absent", only id, terms, weights, labels/,
    );
  });

  it('refuses vectors that cannot be, by row', async () => {
    const refused = (terms: number[][], weights: number[][], expected: RegExp) =>
      assert.rejects(read('/a.parquet', vectors(terms, weights), { terms: 'terms' }), expected);
    await refused([[1], [1, 2]], [[1], [1]], /row 1: 2 terms and 1 weights; expected as many/);
    await refused([[-1]], [[1]], /row 0: term -1, expected an integer from 0/);
    await refused([[1]], [[Number.NaN]], /row 0: term 1 weighs NaN/);
    await refused([[4, 4]], [[1, 2]], /row 0: term 4 comes twice/);
  });

  it('refuses a null, a number for a text, labels that are none, and formats without ids', async () => {
    await assert.rejects(
      read('/a.jsonl', lines({ id: 1, text: null }), {}),
      /line 1: field "text" holds null, expected a string/,
    );
    await assert.rejects(
      read('/a.jsonl', lines({ id: 1, text: 'x', l: [3] }), { labels: 'l' }),
      /line 1: "l" holds a number, expected a text or a list of texts/,
    );
    await assert.rejects(read('/a.jsonl', lines({ id: '', text: 'x' }), {}), /line 1: an empty id/);
    await assert.rejects(
      read('/a.wet', Buffer.from('x'), {}, { format: 'oscar-2019' }),
      /format oscar-2019 has no documents with ids/,
    );
  });
});
