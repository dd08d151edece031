import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import {
  Binary,
  Field,
  List,
  tableFromArrays,
  tableToIPC,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import type * as Parquet from 'parquet-wasm';
import {
  evaluateCodes,
  evaluationText,
  metricNames,
  unknownText,
} from '../../../cli/evaluate/evaluate-codes.ts';
import { AFFINITY, publishedCodes } from '../../../schemas/tables.ts';
import { encodeDense } from '../../../store/tables/arrow-ipc.ts';
import { encodeParquet } from '../../../store/tables/parquet.ts';
import { hashloom } from '../hashloom-process.ts';
import { inRepository } from '../../repository.ts';

const parquet = createRequire(import.meta.url)('parquet-wasm') as typeof Parquet;
const WORDNET = inRepository('test/fixtures/wordnet');
const TRUTH = { item: 'utf8', relevant: 'utf8' } as const;

/**
 * As in test/evaluation/evaluate.test.ts, worked by hand there: five items, two tables of 8 bits.
 */
const ITEMS = ['cat', 'dog', 'pet', 'lone', 'rex'];
const CODES = Uint8Array.of(7, 1, 7, 2, 7, 3, 8, 1, 9, 2);
const PAIRS = [
  ['cat', 'dog'],
  ['cat', 'lone'],
  ['dog', 'cat'],
  ['lone', 'rex'],
  ['rex', 'dog'],
] as const;

describe('hashloom evaluate', () => {
  let folder: string;
  const at = (name: string) => join(folder, name);
  const table = Int32Array.from({ length: 10 }, (_, row) => row % 2);
  const writeTruth = async (name: string, pairs: readonly (readonly [string, string])[]) =>
    await writeFile(
      at(name),
      await encodeParquet(
        TRUTH,
        { item: pairs.map(([item]) => item), relevant: pairs.map(([, relevant]) => relevant) },
        { profile: 'published' },
      ),
    );
  const given = () => ({
    codes: at('codes.parquet'),
    truth: at('truth.parquet'),
    queries: 1000,
    seed: 1,
  });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hashloom-evaluate-'));
    await writeFile(
      at('codes.parquet'),
      await encodeParquet(
        publishedCodes(8),
        { item: ITEMS.flatMap((item) => [item, item]), table, code: CODES },
        { profile: 'published' },
      ),
    );
    await writeTruth('truth.parquet', PAIRS);
  });

  afterAll(() => rm(folder, { recursive: true }));

  it('measures a case worked by hand', async () => {
    const { metrics, intervals, items, tables, bits, unknown } = await evaluateCodes(given());
    assert.deepEqual([items, tables, bits, unknown], [5, 2, 8, { ids: 0, rows: 0, first: [] }]);
    assert.ok(Math.abs(metrics['precision']! - 0.5) < 1e-15);
    assert.equal(metrics['recall'], 0.75);
    assert.ok(intervals['f1']![0] <= metrics['f1']! && metrics['f1']! <= intervals['f1']![1]);
    assert.equal(metrics['hr50'], undefined);
  });

  it('adds what embeddings, held-out pairs and a dictionary allow', async () => {
    const values = new Float32Array(5 * 16);
    CODES.forEach((byte, k) => {
      for (let bit = 0; bit < 8; bit++) values[8 * k + bit] = (byte >> (7 - bit)) & 1 ? 1 : -1;
    });
    await writeFile(
      at('embeddings.arrow'),
      await encodeDense([{ name: 'embedding', width: 16, values }], {}),
    );
    const { metrics } = await evaluateCodes({
      ...given(),
      embeddings: at('embeddings.arrow'),
      heldOut: at('truth.parquet'),
      wordnet: WORDNET,
      metric: metricNames('hr50,wp,hammingCosineTau'),
    });
    assert.deepEqual(Object.keys(metrics), ['hr50', 'wp', 'hammingCosineTau']);
    // cat finds dog, pet (and lone, which has no hypernyms); dog finds cat, pet, rex; pet finds
    // cat, dog; rex finds dog.
    const expected = [(0.75 + 6 / 7) / 2, (0.75 + 6 / 7 + 8 / 9) / 3, 6 / 7, 8 / 9];
    assert.ok(
      Math.abs(metrics['wp']! - expected.reduce((sum, value) => sum + value, 0) / 4) < 1e-12,
    );
    await assert.rejects(evaluateCodes({ ...given(), metric: ['wp'] }), {
      name: 'ConfigurationError',
      message: /not measured: wp; .*wp --wordnet/,
    });
  });

  it('counts and lists ids that have no codes, and fails when none is left', async () => {
    await writeTruth('more.parquet', [...PAIRS, ['cat', 'mouse'], ['gnu', 'mouse']]);
    const { unknown } = await evaluateCodes({ ...given(), truth: at('more.parquet') });
    assert.deepEqual(unknown, { ids: 2, rows: 2, first: ['mouse', 'gnu'] });
    assert.equal(
      unknownText(unknown, 'more.parquet'),
      'more.parquet: 2 ids have no codes, 2 rows are left out: mouse, gnu\n',
    );
    await writeTruth('none.parquet', [['gnu', 'mouse']]);
    await assert.rejects(evaluateCodes({ ...given(), truth: at('none.parquet') }), {
      name: 'DataError',
      message: /none of its 1 pairs is of items that have codes \(not there: gnu, mouse\)$/,
    });
    await writeFile(
      at('numbers.parquet'),
      await encodeParquet(
        { item: 'int64', relevant: 'int64' },
        { item: BigInt64Array.of(1n), relevant: BigInt64Array.of(2n) },
        { profile: 'published' },
      ),
    );
    await assert.rejects(
      evaluateCodes({ ...given(), truth: at('numbers.parquet') }),
      /the codes' items are text, these are numbers/,
    );
  });

  it('takes pairs by other names, and numbers with what they stand for', async () => {
    const { metrics } = await evaluateCodes(given());
    const numberOf = (name: string) => ITEMS.indexOf(name);
    const [left, right] = [
      PAIRS.map(([item]) => numberOf(item)),
      PAIRS.map(([, relevant]) => numberOf(relevant)),
    ];
    await writeFile(
      at('d.parquet'),
      await encodeParquet(
        AFFINITY,
        { row: Int32Array.from(left), column: Int32Array.from(right) },
        { profile: 'published' },
      ),
    );
    await writeFile(
      at('items.parquet'),
      await encodeParquet(
        { number: 'int32', item: 'utf8' },
        { number: Int32Array.from(ITEMS, (_, number) => number), item: ITEMS },
        { profile: 'published' },
      ),
    );
    const found = await evaluateCodes({
      ...given(),
      truth: at('d.parquet'),
      items: at('items.parquet'),
    });
    assert.deepEqual([found.metrics, found.unknown.ids], [metrics, 0]);
    await assert.rejects(
      evaluateCodes({ ...given(), truth: at('d.parquet') }),
      /the codes' items are text, these are numbers \(--items FILE says what they stand for\)/,
    );
    await writeFile(
      at('left.parquet'),
      await encodeParquet(
        { left: 'utf8', right: 'utf8' },
        { left: PAIRS.map(([item]) => item), right: PAIRS.map(([, relevant]) => relevant) },
        { profile: 'published' },
      ),
    );
    assert.deepEqual(
      (await evaluateCodes({ ...given(), truth: at('left.parquet') })).metrics,
      metrics,
    );
    await assert.rejects(evaluateCodes({ ...given(), truth: at('codes.parquet') }), {
      name: 'DataError',
      message:
        /expected the columns item and relevant .* or item and label \(or labels\), got item, table, code/,
    });
  });

  it('takes labels, a row each or in lists, with the figures of the pairs that share one', async () => {
    const labels: [string, string][] = [
      ['cat', 'animal'],
      ['dog', 'animal'],
      ['rex', 'name'],
      ['rex', 'animal'],
      ['pet', 'word'],
      ['lone', 'word'],
      ['gnu', 'animal'],
    ];
    await writeFile(
      at('labels.parquet'),
      await encodeParquet(
        { item: 'utf8', label: 'utf8' },
        { item: labels.map(([item]) => item), label: labels.map(([, label]) => label) },
        { profile: 'published' },
      ),
    );
    const pairs = labels.flatMap(([a, label]) =>
      labels.flatMap(([b, other]) =>
        a !== b && label === other && a !== 'gnu' && b !== 'gnu' ? [[a, b] as const] : [],
      ),
    );
    await writeTruth('pairs.parquet', pairs);
    const [byLabel, byPair] = await Promise.all(
      ['labels.parquet', 'pairs.parquet'].map((name) =>
        evaluateCodes({ ...given(), truth: at(name) }),
      ),
    );
    for (const [name, value] of Object.entries(byPair!.metrics))
      assert.ok(Math.abs(byLabel!.metrics[name]! - value) < 1e-12, name);
    assert.deepEqual(byLabel!.unknown, { ids: 1, rows: 1, first: ['gnu'] });
    const columns = {
      item: ['cat', 'dog', 'rex', 'pet', 'lone'],
      labels: [['1'], ['1'], ['2', '1'], ['3'], ['3']],
    };
    const lists = parquet.writeParquet(
      parquet.Table.fromIPCStream(
        tableToIPC(
          tableFromArrays<Record<string, never>>({
            item: columns.item,
            labels: vectorFromArray(columns.labels, new List(new Field('item', new Utf8(), true))),
          } as unknown as Record<string, never>),
          'stream',
        ),
      ),
    );
    await writeFile(at('lists.parquet'), lists);
    assert.deepEqual(
      (await evaluateCodes({ ...given(), truth: at('lists.parquet') })).metrics,
      byLabel!.metrics,
    );
    assert.equal(
      (await evaluateCodes({ ...given(), truth: at('lists.parquet'), queries: 2 })).metrics[
        'queries'
      ],
      2,
    );
    await writeFile(
      at('numbered.parquet'),
      await encodeParquet(
        { item: 'utf8', label: 'int32' },
        { item: ['cat', 'dog'], label: Int32Array.of(1, 2) },
        { profile: 'published' },
      ),
    );
    await assert.rejects(evaluateCodes({ ...given(), truth: at('numbered.parquet') }), {
      name: 'DataError',
      message: /none of 5 items has a relevant item/,
    });
    await writeFile(
      at('gnus.parquet'),
      await encodeParquet(
        { item: 'utf8', label: 'utf8' },
        { item: ['gnu'], label: ['x'] },
        { profile: 'published' },
      ),
    );
    await assert.rejects(
      evaluateCodes({ ...given(), truth: at('gnus.parquet') }),
      /none of its 1 rows is of items that have codes \(not there: gnu\)/,
    );
  });

  it('refuses codes of mixed width, doubled codes and holes, by row', async () => {
    const foreign = (item: string[], codes: Uint8Array[], tables?: number[]) => {
      const columns = {
        item,
        code: vectorFromArray(codes, new Binary()),
        ...(tables && { table: Int32Array.from(tables) }),
      };
      return parquet.writeParquet(
        parquet.Table.fromIPCStream(
          tableToIPC(
            tableFromArrays<Record<string, never>>(columns as unknown as Record<string, never>),
            'stream',
          ),
        ),
      );
    };
    const refused = async (bytes: Uint8Array, message: RegExp) => {
      await writeFile(at('wrong.parquet'), bytes);
      await assert.rejects(evaluateCodes({ ...given(), codes: at('wrong.parquet') }), {
        name: 'DataError',
        message,
      });
    };
    await refused(
      foreign(['a', 'b'], [Uint8Array.of(1), Uint8Array.of(1, 2)]),
      /column code, row 1: 2 bytes, but row 0 has 1; all codes of a file have one width/,
    );
    await refused(
      foreign(['a', 'a'], [Uint8Array.of(1), Uint8Array.of(2)]),
      /row 1: a second code of item a in table 0/,
    );
    await refused(
      foreign(['a', 'a', 'b'], [Uint8Array.of(1), Uint8Array.of(2), Uint8Array.of(3)], [0, 1, 0]),
      /item b has no code in table 1; every item has one in each of the 2 tables/,
    );
    await refused(Buffer.from('no parquet'), /10 bytes that cannot be read as Parquet/);
    await refused(
      await encodeParquet(TRUTH, { item: ['a'], relevant: ['b'] }, { profile: 'published' }),
      /no column code; it has item, relevant/,
    );
  });

  it('names the nearest of a metric that does not exist', () => {
    assert.deepEqual(metricNames('f1, map500'), ['f1', 'map500']);
    assert.throws(() => metricNames('precison'), {
      name: 'ConfigurationError',
      message: /no metric "precison"; did you mean precision.*\?/,
    });
    assert.throws(
      () => metricNames('zzzzzz'),
      /the metrics are queryHr10, .*precision, recall, f1/,
    );
  });

  it('is a command: a table, one JSON line, and exit codes', async () => {
    const { metrics } = await evaluateCodes(given());
    const text = evaluationText(await evaluateCodes(given()), { columns: () => 100 } as never);
    assert.match(text, /^5 items, 2 tables of 8 bits\n/);
    const json = await hashloom(
      folder,
      'evaluate',
      '--codes',
      at('codes.parquet'),
      '--truth',
      at('truth.parquet'),
      '--json',
    );
    assert.equal(json.code, 0, json.stderr);
    assert.deepEqual((JSON.parse(json.stdout) as { metrics: unknown }).metrics, metrics);
    const wrong = await hashloom(
      folder,
      'evaluate',
      '--codes',
      at('codes.parquet'),
      '--truth',
      at('truth.parquet'),
      '--metric',
      'f2',
    );
    assert.equal(wrong.code, 2);
    const none = await hashloom(
      folder,
      'evaluate',
      '--codes',
      at('codes.parquet'),
      '--truth',
      at('none.parquet'),
    );
    assert.equal(none.code, 3);
  });
});
